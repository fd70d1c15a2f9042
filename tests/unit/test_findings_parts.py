"""The parts that findings are made of: hysteresis, series, siblings, comparison, words."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import DiskFacts, Hist
from probes.lanes import lanes
from probes.latency import slot_of
from tests.distributions.shapes import draw, lognormal, mixed, uniform
from tui.findings.comparison import Floor, slower
from tui.findings.finding import Finding
from tui.findings.hysteresis import GONE_NS, Hysteresis
from tui.findings.rule import AT_ONCE, SOME_SECONDS, Candidate
from tui.findings.series import ENOUGH, LONGEST_NS, SECOND, WINDOW_NS, Series
from tui.findings.siblings import Family, families
from tui.findings.words import identity, latency, names, percent, slow_range, stretch

FLOOR = Floor(2_000_000, 200_000)


def candidate(now: int, after_ns: int | None = AT_ONCE, text: str = "") -> Candidate:
    return Candidate(Finding("stuck:sda", "stuck", "critical", "sda", "", text, {}, now), after_ns)


def test_it_begins_when_it_has_held_long_enough() -> None:
    holding = Hysteresis()
    for second in range(5):
        assert holding.update(second * SECOND, [candidate(second * SECOND, SOME_SECONDS)]) == []
    (began,) = holding.update(5 * SECOND, [candidate(5 * SECOND, SOME_SECONDS)])
    assert (began.since, began.until) == (0, None)
    assert holding.update(6 * SECOND, [candidate(6 * SECOND, SOME_SECONDS, "new")]) == []
    assert [(finding.since, finding.text) for finding in holding.current] == [(0, "new")]


def test_it_ends_when_it_has_not_held_for_a_while() -> None:
    holding = Hysteresis()
    assert len(holding.update(0, [candidate(0)])) == 1
    assert holding.update(GONE_NS - 1, []) == []
    (ended,) = holding.update(GONE_NS, [])
    assert ended.until == 0
    assert holding.current == []
    assert len(holding.update(GONE_NS + 1, [candidate(GONE_NS + 1)])) == 1


def test_what_comes_and_goes_is_said_once() -> None:
    holding = Hysteresis()
    changes = [holding.update(s * SECOND, [candidate(s * SECOND)] if s % 9 == 0 else []) for s in range(100)]
    assert sum(map(len, changes)) == 1


def test_weak_evidence_keeps_what_is_said_and_says_nothing() -> None:
    holding = Hysteresis()
    assert holding.update(0, [candidate(0, None)]) == []
    assert holding.update(50 * SECOND, [candidate(50 * SECOND, None)]) == []
    assert len(holding.update(51 * SECOND, [candidate(51 * SECOND)])) == 1
    for second in range(52, 90):
        assert holding.update(second * SECOND, [candidate(second * SECOND, None)]) == []
    assert len(holding.current) == 1


def test_what_is_dropped_ends_at_once() -> None:
    holding = Hysteresis()
    holding.update(0, [candidate(0)])
    (ended,) = holding.update(SECOND, [candidate(SECOND)], {"stuck:sda"})
    assert ended.until == 0
    assert holding.update(2 * SECOND, [candidate(2 * SECOND)], {"stuck:sda"}) == []


def hist(slots: dict[int, int]) -> Hist:
    return Hist("sda", "read", "device", lanes(slots), sum(slots.values()), 1000, max(slots), 10)


some_slots = st.dictionaries(st.integers(0, 9), st.integers(1, 900), min_size=1)


@given(st.lists(st.tuples(st.integers(1, 5), some_slots, st.booleans()), max_size=60))
def test_a_series_is_the_sum_of_what_it_keeps(ticks: list[tuple[int, dict[int, int], bool]]) -> None:
    series = Series()
    kept: list[tuple[int, Hist]] = []
    now = 0
    for seconds, slots, asked in ticks:
        now += seconds * SECOND
        series.add(now, SECOND, hist(slots))
        kept.append((now, hist(slots)))
        series.expire(now)
        while now - kept[0][0] >= WINDOW_NS and (
            now - kept[0][0] >= LONGEST_NS or sum(h.count for _, h in kept[1:]) >= ENOUGH
        ):
            kept.pop(0)
        if asked:
            expected: dict[int, int] = {}
            for _, each in kept:
                for slot, count in each.lanes.slots().items():
                    expected[slot] = expected.get(slot, 0) + count
            assert series.lanes.slots() == expected
        assert series.count == sum(each.count for _, each in kept)
        assert series.bytes == 10 * len(kept)
        assert series.max_ns == max(each.max_ns for _, each in kept)


def test_a_series_ends() -> None:
    series = Series()
    series.add(SECOND, SECOND, hist({5: 3}))
    assert series.expire(LONGEST_NS)
    assert not series.expire(LONGEST_NS + SECOND)
    assert (series.count, series.lanes.slots(), series.max_ns) == (0, {}, 0)


def test_in_which_seconds_requests_were_slow() -> None:
    series = Series()
    for at, slots in ((10, {5: 1}), (11, {9: 4}), (12, {4: 1})):
        series.add(at * SECOND, SECOND, hist(slots))
    assert series.seconds(5) == (10, 11)
    assert series.lasts(5, 1.0)
    for at in range(13, 20):
        series.add(at * SECOND, SECOND, hist({4: 1}))
    assert not series.lasts(5, 1.0)
    assert series.lasts(5, 0.5)
    merged = Series()
    merged.add(20 * SECOND, 5 * SECOND, hist({5: 3}))
    assert merged.seconds(5) == (18, 19, 20)


def test_families() -> None:
    facts = [
        DiskFacts("sdc", "X", sets=("md0", "LVM vg/data")),
        DiskFacts("sda", "X", sets=("md0", "LVM vg/data")),
        DiskFacts("sdb", "Y", sets=("md1", "LVM vg/data")),
        DiskFacts("sde", "Y", sets=("LVM vg/data",)),
        DiskFacts("sdf", "X"),
        DiskFacts("sdg", "X"),
        DiskFacts("sdh", "X", rotational=True),
        DiskFacts("sdk", "X", size=1 << 40),
        DiskFacts("sdi"),
        DiskFacts("sdj"),
    ]
    assert families(facts) == (
        Family("LVM vg/data", True, ("sdb", "sde")),
        Family("X", False, ("sdf", "sdg")),
        Family("md0", True, ("sda", "sdc")),
    )


def drawn(seed: int, *parts: tuple[float, dict[int, float]], count: int = 2000) -> dict[int, int]:
    return draw(Random(seed), mixed(*parts), count)


FAST = dict(lognormal(0.3, 0.5))


@pytest.mark.parametrize("seed", range(20))
def test_alike_is_not_slower(seed: int) -> None:
    assert slower(drawn(seed, (1, FAST)), drawn(seed + 100, (1, FAST)), FLOOR) is None


def test_a_share_of_slow_requests_is_told_from_the_same_share_elsewhere() -> None:
    by = slower(drawn(1, (98, FAST), (2, dict(uniform(20, 60)))), drawn(2, (1, FAST)), FLOOR)
    assert by is not None
    assert by.share == pytest.approx(0.02, rel=0.3)
    assert not by.whole
    assert slot_of(15_000_000) < by.border < slot_of(30_000_000)


def test_slower_as_a_whole_and_under_the_floor() -> None:
    slow = drawn(1, (1, dict(lognormal(1.5, 0.5))))
    by = slower(slow, drawn(2, (1, FAST)), FLOOR)
    assert by is not None
    assert by.whole
    assert slower(slow, drawn(2, (1, FAST)), Floor(30_000_000, 30_000_000)) is None


def test_a_little_more_or_a_little_longer_is_not_by_far() -> None:
    here = {slot_of(300_000): 978_000, slot_of(40_000_000): 22_000}
    there = {slot_of(300_000): 981_000, slot_of(40_000_000): 19_000}
    assert slower(here, there, FLOOR) is None
    assert slower({slot_of(600_000): 100_000}, {slot_of(300_000): 100_000}, FLOOR) is None


def test_few_say_nothing() -> None:
    assert slower({slot_of(40_000_000): 40}, drawn(2, (1, FAST)), FLOOR) is None
    assert slower(drawn(2, (1, dict(uniform(20, 60)))), {slot_of(300_000): 40}, FLOOR) is None


def test_words() -> None:
    assert [percent(share) for share in (0, 0.0004, 0.0094, 0.00999, 0.021, 0.5)] == [
        "0.00 %", "0.04 %", "0.94 %", "1.0 %", "2.1 %", "50 %",
    ]  # fmt: skip
    assert [latency(ns) for ns in (500, 4500, 99e3, 300e3, 1.44e6, 20e6, 2.5e9)] == [
        "500 ns", "4.5 us", "99 us", "0.3 ms", "1.4 ms", "20 ms", "2.5 s",
    ]  # fmt: skip
    assert stretch(20e6, 60e6) == "20-60 ms"
    assert stretch(800e6, 1.2e9) == "0.8-1.2 s"
    assert stretch(45e3, 60e6) == "45 us to 60 ms"
    assert stretch(20e6, 1.2e9) == "20 ms to 1.2 s"
    assert stretch(340e6, 1.2e9) == "340 ms to 1.2 s"
    assert stretch(40e3, 3.9e6) == "40 us to 3.9 ms"
    assert stretch(200e3, 3.9e6) == "0.2-3.9 ms"
    assert stretch(0.3e3, 2e3) == "300 ns to 2.0 us"
    assert names(["a", "b", "c"]) == "a, b, c"
    assert names(["a", "b", "c", "d"]) == "a, b, c and 1 other"
    assert names(["a", "b", "c", "d", "e"]) == "a, b, c and 2 others"
    assert identity(None) == identity(DiskFacts("sda")) == ""
    assert identity(DiskFacts("sda", "X", "Y", "ata3")) == " (model X, serial Y, at ata3)"


def test_a_straggler_does_not_widen_a_range() -> None:
    slots = {slot_of(20_000_000): 50, slot_of(50_000_000): 50, slot_of(900_000_000): 1}
    low, high = slow_range(slots, slot_of(10_000_000))
    assert low <= 20_000_000
    assert 50_000_000 <= high <= 60_000_000
