"""Something runs out under a session: descriptors, memory, room on a disk, tracefs. What cannot be done says so."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from probes.controls import SetInterval, SetTallies, Toggle
from tests.faults.left import Whole
from tests.faults.screen import screen
from tests.live.kernel import held, open_files
from tests.live.link import Session, tick_of
from tests.live.session import EBTOP, PATIENCE_S, ROOT, Dump, collector_of, until
from tui.launch import LinkError

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
Start = Callable[..., Session]
MEMORY = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
"""Where memory is limited: in version 1 of control groups, and in version 2."""


def limit_with(pid: int, spare: int) -> int:
    """The limit with which a process can open so many files more: it is about the numbers of descriptors."""
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}  # noqa: PTH208
    return next(most for most in range(3, 1 << 20) if len(set(range(most)) - used) >= spare)


def limit_files(pid: int, most: int) -> None:
    """How many file descriptors a process may have, and raise again."""
    _soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, hard))


@pytest.mark.parametrize("probe", ["exec", pytest.param("open", marks=pytest.mark.faults), "block"])
def test_out_of_file_descriptors(session: Start, named: Named, tmp_path: Path, probe: str) -> None:
    """However few are left: the probe says so, others count on, nothing stays, and later it can be turned on again."""
    other = "exec" if probe == "open" else "open"
    program = named("opens", "ebt-files")
    running = session(filter="comm=ebt-files", interval_s=60.0)
    running.send(Toggle(probe, False))
    seen = set()
    files, maps = settled(running.pid), held(running.pid, "map_id")
    for spare in (0, 2, 3, 12, 18, 32, 60):
        limit_files(running.pid, limit_with(running.pid, spare))
        before = tick_of(running.send(SetInterval(60.0)), other).counts
        tick = tick_of(running.send(Toggle(probe, True)), probe)
        if tick.state == "on":
            running.send(Toggle(probe, False))
        else:
            assert tick.state == "failed", spare
            assert "too many open files" in tick.message.lower(), (spare, tick.message)
            assert len(tick.message.splitlines()) == 2, "what is wrong, and what to do"
        subprocess.run([program, "flood", tmp_path, "10"], check=True)
        after = tick_of(running.send(SetInterval(60.0)), other).counts
        assert after.seen - after.filtered - before.seen + before.filtered == (1 if other == "exec" else 12), spare
        assert settled(running.pid) == files, spare
        assert held(running.pid, "map_id") == maps, spare
        seen.add(tick.state)
    assert seen == {"failed", "on"}
    _soft, hard = resource.prlimit(running.pid, resource.RLIMIT_NOFILE)
    limit_files(running.pid, hard)
    assert tick_of(running.send(Toggle(probe, True)), probe).state == "on"
    running.stop()


def test_groups_are_asked_for_without_file_descriptors(session: Start) -> None:
    """The probe says why it cannot count by who did what; the session goes on, and it can be turned on again."""
    running = session(interval_s=60.0)
    running.send(SetInterval(60.0))
    _soft, hard = resource.prlimit(running.pid, resource.RLIMIT_NOFILE)
    limit_files(running.pid, limit_with(running.pid, 0))
    tick = tick_of(running.send(SetTallies("exec", True)), "exec")
    assert (tick.state, len(tick.message.splitlines())) == ("failed", 2)
    assert "too many open files" in tick.message.lower()
    assert tick_of(running.send(SetInterval(60.0)), "open").state == "on"
    limit_files(running.pid, hard)
    tick = tick_of(running.send(Toggle("exec", True)), "exec")
    assert (tick.state, tick.tallies is not None) == ("on", True)
    running.stop()


def settled(pid: int) -> int:
    """How many files a process has, once it has closed what it closes in the background: for some tenths of a second
    none is closed any more.
    """
    files, since = open_files(pid), time.monotonic()
    while time.monotonic() < since + 0.4:
        if open_files(pid) != files:
            files, since = open_files(pid), time.monotonic()
        time.sleep(0.05)
    return files


@pytest.fixture
def short_of_memory() -> Iterator[Callable[[int, int], None]]:
    """short_of_memory(pid, bytes): so much more than it has, and no more."""
    root = next((place for place in MEMORY if (place / "cgroup.procs").exists() and _limits(place)), None)
    if root is None:
        pytest.skip("memory cannot be limited here: no control group of it")
    folder = root / "ebt-short"
    folder.mkdir()

    def limit(pid: int, most: int) -> None:
        name = "memory.limit_in_bytes" if (folder / "memory.limit_in_bytes").exists() else "memory.max"
        (folder / name).write_text(str(most))
        (folder / "cgroup.procs").write_text(str(pid))

    yield limit
    until(lambda: not (folder / "cgroup.procs").read_text(), "the control group to be empty")
    folder.rmdir()


def _limits(place: Path) -> bool:
    subtree = place / "cgroup.subtree_control"
    return (place / "memory.limit_in_bytes").exists() or (subtree.exists() and "memory" in subtree.read_text())


def test_out_of_memory(short_of_memory: Callable[[int, int], None], session: Start) -> None:
    """Either the kernel refuses a map, and the probe says so; or it ends the collector, which is said in a line.

    The order of the fixtures matters: a session that goes on ends before its control group does.
    """
    running = session(interval_s=60.0)
    running.send(Toggle("block", False))
    short_of_memory(running.pid, 2 << 20)
    said = ""
    try:
        for _ in range(50):
            tick = tick_of(running.send(Toggle("block", True)), "block")
            if tick.state == "failed":
                said = tick.message
                assert len(said.splitlines()) == 2, "what is wrong, and what to do"
                break
            running.send(Toggle("block", False))
    except LinkError as error:
        said = str(error)
    print(f"out of memory: {said}")
    assert "memory" in said.lower() or "ended by signal 9" in said, said


def test_a_session_that_begins_without_memory(short_of_memory: Callable[[int, int], None]) -> None:
    """The kernel ends one of the processes, or both, or refuses a probe: nothing is left, and whoever is left says so
    in a line, or in `ready`.
    """
    short_of_memory(os.getpid(), 1 << 40)  # where no memory is limited this is where that is found out
    group = next(place / "ebt-short" for place in MEMORY if (place / "ebt-short").exists())
    (group.parent / "cgroup.procs").write_text(str(os.getpid()))
    name = "memory.limit_in_bytes" if (group / "memory.limit_in_bytes").exists() else "memory.max"
    for most in (24 << 20, 40 << 20, 56 << 20):
        (group / name).write_text(str(most))
        joining = f'echo $$ > {group}/cgroup.procs && exec "$@"'
        command = ["sh", "-c", joining, "sh", *EBTOP, "dump", "--for", "1s"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        print(f"{most >> 20} MB: code {done.returncode}: {done.stderr.strip()}")
        assert "Traceback" not in done.stderr
        if done.returncode == 1:
            states = json.loads(done.stdout.splitlines()[0])["probes"].values()
            assert any(state.startswith("failed: ") for state in states), done
        elif done.returncode not in (0, -signal.SIGKILL):
            assert (done.returncode, done.stderr[:7], done.stderr.count("\n")) == (2, "ebtop: ", 1), done
        until(lambda: not (group / "cgroup.procs").read_text(), "all of it to be gone")


def test_the_disk_is_full_while_it_records(named: Named, tmp_path: Path) -> None:
    program, place = named("opens", "ebt-full"), tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=True)
    try:
        file = place / "it.ebtop"
        command = [*EBTOP, "record", "-o", file, "--interval", "100ms", "--for", "30s"]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as recorder:
            until(lambda: file.exists() and file.stat().st_size > 4096, "the recording to begin")
            until(lambda: len(held(collector_of(recorder.pid).pid, "prog_id")) > 3, "probes to be on")
            whole = Whole(recorder.pid)
            while recorder.poll() is None:
                subprocess.run([program, "flood", tmp_path, "2000"], check=True)
            said = recorder.stderr.read() if recorder.stderr else ""
        assert recorder.returncode == 2
        assert said.count("\n") == 1
        assert "no space left on device: make room; what was recorded so far can be replayed" in said
        whole.goes()
        read = subprocess.run([*EBTOP, "dump", file], cwd=ROOT, capture_output=True, text=True, check=False)
        assert json.loads(read.stdout.splitlines()[0])["type"] == "ready"
        assert any('"type":"row"' in line for line in read.stdout.splitlines())
    finally:
        subprocess.run(["umount", place], check=True)


BARE = "while umount /sys/kernel/tracing 2>/dev/null; do :; done; mount -t tracefs tracefs /sys/kernel/tracing; "


def test_tracefs_is_unmounted_meanwhile(named: Named) -> None:
    """What is in the kernel goes on. What is turned on after that finds no tracepoint, and says so; others go on."""
    program = named("ends", "ebt-mount")
    prefix = ("unshare", "--mount", "sh", "-c", f'{BARE} exec "$@"', "sh")
    with Dump("comm=ebt-mount", probe="exec", prefix=prefix) as dump:
        subprocess.run(["nsenter", "-t", str(dump.process.pid), "-m", "umount", "/sys/kernel/tracing"], check=True)
        subprocess.run([program], check=True)
    assert dump.total("exec")["shown"] == 1


def test_a_probe_is_turned_on_without_tracefs() -> None:
    prefix = ("unshare", "--mount", "sh", "-c", f'{BARE} exec "$@"', "sh")
    with screen(prefix=prefix) as shown:
        whole = Whole(shown.process.pid)
        subprocess.run(["nsenter", "-t", str(shown.process.pid), "-m", "umount", "/sys/kernel/tracing"], check=True)
        shown.type(b"2")
        shown.watch(1.5)
        shown.forget()
        shown.type(b"2")
        shown.shows("cannot attach to tracepoint", r"tracefs is not\s+mounted")
        shown.forget()
        shown.shows(r"in flight \d")
        subprocess.run(
            ["nsenter", "-t", str(shown.process.pid), "-m", "mount", "-t", "tracefs", "tracefs", "/sys/kernel/tracing"],
            check=True,
        )
        shown.type(b"2")
        shown.shows(r" 2 \w[^\n]* seen \d")
        assert shown.leave()[0] == 0
        whole.goes()
