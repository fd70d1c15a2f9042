"""What is told to a collector while it runs: filters, probes on and off, the interval."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from probes.controls import SetFilter, SetInterval, Toggle
from probes.snapshot import Counts, Snapshot
from tests.live.kernel import bpf_ids, held, open_files
from tests.live.link import Session, tick_of
from tests.live.opens import opens
from tests.live.session import until

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
Start = Callable[..., Session]
N = 50
LIBRARIES = 2


def grown(before: Snapshot, after: Snapshot, probe: str) -> Counts:
    """What was counted from one snapshot to another."""
    a, b = tick_of(before, probe).counts, tick_of(after, probe).counts
    return Counts(*(getattr(b, name) - getattr(a, name) for name in Counts.__struct_fields__))


def await_gone(programs: set[int]) -> None:
    """Waits until none of these is in the kernel."""
    until(lambda: not programs & bpf_ids("prog"), "the programs to leave the kernel", 3.0)


def test_filters_change_without_detaching(session: Start, named: Named, tmp_path: Path) -> None:
    one, other = named("opens", "ebt-one"), named("opens", "ebt-other")
    running = session(probes=("open",), filter="comm=ebt-none", rows=100_000, interval_s=60.0)
    programs = held(running.pid, "prog_id")
    assert programs
    filters = {"comm=ebt-one": 1, "comm:ebt-o": 2, "comm=ebt-none": 0, "comm=ebt-other !user:12345": 1, "!comm:ebt-": 0}
    for text, runs in filters.items():
        began = running.send(SetFilter(text))
        assert began.filter == text
        for program in (one, other):
            opens(program, "times", str(N), "openat", tmp_path)
        after = running.send(SetInterval(60.0))
        rows = [row for row in tick_of(after, "open").rows if str(row[4]).startswith("ebt-")]
        assert len(rows) == runs * (N + LIBRARIES), text
        if not text.startswith("!"):
            assert grown(began, after, "open").shown == runs * (N + LIBRARIES)
    assert held(running.pid, "prog_id") == programs
    counts = tick_of(running.stop(), "open").counts
    assert counts.seen == counts.shown + counts.over_budget + counts.filtered + counts.lost
    assert counts.lost == 0


def test_a_filter_that_cannot_be_parsed_changes_nothing(session: Start) -> None:
    running = session(probes=("open",), filter="comm=ebt-none", interval_s=60.0)
    for text in ("no:key", "pid:x", 'comm:"', "user:no-such-user-here"):
        assert running.send(SetFilter(text)).filter == "comm=ebt-none"


def test_a_filter_changes_while_everything_opens(session: Start, named: Named, tmp_path: Path) -> None:
    program, flood = named("opens", "ebt-flood"), 200_000
    running = session(probes=("open",), filter="comm=ebt-flood", rows=0, interval_s=60.0)
    with subprocess.Popen([program, "flood", tmp_path, str(flood)]) as workload:
        while workload.poll() is None:
            running.send(SetFilter("comm:ebt-flood"))
            running.send(SetFilter("comm=ebt-flood"))
    counts = tick_of(running.stop(), "open").counts
    assert counts.over_budget == flood + LIBRARIES
    assert (counts.shown, counts.lost) == (0, 0)


def test_a_probe_that_is_off_is_not_in_the_kernel(session: Start, named: Named) -> None:
    program = named("ends", "ebt-toggle")
    running = session(filter="comm=ebt-toggle", interval_s=60.0)
    whole = held(running.pid, "prog_id")
    shown = 0
    for _ in range(20):
        with_exec = held(running.pid, "prog_id")
        off = running.send(Toggle("exec", False))
        assert tick_of(off, "exec").state == "off"
        without = held(running.pid, "prog_id")
        assert len(without) == len(whole) - 5
        await_gone(with_exec - without)
        subprocess.run([program], check=True)
        on = running.send(Toggle("exec", True))
        assert tick_of(on, "exec").state == "on"
        subprocess.run([program], check=True)
        shown += 1
    last = running.stop()
    assert tick_of(last, "exec").counts.shown == shown
    rows = [row for snapshot in running.snapshots for row in tick_of(snapshot, "exec").rows]
    assert len(rows) == shown
    ends = [end.row for snapshot in running.snapshots for end in tick_of(snapshot, "exec").exits]
    assert ends == list(range(shown))


def test_toggling_leaves_nothing_behind(session: Start) -> None:
    running = session(interval_s=60.0)
    files, maps = open_files(running.pid), held(running.pid, "map_id")
    for _ in range(4):
        for probe in ("exec", "open", "block"):
            running.send(Toggle(probe, False))
            running.send(Toggle(probe, True))
    # The kernel takes its time over closing what the programs hung on; nobody waits for that.
    until(lambda: open_files(running.pid) <= files, "files to be closed")
    assert len(held(running.pid, "map_id")) == len(maps)


def test_toggling_twice_changes_nothing(session: Start) -> None:
    running = session(probes=("exec",), interval_s=60.0)
    programs = held(running.pid, "prog_id")
    assert tick_of(running.send(Toggle("exec", True)), "exec").state == "on"
    assert held(running.pid, "prog_id") == programs
    for _ in range(2):
        assert tick_of(running.send(Toggle("exec", False)), "exec").state == "off"
    assert held(running.pid, "prog_id") == set()
    assert tick_of(running.send(Toggle("nonsense", True)), "exec").state == "off"


def test_the_interval_changes(session: Start) -> None:
    running = session(probes=("exec",), interval_s=60.0)
    running.send(SetInterval(0.1))
    began = time.monotonic()
    for _ in range(5):
        running.until(lambda _: True)
    assert 0.3 <= time.monotonic() - began <= 2.0
    assert all(0.05e9 <= snapshot.span_ns <= 0.5e9 for snapshot in running.snapshots[-4:])


def test_rows_are_numbered_without_a_gap(session: Start, named: Named) -> None:
    program = named("ends", "ebt-number")
    running = session(probes=("exec",), filter="comm=ebt-number", interval_s=60.0)
    for _ in range(3):
        for _ in range(4):
            subprocess.run([program], check=True)
        running.send(SetInterval(60.0))
    running.stop()
    expected = 0
    for snapshot in running.snapshots:
        tick = tick_of(snapshot, "exec")
        assert not tick.rows or tick.first == expected
        expected += len(tick.rows)
    assert expected == 12
