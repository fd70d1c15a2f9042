"""The outline of a recording agrees with playing it through, whoever read which of its ticks first."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snapshot import Bye, Counts, ProbeTick, Snapshot
from tests.tui.fakes import HELLO, SECOND, START, Machine
from tui import outline as outlines
from tui.findings.finding import Severity
from tui.outline import Outline, Stretch
from tui.recording import Reader, Writer
from tui.tape import Tape


def ticks_of(events: list[int]) -> list[Snapshot]:
    """Seconds with so many execs each."""
    seen = 0
    made = []
    for n, count in enumerate(events, 1):
        seen += count
        tick = msgspec.structs.replace(Machine(rows=0, disks=0).tick(), time=START + n * SECOND)
        made.append(msgspec.structs.replace(tick, probes=(ProbeTick("exec", "on", Counts(seen, seen)),)))
    return made


def stretches(outline: Outline) -> list[Stretch]:
    return [outline.stretch(at, at + 1) for at in range(len(outline))]


def played(ticks: list[Snapshot]) -> list[Stretch]:
    """What is on a tape when all was played."""
    tape = Tape(HELLO.probes, 1e9)
    for tick in ticks:
        tape.add(tick)
    marks = [tape.mark(number) for number in range(tape.first, tape.end)]
    return [Stretch(mark.time, tuple(n / mark.span_ns for n in mark.events), None, False) for mark in marks]


histories = st.lists(st.integers(0, 5000), max_size=70)


@given(histories)
def test_it_is_what_the_tape_is_once_all_was_played(events: list[int]) -> None:
    ticks, outline = ticks_of(events), Outline(HELLO.probes)
    for tick in ticks:
        outline.add(tick)
    assert stretches(outline) == played(ticks)
    if ticks:
        assert (outline.begins, outline.ends) == (START, ticks[-1].time)


@given(histories, st.randoms(use_true_random=False))
def test_it_is_the_same_whoever_reads_a_tick_first(events: list[int], dice: random.Random) -> None:
    ticks, outline = ticks_of(events), Outline(HELLO.probes)
    surveyed, shown = iter(ticks), iter(ticks)
    for _ in range(2 * len(ticks)):
        following = next(surveyed if dice.random() < 0.5 else shown, None)
        if following:
            outline.add(following)
    for tick in (*surveyed, *shown):
        outline.add(tick)
    assert stretches(outline) == played(ticks)


@given(histories, st.lists(st.tuples(st.integers(0, 69), st.sampled_from(["critical", "notice", None])), max_size=9))
def test_a_long_one_is_bounded_and_no_burst_nor_finding_is_lost(
    events: list[int], found: list[tuple[int, Severity | None]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlines, "MOST_STRETCHES", 8)
        ticks, outline = ticks_of(events), Outline(HELLO.probes)
        for n, tick in enumerate(ticks):
            outline.add(tick)
            for at, severity in found:
                if at == n:
                    outline.play(tick.time, severity)
        assert len(outline) <= 8
        assert len(outline) > min(len(ticks), 8) // 3 or not ticks
        known = [(ticks[at].time, severity) for at, severity in found if at < len(ticks)]
        for at, stretch in enumerate(stretches(outline)):
            after = outline.time(at - 1) if at else 0
            within = [one for one in played(ticks) if after < one.time <= stretch.time]
            assert stretch.rates == tuple(map(max, zip(*(one.rates for one in within), strict=True)))
            severities = [severity for time, severity in known if after < time <= stretch.time]
            assert stretch.played == bool(severities)
            assert stretch.began == next((one for one in ("critical", "notice") if one in severities), None)
            assert all(outline.index(one.time) == at for one in within)


def test_nothing_is_told_twice_of_what_is_played_again() -> None:
    ticks, outline = ticks_of([1, 2, 3]), Outline(HELLO.probes)
    for _ in range(3):
        for tick in ticks:
            outline.add(tick)
            outline.play(tick.time, "warning" if tick is ticks[1] else None)
    assert [one.began for one in stretches(outline)] == [None, "warning", None]
    assert len(outline) == 3


def test_times_that_go_back_do_no_harm() -> None:
    ticks, outline = ticks_of([1, 2, 3]), Outline(HELLO.probes)
    for tick in (ticks[0], msgspec.structs.replace(ticks[1], time=0), ticks[2]):
        outline.add(tick)
        outline.play(tick.time, None)
    assert [one.time for one in stretches(outline)] == [ticks[0].time, ticks[2].time]


@pytest.mark.parametrize("kept", [1, 5, 12])
def test_what_cannot_be_played_is_forgotten(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(outlines, "MOST_STRETCHES", 4)
    ticks, outline = ticks_of([1] * 12), Outline(HELLO.probes)
    for tick in ticks:
        outline.add(tick)
    outline.end(ticks[kept - 1].time)
    assert (outline.ends, outline.whole) == (ticks[kept - 1].time, True)


def test_an_empty_one_has_nothing() -> None:
    outline = Outline(HELLO.probes)
    outline.play(START, "critical")
    outline.end(0)
    assert not outline
    assert (outline.begins, outline.ends, outline.whole) == (0, 0, True)


def test_a_file_is_skimmed_beside_being_played(tmp_path: Path) -> None:
    machine, path = Machine(rows=3), tmp_path / "x.ebtop"
    ticks = [machine.tick() for _ in range(9)]
    with Writer(path, HELLO) as writer:
        for tick in ticks:
            writer.write(tick)
        writer.write(Bye())
    with Reader(path) as reader:
        shown = iter(reader)
        assert next(shown) == ticks[0]
        outline = Outline(HELLO.probes)
        for tick in reader.skimmed():
            assert not any(part.rows or part.hists for part in tick.probes)
            outline.add(tick)
        assert stretches(outline) == played(ticks)
        assert next(shown) == ticks[1]
        path.unlink()
        assert list(reader.skimmed()) == []
        assert list(shown) == ticks[2:]
