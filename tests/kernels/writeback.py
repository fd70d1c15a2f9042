"""Whose pages the kernel writes: known where cgroup v2 has the controllers of io and memory, as it has in a guest."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.live.session import Dump

pytestmark = pytest.mark.live

DISK = "/dev/vda"
CGROUPS = Path("/sys/fs/cgroup")
MIB = 1 << 20


@contextmanager
def cgroup(name: str) -> Iterator[Path]:
    """A cgroup to which memory and I/O are accounted."""
    (CGROUPS / "cgroup.subtree_control").write_text("+io +memory")
    folder = CGROUPS / name
    folder.mkdir()
    try:
        yield folder
    finally:
        folder.rmdir()


@contextmanager
def ext4(folder: Path) -> Iterator[Path]:
    """The disk with an empty file system, mounted."""
    # All there is of it is made now: what is made later, in the background, would be written by the kernel too.
    options = ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"]
    subprocess.run(["mkfs.ext4", *options, DISK], check=True)
    folder.mkdir()
    subprocess.run(["mount", DISK, folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def write_within(group: Path, file: Path, mib: int) -> None:
    """A process of a cgroup writes a file as most programs do: into the page cache."""
    script = 'echo $$ >"$0/cgroup.procs"; exec dd if=/dev/zero of="$1" bs=64k count="$2"'
    subprocess.run(["sh", "-c", script, group, file, str(mib * 16)], check=True, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("text", ["disk:vda", "cgroup:ebt-"])
def test_what_a_kernel_thread_writes_is_of_the_cgroup_that_owns_the_pages(tmp_path: Path, text: str) -> None:
    sizes = {"ebt-one": 4, "ebt-two": 8}
    with ext4(tmp_path / "disk") as disk, ExitStack() as groups, Dump(text, probe="block") as dump:
        for name, mib in sizes.items():
            write_within(groups.enter_context(cgroup(name)), disk / name, mib)
        subprocess.run(["sync", "--file-system", disk], check=True)
        dump.stop()
    lost = dump.total("block")["lost"]
    for name, mib in sizes.items():
        lines = dump.work(op="write", kernel=True, cgroup=f"/{name}")
        assert {line["comm"].partition("/")[0] for line in lines} == {"kworker"}
        assert lost or mib * MIB <= sum(line["bytes"] for line in lines) < (mib + 1) * MIB, lines
    assert dump.work(op="write", comm="dd") == []
