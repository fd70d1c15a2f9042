"""Filters of trees and cgroups: whoever belongs to them is followed, exactly."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from probes.cgroups import MOUNTS, mount_point
from probes.controls import SetFilter
from tests.live.counted import LIBRARIES, ROOMY, Counted, N, counted
from tests.live.disks import fio, fio_command
from tests.live.kernel import held
from tests.live.link import Session, tick_of
from tests.live.opens import finish, opens
from tests.live.session import Dump, all_there, until
from tui.lineage import Lineage

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
SlowDisk = Callable[..., str]
Start = Callable[..., Session]

MANY = 400
FORKS = """
import os, sys
def leave():
    sys.stdin.read()
    os.open(sys.argv[1], os.O_RDONLY)
for _ in range(int(sys.argv[2])):
    if os.fork() == 0:
        child = os.fork()
        if child:
            os.write(1, b".")
        leave()
        os._exit(0)
leave()
"""
"""Forks a child that forks a child, many times; all open the file once standard input is closed."""


def shell(script: str, *words: str | Path) -> subprocess.Popen[str]:
    """A shell that waits for a line before it runs a script."""
    command = ["sh", "-c", f"read go; {script}", *map(str, words)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def has_libraries(name: str) -> bool:
    """Whether a program of that name has opened all that it opens by itself."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == name:
                return any("libc" in mapped.path for mapped in process.memory_maps())
    return False


class TestTree:
    def test_children_of_children_are_followed(self, named: Named, tmp_path: Path) -> None:
        program = named("opens", "ebt-leaf")
        parent = shell(
            f'for i in 1 2 3; do sh -c "exec sh -c \'\\"$0\\" times {N} openat $1; :\'"; done', program, tmp_path
        )
        found = counted(f"tree:{parent.pid} comm=ebt-leaf", lambda: finish(parent, "go\n"))
        assert found.passed == 3 * (N + LIBRARIES)
        assert {row["tree"] for row in found.rows} == {str(parent.pid)}
        assert parent.pid not in {row["ppid"] for row in found.rows}

    def test_daemons_are_followed(self, named: Named, tmp_path: Path) -> None:
        """Those that have left their parents, which are gone by the time that they do anything."""
        program = named("opens", "ebt-daemon")
        script = f'(setsid sh -c \'sleep 0.2; "$0" times {N} openat $1\' "$0" "$1" &)'
        parent = shell(script, program, tmp_path)
        found = counted(f"tree:{parent.pid} comm=ebt-daemon", lambda: finish(parent, "go\n"))
        assert found.passed == N + LIBRARIES
        assert parent.pid not in {row["ppid"] for row in found.rows}

    def test_those_that_were_there_before_are_too(self, named: Named, tmp_path: Path) -> None:
        program = named("opens", "ebt-before")
        script = f'"$0" wait times {N} openat "$1"; "$0" openat "$1"'
        command = ["sh", "-c", f'sh -c \'{script}; :\' "$0" "$1"; :', program, str(tmp_path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
            until(lambda: has_libraries("ebt-before"), "the grandchild to wait")
            found = counted(f"tree:{parent.pid}", lambda: finish(parent, "!"))
        assert len([row for row in found.rows if row["path"] == str(tmp_path)]) == N + 1
        assert {row["comm"] for row in found.rows} == {"ebt-before"}

    def test_others_are_not(self, named: Named, tmp_path: Path) -> None:
        program = named("opens", "ebt-other")
        with shell("true") as parent:
            found = counted(f"!tree:{parent.pid}", lambda: (opens(program, "openat", tmp_path), finish(parent, "go\n")))
            assert [row for row in found.rows if row["comm"] == "ebt-other"]
        with shell("true") as parent:
            assert counted(f"tree:{parent.pid}", lambda: opens(program, "openat", tmp_path)).passed == 0

    def test_execs_are_followed_and_it_may_be_one_of_several(self, named: Named) -> None:
        program = named("ends", "ebt-ends")
        parent = shell('"$0"; sh -c \'"$0"; "$0" exit 3\' "$0"; :', program)
        found = counted(f"tree:{parent.pid} or path:nowhere", lambda: finish(parent, "go\n"), probe="exec")
        assert [row["filename"] for row in found.rows if row["comm"] == "ebt-ends"] == [program] * 3
        assert len(found.rows) == 4
        assert {row["tree"] for row in found.rows} == {str(parent.pid)}

    def test_block_requests_are_of_a_tree(self, slow: SlowDisk) -> None:
        device = slow(delay=100)
        parent = shell('sh -c \'"$@"; :\' "$0" "$@"; :', "-", *fio_command(device, "randread", f"--number_ios={N}"))
        with Dump(f"tree:{parent.pid}", probe="block") as dump:
            fio(device, "randread", "--number_ios=60", "--io_size=100m")
            parent.communicate("go\n")
        all_there(dump, requests(dump, device), N)
        assert dump.total("block")["filtered"] >= 60

    def test_none_is_missed_that_forks_while_the_filter_is_set(
        self, session: Callable[..., Session], tmp_path: Path
    ) -> None:
        running = session(probes=("open",), filter="comm=ebt-none", rows=100_000, interval_s=60.0)
        command = [sys.executable, "-c", FORKS, str(tmp_path), str(MANY)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as root:
            assert root.stdin is not None
            assert root.stdout is not None
            root.stdout.read(MANY // 4)  # a mark for each two that were forked
            running.send(SetFilter(f"tree:{root.pid} err:none"))
            assert len(root.stdout.read(MANY - MANY // 4)) == MANY - MANY // 4
            root.stdin.close()  # for which all of them wait
            root.stdout.read()  # which ends with the last of them
        tick = tick_of(running.send(SetFilter("comm=ebt-none")), "open")
        opened = [row[1] for row in tick.rows if str(tmp_path) in row]
        assert len(opened) == len(set(opened)) == 2 * MANY + 1

    def test_what_follows_is_in_the_kernel_only_while_it_is_asked_for(
        self, session: Callable[..., Session], named: Named, tmp_path: Path
    ) -> None:
        program = named("opens", "ebt-toggled")
        running = session(probes=("open",), rows=100_000, interval_s=60.0)
        links = held(running.pid, "link_id")
        parent, other = shell('"$0" openat "$1"', program, tmp_path), shell('"$0" openat "$1"', program, tmp_path)
        running.send(SetFilter(f"tree:{parent.pid} comm=ebt-toggled"))
        assert len(held(running.pid, "link_id")) == len(links) + 2
        finish(parent, "go\n")
        assert len(tick_of(running.send(SetFilter(f"tree:{other.pid} comm=ebt-toggled")), "open").rows) == 1 + LIBRARIES
        finish(other, "go\n")
        rows = tick_of(running.send(SetFilter("comm=ebt-none")), "open").rows
        assert len(rows) == 1 + LIBRARIES
        assert {row[-1] for row in rows} == {str(other.pid)}
        assert held(running.pid, "link_id") == links
        counts = tick_of(running.stop(), "open").counts
        assert counts.seen == counts.shown + counts.over_budget + counts.filtered + counts.lost


def requests(dump: Dump, device: str) -> int:
    """How many requests of a disk passed: programs are read from another one."""
    return sum(hist["count"] for hist in dump.hists(disk=device.removeprefix("/dev/"), stage="device"))


@contextmanager
def cgroup(name: str) -> Iterator[Path]:
    """A cgroup of version 2."""
    root = mount_point(MOUNTS.read_text())
    if root is None:
        pytest.skip("cgroup v2 is not mounted")
    made = root / name
    made.mkdir()
    try:
        yield made
    finally:
        until(lambda: not (made / "cgroup.procs").read_text(), "its processes to end")
        made.rmdir()


def moved(program: str, place: Path, *words: str | Path) -> None:
    """Runs a workload whose process is in that cgroup when it begins."""
    script = 'echo $$ > "$0"; exec "$@"'
    subprocess.run(["sh", "-c", script, place / "cgroup.procs", program, *words], check=True, stdout=subprocess.DEVNULL)


class TestCgroup:
    @pytest.mark.parametrize(
        "key", ["cgroup=/ebt-mine.service", "cgroup:bt-mine", "unit=ebt-mine.service", "unit:ebt-m*"]
    )
    def test_one_that_was_there(self, named: Named, tmp_path: Path, key: str) -> None:
        program = named("opens", "ebt-group")
        with cgroup("ebt-mine.service") as place:

            def workload() -> None:
                moved(program, place, "times", str(N), "openat", tmp_path)
                opens(program, "openat", tmp_path)

            found = counted(f"{key} comm=ebt-group", workload)
            assert found.passed == N + LIBRARIES
            assert {row["cgroup"] for row in found.rows} == {"/ebt-mine.service"}
            kept_out = counted(f"!{key} comm=ebt-group", workload)
            assert kept_out.passed == 1 + LIBRARIES

    def test_one_that_comes_later(self, named: Named, tmp_path: Path) -> None:
        program = named("opens", "ebt-later")
        with Dump("cgroup:ebt-late", "comm=ebt-later", *ROOMY, probe="open") as dump:
            with cgroup("ebt-late") as place:
                moved(program, place, "times", str(N), "openat", tmp_path)
                until(lambda: len(dump.rows("open")) == N + LIBRARIES, "its rows")
            with cgroup("ebt-wrong") as place:
                moved(program, place, "times", str(N), "openat", tmp_path)
        found = Counted(dump, "open")
        assert found.passed == N + LIBRARIES
        assert {row["cgroup"] for row in found.rows} == {"/ebt-late"}

    def test_containers(self, named: Named) -> None:
        program, id_ = named("ends", "ebt-inside"), "feed" * 16
        with cgroup(f"docker-{id_}.scope") as place:
            found = counted("container:feedfeed", lambda: moved(program, place), probe="exec")
        assert [row["filename"] for row in found.rows] == [program]
        assert found.rows[0]["ret"] == 0
        assert found.rows[0]["tid"] == found.rows[0]["pid"]

    def test_of_block_requests(self, slow: SlowDisk) -> None:
        device = slow(delay=100)
        with cgroup("ebt-disk") as place, Dump("cgroup=/ebt-disk", probe="block") as dump:
            fio(device, "randread", "--number_ios=60", "--io_size=100m")
            command = fio_command(device, "randread", f"--number_ios={N}", "--io_size=100m")
            moved(command[0], place, *command[1:])
        all_there(dump, requests(dump, device), N)
        assert dump.total("block")["filtered"] >= 60


GENERATIONS = """
import os, sys
sys.stdin.read()
for _ in range(5):
    if os.fork():
        os.wait()
        os._exit(0)
os.open(sys.argv[1], os.O_RDONLY)
os.execv("/bin/true", sys.argv)
"""
"""Forks a child that forks a child, and so on; the last one opens the file and runs a program."""


@pytest.mark.parametrize("probe", ["open", "exec"])
def test_rows_come_with_those_above_their_processes(session: Start, tmp_path: Path, probe: str) -> None:
    """What a recording needs to follow a tree later: those between did nothing that is a row."""
    running = session(probes=(probe,), interval_s=60.0)
    with subprocess.Popen([sys.executable, "-c", GENERATIONS, str(tmp_path)], stdin=subprocess.PIPE) as parent:
        parent.communicate()
    tick = tick_of(running.stop(), probe)
    columns = next(info.columns for info in running.link.hello.probes if info.id == probe)
    at = [column.id for column in columns].index("pid")
    pid = [row[at] for row in tick.rows if any(str(tmp_path) in str(cell) for cell in row)][-1]
    lineage = Lineage()
    lineage.learn(tick.kin, 0)
    lineage.add(columns, tick.rows)
    above = list(lineage.above(int(str(pid))))
    assert above.index(parent.pid) == 4
    assert above[5] == os.getpid()
    assert above[-1] == 1
