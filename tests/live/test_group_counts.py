"""Events counted in the kernel by who did them: exactly, however few rows there are; and only while it is asked for."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probes.controls import SetFilter, SetInterval, SetTallies, Toggle
from probes.snapshot import Tally
from tests.live.kernel import held
from tests.live.link import Session, tick_of

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
Start = Callable[..., Session]
N = 20_000
LIBRARIES = 2
"""What a C program opens by itself: ld.so.cache and libc."""
AT_ONCE = SetInterval(60.0)
"""Changes nothing, and is answered with a tick."""


def tallied(running: Session, probe: str) -> list[Tally]:
    """What was tallied since the last tick."""
    found = tick_of(running.send(AT_ONCE), probe).tallies
    assert found is not None
    return found


def counted(tallies: list[Tally], **fields: object) -> int:
    return sum(one.count for one in tallies if all(getattr(one, name) == value for name, value in fields.items()))


def asks_for_tallies(running: Session) -> bool:
    """Whether the programs of its only probe are told to tally: the last field of their settings."""
    ours = held(running.pid, "map_id")
    (settings,) = (one["id"] for one in bpftool("map", "show") if one["id"] in ours and one["name"] == "settings")
    value = bpftool("map", "dump", "id", str(settings))[0]["value"]
    return any(int(byte, 16) for byte in value[-4:])


def bpftool(*words: str) -> list[dict[str, Any]]:
    out = subprocess.run(["bpftool", "-j", *words], check=True, capture_output=True, text=True).stdout
    found: list[dict[str, Any]] = json.loads(out)
    return found


def flood(program: str, path: Path | str, times: int = N) -> subprocess.Popen[bytes]:
    return subprocess.Popen([program, "flood", path, str(times)])


def test_a_flood_of_opens_is_counted_whole(session: Start, named: Named, tmp_path: Path) -> None:
    running = session(probes=("open",), rows=10, interval_s=60.0)
    running.send(SetTallies("open", True))
    names = {"ebt-a": tmp_path, "ebt-b": tmp_path, "ebt-c": tmp_path / "nowhere"}
    processes = {name: flood(named("opens", name), path) for name, path in names.items()}
    assert [process.wait() for process in processes.values()] == [0, 0, 0]
    tallies = tallied(running, "open")
    for name in ("ebt-a", "ebt-b"):
        assert counted(tallies, comm=name, error=None) == N + LIBRARIES
    assert counted(tallies, comm="ebt-c", error="ENOENT") == N
    assert counted(tallies, comm="ebt-c", error=None) == LIBRARIES
    assert counted(tallies, comm="ebt-c") == N + LIBRARIES
    for name, process in processes.items():
        assert counted(tallies, pid=process.pid) == counted(tallies, comm=name)
        # Before it has a name of its own it opens nothing, so that there is one for each of its results.
        ours = [one for one in tallies if one.pid == process.pid]
        assert {(one.ppid, one.uid, one.user) for one in ours} == {(os.getpid(), 0, "root")}
        assert len(ours) == (2 if name == "ebt-c" else 1)
        assert all(one.timed == one.count and 0 < one.max_ns <= one.sum_ns for one in ours)
    counts = tick_of(running.snapshots[-1], "open").counts
    assert counts.shown < 3 * N / 10
    assert counted(tallied(running, "open"), comm="ebt-a") == 0


def test_a_storm_of_execs_is_counted_whole(session: Start, named: Named, tmp_path: Path) -> None:
    times = 300
    running = session(probes=("exec",), rows=10, interval_s=60.0)
    running.send(SetTallies("exec", True))
    caller = named("execs", "ebt-caller")
    called = {name: named("ends", name) for name in ("ebt-a", "ebt-b")}
    parents = [subprocess.Popen([caller, "storm", str(times), path]) for path in called.values()]
    parents.append(subprocess.Popen([caller, "storm", str(times), str(tmp_path / "nowhere")]))
    for parent in parents:
        parent.wait()
    tallies = tallied(running, "exec")
    for name in called:
        assert counted(tallies, comm=name, error=None) == times
    assert counted(tallies, comm="ebt-caller", error="ENOENT") == times
    assert counted(tallies, comm="ebt-caller", error=None) == len(parents)
    for parent in parents:
        assert counted(tallies, ppid=parent.pid) == times
    assert {one.parent_comm for one in tallies if one.ppid == parents[0].pid} == {"ebt-caller"}


def test_who_finds_no_room_is_counted_as_others(session: Start, named: Named) -> None:
    times = 9000  # more processes than are told apart
    running = session(probes=("exec",), filter="comm=ebt-many", rows=10, interval_s=60.0)
    running.send(SetTallies("exec", True))
    caller, many = named("execs", "ebt-caller"), named("ends", "ebt-many")
    subprocess.run([caller, "storm", str(times), many], check=True)
    tallies = tallied(running, "exec")
    assert counted(tallies) == times
    others = [one for one in tallies if one.pid == 0]
    assert [(one.comm, one.error) for one in others] == [("(others)", None)]
    assert counted(tallies, comm="ebt-many") == times - others[0].count > others[0].count
    assert tallied(running, "exec") == []  # who has gone makes room
    subprocess.run([caller, "storm", "10", many], check=True)
    assert counted(tallied(running, "exec"), comm="ebt-many") == 10


def test_nothing_is_tallied_that_was_not_asked_for(session: Start, named: Named, tmp_path: Path) -> None:
    running = session(probes=("open",), rows=10, interval_s=60.0)
    program = named("opens", "ebt-a")

    def run() -> None:
        assert flood(program, tmp_path, 100).wait() == 0

    run()
    assert tick_of(running.send(AT_ONCE), "open").tallies is None
    assert not asks_for_tallies(running)
    running.send(SetTallies("open", True))
    assert asks_for_tallies(running)
    run()
    assert counted(tallied(running, "open"), comm="ebt-a") == 100 + LIBRARIES
    assert tick_of(running.send(SetTallies("open", False)), "open").tallies is None
    assert not asks_for_tallies(running)
    run()
    running.send(SetTallies("open", True))
    assert counted(tallied(running, "open"), comm="ebt-a") == 0
    running.send(Toggle("open", False))
    assert tick_of(running.send(Toggle("open", True)), "open").state == "on"
    run()
    assert counted(tallied(running, "open"), comm="ebt-a") == 100 + LIBRARIES


def test_only_what_passes_the_filter_is_tallied(session: Start, named: Named, tmp_path: Path) -> None:
    running = session(probes=("open",), rows=10, interval_s=60.0)
    running.send(SetTallies("open", True))
    programs = [named("opens", name) for name in ("ebt-a", "ebt-b")]

    def tallies() -> Counter[str]:
        running.send(AT_ONCE)
        for program in programs:
            assert flood(program, tmp_path / "nowhere", 100).wait() == 0
        found: Counter[str] = Counter()
        for one in tallied(running, "open"):
            if one.comm.startswith("ebt-"):
                found[f"{one.comm} {one.error}"] += one.count
        return found

    running.send(SetFilter("comm=ebt-a"))
    assert tallies() == {"ebt-a None": LIBRARIES, "ebt-a ENOENT": 100}
    running.send(SetFilter("comm:ebt- err:*"))
    assert tallies() == {"ebt-a ENOENT": 100, "ebt-b ENOENT": 100}
    running.send(SetFilter("comm:ebt- unit:nothing-of-that-name"))
    assert tallies() == {}
    for text in ("path:nowhere", "comm~ebt-a"):  # the collector tests that, and sees no more than rows
        running.send(SetFilter(text))
        assert tick_of(running.send(AT_ONCE), "open").tallies is None
    running.send(SetFilter("!comm=ebt-a"))
    assert tallies() == {"ebt-b None": LIBRARIES, "ebt-b ENOENT": 100}
