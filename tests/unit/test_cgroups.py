"""Paths of cgroups by their numbers: through the kernel's handles, and by walking where those may not be used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes import cgroups
from probes.cgroups import MOST, MOUNTS, Cgroups, directories, mount_point

HYBRID = """\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/memory rw,relatime shared:7 - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:8 master:3 - cgroup2 cgroup2 rw
"""


class Clock:
    """The time, as far as this module asks for it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(cgroups, "time", made)
    return made


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Folders that are no cgroups: no handle opens them, so that they are walked."""
    for path in ("system.slice/nginx.service", "user.slice/user-1000.slice"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "cgroup.procs").touch()
    return tmp_path


def number(folder: Path) -> int:
    return folder.stat().st_ino


def test_where_it_is_mounted() -> None:
    assert mount_point(HYBRID) == Path("/sys/fs/cgroup/unified")
    assert mount_point("30 23 0:26 / /a\\040b\\134c rw - cgroup2 none rw,nsdelegate\n") == Path("/a b\\c")
    assert mount_point("30 23 0:26 / /sys/fs/cgroup rw - cgroup cgroup2 rw\n") is None
    assert mount_point("30 23 0:26 / /a\x1cb\x85c rw - cgroup2 none rw\n") == Path("/a\x1cb\x85c")
    assert mount_point("") is None


def test_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.touch()
    monkeypatch.setattr(cgroups, "MOUNTS", mounts)
    found = Cgroups()
    assert found.path(1) == ""
    found.close()


def test_a_walk_finds_what_is_there(tree: Path) -> None:
    found = Cgroups(tree)
    assert found.path(number(tree / "system.slice/nginx.service")) == "/system.slice/nginx.service"
    assert found.path(number(tree / "user.slice")) == "/user.slice"
    assert found.path(number(tree)) == "/"
    assert found.path(number(tree / "cgroup.procs")) == ""
    found.close()


def test_what_was_not_found_is_looked_for_again_after_a_while(tree: Path, clock: Clock) -> None:
    found = Cgroups(tree)
    assert found.path(1 << 50) == ""
    (tree / "late").mkdir()
    late = number(tree / "late")
    assert found.path(late) == ""  # one walk is enough for now
    clock.now += cgroups.AGAIN_S + 1
    assert found.path(late) == "/late"
    found.close()


def test_what_was_found_is_known_after_its_end(tree: Path, clock: Clock) -> None:
    found = Cgroups(tree)
    nginx = number(tree / "system.slice/nginx.service")
    assert found.path(nginx) == "/system.slice/nginx.service"
    (tree / "system.slice/nginx.service").rmdir()
    clock.now += 1e6
    assert found.path(nginx) == "/system.slice/nginx.service"
    found.close()


def test_all_of_them_are_told_by_their_numbers(tree: Path) -> None:
    paths = {number: str(path).removeprefix(str(tree)) or "/" for number, path in directories(tree)}
    assert Cgroups(tree).all() == paths


def test_memory_is_bounded(tree: Path) -> None:
    found = Cgroups(tree)
    for unknown in range(1 << 40, (1 << 40) + 2 * MOST):
        found.path(unknown)
    assert len(found._known) == MOST
    found.close()


def test_names_that_are_no_text(tree: Path) -> None:
    Path(os.fsdecode(bytes(tree) + b"/\xff\x1b")).mkdir()
    found = Cgroups(tree)
    (inode,) = (inode for inode, path in directories(tree) if path.endswith("\x1b"))
    assert found.path(inode) == "/\\xff\x1b"
    found.close()


@pytest.fixture
def cgroup() -> Iterator[Path]:
    """A cgroup of our own."""
    root = mount_point(MOUNTS.read_text())
    if root is None:
        pytest.skip("cgroup v2 is not mounted")
    folder = root / f"ebtop-test-{os.getpid()}" / "inner"
    folder.mkdir(parents=True)
    yield folder
    for place in (folder, folder.parent):
        if place.exists():
            place.rmdir()


@pytest.mark.live
def test_a_handle_finds_a_real_one_without_a_walk(cgroup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "directories", lambda _root: pytest.fail("walked"))
    found = Cgroups()
    inner = number(cgroup)
    assert found.path(inner) == f"/{cgroup.parent.name}/inner"
    assert found.path(number(cgroup.parent)) == f"/{cgroup.parent.name}"
    assert found.path(1) == "/"
    cgroup.rmdir()
    assert found.path(inner) == f"/{cgroup.parent.name}/inner"
    found.close()


@pytest.mark.live
def test_one_that_has_gone_before_it_was_asked_for(cgroup: Path) -> None:
    inner = number(cgroup)
    cgroup.rmdir()
    found = Cgroups()
    assert found.path(inner) == ""
    found.close()


ELSEWHERE = """
import sys
from pathlib import Path
from probes.cgroups import Cgroups
root = Path(sys.argv[1])
(root / "ebtop-test").mkdir()
try:
    found = Cgroups(root)
    print(found.path((root / "ebtop-test").stat().st_ino))
finally:
    (root / "ebtop-test").rmdir()
"""


@pytest.mark.live
@pytest.mark.parametrize("allowed", [True, False])
def test_mounted_elsewhere_with_and_without_the_privilege(tmp_path: Path, allowed: bool) -> None:
    place = tmp_path / "c g"
    place.mkdir()
    drop = "" if allowed else "setpriv --bounding-set=-dac_read_search --inh-caps=-all -- "
    script = f'mount -t cgroup2 none "$1" && exec {drop}"$2" -c "$3" "$1"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(place), sys.executable, ELSEWHERE]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "/ebtop-test\n"
