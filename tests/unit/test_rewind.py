"""Going back: what is seen at a tick is what was seen when it was the newest."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.disk_sums import DiskFacts, Threshold
from probes.filter import parse
from probes.snapshot import Counts, Exit, ProbeTick, Snapshot
from tests.tui.fakes import EXEC, HELLO, Machine, block_tick, exec_row
from tests.tui.raid import raid_tick
from tests.unit.sessions import SECOND
from tui import rewind
from tui.history import History, ProbeView, View
from tui.log import Log
from tui.timeline import STAGES


class Made(NamedTuple):
    """How a tick is made: rows of exec, how many of those that run end, its length, what is told anew."""

    rows: int
    ends: int
    span_ns: int
    facts: bool
    thresholds: bool
    requests: bool


MADE = st.builds(
    Made,
    st.integers(0, 12),
    st.integers(0, 8),
    st.integers(SECOND // 10, 4 * SECOND),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def session(made: list[Made], text: str = "") -> list[Snapshot]:
    """A session of such ticks."""
    ticks: list[Snapshot] = []
    machine, done, running = Machine(rows=0), 0, list[int]()
    for n, one in enumerate(made):
        tick = machine.tick(text)
        rows = [exec_row(number, tick.time) for number in range(done, done + one.rows)]
        running += range(done, done + one.rows)
        ended, running = running[: one.ends], running[one.ends :]
        counts = Counts(done + one.rows + n, done + one.rows, n)
        exits = [Exit(number, 4000 + number, number % 3, None, 1.5) for number in ended]
        execs = ProbeTick("exec", "on", counts, first=done if rows else 0, rows=rows, exits=exits)
        block = block_tick(n, 2 if one.requests else 0, Counts(1112 * n, 1112 * n))
        block = msgspec.structs.replace(
            block,
            facts=[DiskFacts("sda", f"model {n}")] if one.facts else None,
            thresholds=[Threshold("sda", "read", float(n), "tail")] if one.thresholds else None,
        )
        ticks.append(msgspec.structs.replace(tick, span_ns=one.span_ns, probes=(execs, tick.probes[1], block)))
        done += one.rows
    return ticks


def fed(ticks: list[Snapshot], filter_text: str = "", *, live: bool = True, rows: int = 20_000) -> History:
    """A history that has seen these."""
    history = History(HELLO)
    history._tracks["exec"].log = Log(EXEC.columns, most_rows=rows)
    history.select(parse(filter_text))
    for tick in ticks:
        history.add(tick, live=live)
    return history


def listed(probe: ProbeView) -> list[object]:
    return list(probe.log.rows(0, len(probe.log)))


def figures(probe: ProbeView) -> tuple[object, ...]:
    """All that is to be the same, but for the rows."""
    moving = [probe.moving.of(disk, stage, None) for disk in sorted(probe.tails) for stage in STAGES]
    return (
        probe.state, probe.message, probe.counts, probe.seen_hz, moving, probe.disks, probe.span_ns,
        probe.tails, list(probe.work), list(probe.parts), probe.facts, probe.thresholds, probe.selected, probe.findings,
    )  # fmt: skip


def assert_same(past: View, fresh: View) -> None:
    assert (past.findings, past.past) == (fresh.findings, fresh.past)
    for then, was in zip(past.probes, fresh.probes, strict=True):
        assert figures(then) == figures(was)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(MADE, min_size=1, max_size=30),
    st.lists(st.integers(-12, 12), min_size=1, max_size=8),
    st.sampled_from(["", "user:root", "comm:grep or comm:cc"]),
    st.booleans(),
)
def test_at_each_tick_it_is_as_it_was_then(made: list[Made], steps: list[int], text: str, live: bool) -> None:
    ticks = session(made)
    history = fed(ticks, text, live=live)
    history.hold()
    for step in steps:
        history.step(step)
        assert history.cursor is not None
        fresh = fed(ticks[: history.cursor + 1], text, live=live)
        assert_same(history.view, fresh.view)
        assert listed(history.view.probes[0]) == listed(fresh.view.probes[0])


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(MADE, min_size=20, max_size=60),
    st.lists(st.integers(-20, 20), min_size=1, max_size=12),
    st.sampled_from(["", "user:root"]),
)
def test_rows_that_the_session_has_let_go_of_come_from_the_tape(made: list[Made], steps: list[int], text: str) -> None:
    enough = 7
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rewind, "ENOUGH_ROWS", enough)
        patch.setattr(rewind, "REBUILT_ROWS", 25)
        ticks = session(made)
        history = fed(ticks, text, rows=40)
        history.hold()
        for step in steps:
            history.step(step)
            assert history.cursor is not None
            fresh = fed(ticks[: history.cursor + 1], text)
            log = history.view.probes[0].log
            assert log.end == fresh.view.probes[0].log.end
            assert log.first <= max(log.end - enough, 0)
            wanted = [one for one in listed(fresh.view.probes[0]) if one[0] >= log.first]  # type: ignore[index]
            assert listed(history.view.probes[0]) == wanted


def test_findings_are_those_of_then() -> None:
    machine = Machine(rows=1, block=raid_tick)
    ticks = [machine.tick() for _ in range(12)]
    healthy = Machine(rows=1, block=lambda n: raid_tick(n, 0.0))
    healthy.n = machine.n
    healthy.done = machine.done
    ticks += [healthy.tick() for _ in range(90)]
    history = fed(ticks)
    for number in (0, 5, 11, 30, 80, 101):
        history.look_at(number)
        assert_same(history.view, fed(ticks[: number + 1]).view)


def test_new_ticks_do_not_move_what_is_looked_at() -> None:
    machine = Machine(rows=4)
    history = fed([machine.tick() for _ in range(6)])
    history.step(-2)
    before, rows = history.view, listed(history.view.probes[0])
    for _ in range(5):
        history.add(machine.tick(), live=True)
    assert (history.cursor, history.view) == (3, before)
    assert listed(history.view.probes[0]) == rows
    history.step(1)
    assert history.cursor == 4


def test_where_the_tape_has_let_go_the_view_stays_and_the_next_step_goes_to_what_is_there() -> None:
    machine, history = Machine(rows=2), History(HELLO, history_s=5)
    for _ in range(5):
        history.add(machine.tick(), live=True)
    history.step(-4)
    shown = listed(history.view.probes[0])
    for _ in range(20):
        history.add(machine.tick(), live=True)
    assert listed(history.view.probes[0]) == shown
    history.step(-1)
    assert history.cursor == history.tape.first == 20
    assert history.view.tick == history.tape.rest(20)


def test_a_time_before_the_tape_is_told_to_what_reaches_back_further() -> None:
    machine, history = Machine(rows=2), History(HELLO, history_s=5)
    ticks = [machine.tick() for _ in range(20)]
    for tick in ticks:
        history.add(tick, live=True)
    history.go(ticks[3].time)
    assert history.cursor == 15
    assert [probe.cursor for probe in history.view.probes] == [ticks[3].time] * 3
    history.go(ticks[17].time)
    assert [probe.cursor for probe in history.view.probes] == [ticks[17].time] * 3


def test_a_filter_typed_in_the_past_acts_there_and_in_the_present() -> None:
    machine = Machine(rows=10)
    history = fed([machine.tick() for _ in range(5)])
    history.step(-2)
    history.select(parse("user:root"))
    assert len(history.view.probes[0].log) == 15
    history.step(-1)
    assert len(history.view.probes[0].log) == 10
    history.release()
    assert len(history.view.probes[0].log) == 25


def test_with_nothing_seen_there_is_nothing_to_hold() -> None:
    history = History(HELLO)
    history.hold()
    history.step(-1)
    history.go(0)
    assert not history.paused


def test_a_session_that_begins_anew_is_live_and_numbers_go_on() -> None:
    machine = Machine(rows=2)
    history = fed([machine.tick() for _ in range(5)])
    history.step(-3)
    history.clear()
    assert (history.paused, history.cursor) == (False, None)
    history.add(Machine(rows=2).tick(), live=False)
    history.step(-1)
    assert history.cursor == 5
