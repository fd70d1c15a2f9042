"""The tape: what is on it comes back as it was, within bounds of time and bytes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import DiskFacts, Threshold
from probes.snapshot import Snapshot
from tests.tui.fakes import HELLO, START, Machine
from tests.unit.sessions import SECOND
from tui.findings.finding import Finding
from tui.tape import Tape

FINDING = Finding("stuck:sda", "stuck", "critical", "sda", "sda is stuck", "for 3 s", {"s": 3}, START)


def tape(
    seconds: int, *, history_s: float = 900, most_bytes: int = 64 << 20, rows: int = 3
) -> tuple[Tape, list[Snapshot]]:
    machine, made = Machine(rows=rows), Tape(HELLO.probes, history_s, most_bytes)
    ticks = [machine.tick() for _ in range(seconds)]
    for tick in ticks:
        made.add(tick)
    return made, ticks


def told(tick: Snapshot, facts: list[DiskFacts] | None, thresholds: list[Threshold] | None) -> Snapshot:
    block = msgspec.structs.replace(tick.probes[2], facts=facts, thresholds=thresholds)
    return msgspec.structs.replace(tick, probes=(*tick.probes[:2], block))


@pytest.mark.parametrize("rows", [0, 3, 400])
def test_a_tick_comes_back_as_it_was(rows: int) -> None:
    made, ticks = tape(5, rows=rows)
    assert [made.tick(number) for number in range(5)] == ticks


def test_its_parts_can_be_had_alone() -> None:
    made, ticks = tape(3)
    assert made.rows(1, "exec") == (ticks[1].probes[0].rows, ticks[1].probes[0].exits)
    assert made.rest(1).probes[2].hists == ticks[1].probes[2].hists
    assert made.rest(1).probes[0].rows == []
    assert made.rows(1, "block") == ([], [])


def test_the_oldest_go_when_it_is_full_and_numbers_go_on() -> None:
    made, ticks = tape(30, history_s=10)
    assert (made.first, made.end, len(made)) == (20, 30, 10)
    assert made.tick(20) == ticks[20]
    assert not made.cut
    made.clear()
    assert (made.first, len(made), made.bytes) == (30, 0, 0)
    made.add(ticks[0])
    assert made.tick(30) == ticks[0]


def test_bytes_are_a_bound_too_and_it_says_that_they_were() -> None:
    most = 100_000
    made, ticks = tape(60, most_bytes=most, rows=200)
    assert 1 < len(made) < 60
    assert made.bytes <= most
    assert made.cut
    assert made.tick(made.end - 1) == ticks[-1]
    assert made.span_ns == len(made) * SECOND


def test_a_tick_that_alone_is_too_large_is_kept_all_the_same() -> None:
    made, ticks = tape(3, most_bytes=10)
    assert (len(made), made.tick(2)) == (1, ticks[2])


def test_every_time_has_its_tick() -> None:
    made, ticks = tape(10)
    assert [made.number_at(tick.time) for tick in ticks] == list(range(10))
    assert made.number_at(ticks[4].time - 1) == 4
    assert made.number_at(ticks[4].time + 1) == 5
    assert (made.number_at(0), made.number_at(1 << 63)) == (0, 9)


def test_marks_are_what_a_time_line_needs() -> None:
    made, ticks = tape(3)
    mark = made.mark(2)
    assert (mark.time, mark.span_ns, mark.lost) == (ticks[2].time, SECOND, 0)
    assert mark.events == (43, 43, 1112)
    assert mark.seen == tuple(part.counts.seen for part in ticks[2].probes)
    assert mark.rows == (3, 3, 0)
    assert mark.ends == (9, 9, 0)


def test_what_is_told_only_when_it_changes_is_known_at_every_tick() -> None:
    machine, made = Machine(rows=1), Tape(HELLO.probes, history_s=4)
    for n in range(8):
        facts = [DiskFacts("sda", f"model {n}")] if n in (1, 5) else None
        limits = [Threshold("sda", "read", float(n), "tail")] if n == 2 else None
        made.add(told(machine.tick(), facts, limits), (FINDING,) if n < 6 else ())
    assert made.first == 4
    assert [made.facts(n, "block")[0].model for n in range(4, 8)] == ["model 1", "model 5", "model 5", "model 5"]
    assert [made.thresholds(n, "block")[0].us for n in range(4, 8)] == [2.0] * 4
    assert [made.findings(n) for n in range(4, 8)] == [(FINDING,)] * 2 + [()] * 2
    assert made.facts(7, "exec") == []
    assert [made.tick(n).probes[2].facts is None for n in range(4, 8)] == [True, False, True, True]
    whole = made.tick(4, whole=True).probes[2]
    assert whole.facts == [DiskFacts("sda", "model 1")]
    assert whole.thresholds == [Threshold("sda", "read", 2.0, "tail")]


def test_a_mark_tells_the_gravest_finding_that_began() -> None:
    machine, made = Machine(rows=1), Tape(HELLO.probes)
    notice = msgspec.structs.replace(FINDING, severity="notice")
    made.add(machine.tick(), (FINDING, notice), [notice, FINDING])
    made.add(machine.tick(), (FINDING, notice), [])
    assert [mark.began for mark in map(made.mark, range(made.first, made.end))] == ["critical", None]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5 * SECOND)), min_size=1, max_size=40), st.integers(1, 30))
def test_it_is_never_more_than_its_bounds_and_never_empty(ticks: list[tuple[int, int]], seconds: int) -> None:
    machine, made, most = Machine(rows=0, disks=0), Tape(HELLO.probes, seconds, 20_000), 20_000
    for rows, span_ns in ticks:
        machine.rows = rows
        made.add(msgspec.structs.replace(machine.tick(), span_ns=span_ns))
        assert len(made) == 1 or (made.span_ns <= seconds * SECOND and made.bytes <= most)
        assert made.span_ns == sum(mark.span_ns for mark in map(made.mark, range(made.first, made.end)))
    assert made.end == len(ticks)
