"""What the kernel tallied: merged, added up since it was asked for, shown in groups. Nothing is lost on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import parse
from probes.filter.plan import plan
from probes.merge import OTHERS, merge_tallies
from probes.probe import get
from probes.sieve import Sieve
from probes.snapshot import Snapshot, Tally
from tests.tui.fakes import HELLO, SECOND, START, Machine
from tui.exact import COLUMNS, MOST, MOST_RECENT, RECENT_NS, Exact
from tui.history import History, ProbeView
from tui.panes.rows.counted import exact, groups, why_not
from tui.panes.rows.groups import BYS, REST, By, Group, GroupSheet

COMM, PID, UNIT, ERROR, PATH = (
    next(by for by in BYS if by.name == name) for name in ("comm", "pid", "unit", "error", "path")
)


def tally(pid: int, comm: str = "sh", count: int = 1, error: str | None = None, cgroup: str = "") -> Tally:
    return Tally(pid, 1, comm, "init", 0, "root", cgroup, error, count, count, 1000 * count, 1000)


TALLIES = st.lists(
    st.builds(
        tally,
        st.integers(0, 9),
        st.sampled_from(["sh", "make"]),
        st.integers(1, 1 << 40),
        st.sampled_from([None, "ENOENT", "EACCES"]),
        st.sampled_from(["", "/a.service"]),
    ),
    max_size=30,
)


def by_error(tallies: Sequence[Tally]) -> Counter[bool]:
    found: Counter[bool] = Counter()
    for one in tallies:
        found[one.error is not None] += one.count
    return found


@given(TALLIES, TALLIES, st.integers(1, 8))
def test_ticks_are_merged_without_a_loss(before: list[Tally], now: list[Tally], most: int) -> None:
    merged = merge_tallies(before, now, most)
    assert merged is not None
    assert len([one for one in merged if one.comm != OTHERS]) <= most
    assert by_error(merged) == by_error([*before, *now])
    for field in ("timed", "sum_ns"):
        assert sum(getattr(one, field) for one in merged) == sum(getattr(one, field) for one in [*before, *now])


def test_what_began_in_the_midst_is_what_is_known() -> None:
    assert merge_tallies(None, [tally(1)]) == [tally(1)]
    assert merge_tallies([tally(1)], None) is None
    assert merge_tallies([tally(1, count=2)], [tally(1, count=3)]) == [tally(1, count=5)]


def added(*ticks: Sequence[Tally] | None) -> Exact:
    """Ticks of a second each, without a filter."""
    made = Exact()
    for n, tallies in enumerate(ticks, 1):
        made.add(tallies, n * SECOND, SECOND, "")
    return made


@given(st.lists(TALLIES, max_size=4))
def test_every_event_is_in_one_group_of_every_kind(ticks: list[list[Tally]]) -> None:
    made = added([], *ticks)
    every = [one for tick in ticks for one in tick]
    for column in COLUMNS:
        sums = made.of(column)
        assert sum(one.events for one in sums.values()) == sum(one.count for one in every)
        assert sum(one.failed for one in sums.values()) == by_error(every)[True]
        assert {value: one.events for value, one in sums.items()} == made.recent(column)


def test_counting_begins_with_the_end_of_the_first_tick() -> None:
    made = added(None, [tally(1, count=500)], [tally(1, count=3)], [tally(1, count=4)])
    assert made.since == 2 * SECOND
    assert made.of("pid")[1].events == 7
    made.add([tally(1, count=9)], 5 * SECOND, SECOND, "pid:1")
    assert (made.since, made.of("pid")) == (5 * SECOND, {})
    made.add(None, 6 * SECOND, SECOND, "pid:1")
    assert made.since is None


def test_what_is_remembered_is_bounded_and_sums_stay() -> None:
    many = [tally(pid, f"c{pid % 3}") for pid in range(1, MOST + 101)]
    made = added([], *[many] * 12)
    pids, names = made.of("pid"), made.of("comm")
    assert len(pids) == MOST + 1
    assert pids[OTHERS].events == 12 * 100
    assert sum(one.events for one in names.values()) == 12 * len(many)
    assert set(names) == {"c0", "c1", "c2"}
    recent = made.recent("pid")
    assert sum(recent.values()) <= MOST_RECENT
    assert recent[OTHERS] == made.recent_ns // SECOND * 100
    quiet = added([], *[[tally(1)]] * 30)
    assert quiet.recent_ns == RECENT_NS
    assert quiet.recent("pid") == {1: 10}


def test_a_copy_stays_as_it_is() -> None:
    made = added([], [tally(1)])
    twin = made.copy()
    made.add([tally(1)], 3 * SECOND, SECOND, "")
    assert (twin.of("pid")[1].events, twin.recent_ns, made.of("pid")[1].events) == (1, SECOND, 2)


def test_groups_have_totals_and_how_many_there_are_lately() -> None:
    first = [tally(1, "sh", 10), tally(2, "sh", 5, "ENOENT"), tally(3, "make", 1, cgroup="/a.service")]
    found = groups(added([], first, *[[]] * 4), COMM, [])
    assert found.groups == [
        Group("sh", "", 15, 5, 15, 15.0, 1.0, 3.0),
        Group("make", "", 1, 0, 1, 1.0, 1.0, 0.2),
    ]
    assert found.said.startswith("exact since ")
    by_pid = groups(added([], first), PID, []).groups
    assert [(group.key, group.beside) for group in by_pid] == [(1, "sh"), (2, "sh"), (3, "make")]
    assert {group.key for group in groups(added([], first), UNIT, []).groups} == {None, "a.service"}
    assert {group.key: group.failed for group in groups(added([], first), ERROR, []).groups} == {None: 0, "ENOENT": 5}


def test_rows_from_before_are_counted_with_them_and_come_no_more() -> None:
    before = [Group("sh", "", 3, 1, hz=0.0, bad=2), Group("gone", "", 2, 0, hz=0.0)]
    found = groups(added([], [tally(1, "sh", 10)]), COMM, before)
    assert [(group.key, group.events, group.failed, group.hz, group.bad) for group in found.groups] == [
        ("sh", 13, 1, 10.0, 2),
        ("gone", 2, 0, 0.0, 0),
    ]
    assert found.said.endswith(", of the rows kept before")


def test_who_cannot_be_told_apart_is_said_and_is_nothing_to_filter_by() -> None:
    found = groups(added([], [tally(1, count=9), tally(0, OTHERS, 4)]), PID, [])
    assert found.said.endswith(", 4 not told apart")
    sheet = GroupSheet(found, "open", "")
    assert [group.key for group in found.groups] == [1, OTHERS]
    assert sheet.cell(1, "count") == REST
    assert sheet.subject(1, "count") is None


def view(chosen: str, *ticks: tuple[str, Sequence[Tally] | None]) -> ProbeView:
    """The open probe after ticks with those filters in force, where another filter is chosen."""
    machine, history = Machine(), History(HELLO)
    history.select(parse(chosen))
    for text, tallies in ticks:
        history.add(with_tallies(machine.tick(text), tallies), live=True)
    return history.view.probes[1]


def with_tallies(tick: Snapshot, tallies: Sequence[Tally] | None) -> Snapshot:
    told = None if tallies is None else list(tallies)
    probes = (tick.probes[0], msgspec.structs.replace(tick.probes[1], tallies=told), *tick.probes[2:])
    return msgspec.structs.replace(tick, probes=probes)


@pytest.mark.parametrize(
    ("chosen", "in_force", "by", "has"),
    [
        ("", "", COMM, True),
        ("", "", PATH, False),
        ("pid:1", "pid:1", COMM, True),
        ("pid:1", "", COMM, False),
        ("", "pid:1", COMM, True),
    ],
)
def test_counts_are_shown_only_where_they_are_of_what_passes(chosen: str, in_force: str, by: By, has: bool) -> None:
    seen = view(chosen, (in_force, []), (in_force, [tally(1)]))
    assert (exact(seen, by) is not None) == has


def test_a_filter_that_the_kernel_does_not_test_is_named() -> None:
    assert why_not(view("pid:1 path:/etc", ("", None)), COMM) == "the kernel does not test path:/etc"
    assert why_not(view("pid:1", ("", None)), COMM) == ""
    assert why_not(view("path:/etc", ("", None)), PATH) == ""


def test_the_newest_moment_has_counts_when_it_is_held_and_the_past_has_none() -> None:
    machine, history = Machine(), History(HELLO)
    for tallies in ([], [tally(1, count=7)]):
        history.add(with_tallies(machine.tick(), tallies), live=True)
    history.hold()
    history.add(with_tallies(machine.tick(), [tally(1, count=5)]), live=True)
    held = history.view.probes[1].exact
    assert held is not None
    assert held.of("pid")[1].events == 7
    history.step(-1)
    assert history.view.probes[1].exact is None
    history.release()
    assert (now := history.view.probes[1].exact) is not None
    assert now.of("pid")[1].events == 12


@pytest.mark.parametrize(
    ("text", "can"),
    [("", True), ("comm:sh err:*", True), ("unit:a", True), ("(unit:a or pid:7)", True), ("(unit:a or tid:7)", False),
     ("path:/etc", False), ("comm~sh", False), ("sh", False)],
)  # fmt: skip
def test_tallies_are_made_where_they_can_be_exact(text: str, can: bool) -> None:
    sieve = Sieve(get("open").info, 1000)
    sieve.put(plan(parse(text), "open"))
    assert sieve.can_tally == can


def test_cgroups_that_the_kernel_did_not_know_are_tested_again() -> None:
    sieve = Sieve(get("open").info, 1000)
    sieve.put(plan(parse("unit:a.service"), "open"))
    others = tally(0, OTHERS)
    assert sieve.tallies([tally(1, cgroup="/a.service"), tally(2), others]) == [tally(1, cgroup="/a.service"), others]


def test_a_replay_goes_on_from_where_counting_began() -> None:
    history, machine = History(HELLO), Machine()
    for tallies in (None, [], [tally(1)], None, [], [tally(1), tally(2)]):
        history.add(with_tallies(machine.tick(), tallies), live=False)
    counted = history.view.probes[1].exact
    assert counted is not None
    assert counted.since == START + 5 * SECOND
    assert set(counted.of("pid")) == {1, 2}
