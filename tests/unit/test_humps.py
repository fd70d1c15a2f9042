"""Humps of histograms: what is found, what is not, and that it is found in time."""

from __future__ import annotations

import json
import timeit
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.humps import FAR, FEWEST, Mode, modes, second_hump
from probes.latency import SLOTS, SUB, bounds_us, slot_of
from tests.distributions.shapes import draw, lognormal, mixed, uniform
from tests.distributions.table import HUMP, NO_HUMP, SIZES, Expected

SEEDS = 40
RECORDED = Path(__file__).parents[1] / "distributions" / "recorded.json"
FEW_FALSE = 0.001
"""Of histograms without a hump, the share in which one may be seen."""

histograms = st.dictionaries(st.integers(0, SLOTS - 1), st.integers(1, 10_000), max_size=70)
falling = st.lists(st.integers(0, 1000), min_size=1, max_size=60).map(sorted)


def slot(ms: float) -> int:
    return slot_of(int(ms * 1e6))


def is_at(mode: Mode, low_ms: float, high_ms: float) -> bool:
    """Whether a mode lies within these latencies, but for a slot or two at its edges."""
    low, peak, high = (bounds_us(at)[0] / 1000 for at in (mode.low, mode.peak, mode.high))
    return low_ms * 0.75 <= low <= low_ms * 30 and low_ms <= peak <= high_ms and high <= high_ms * 1.25


@pytest.mark.parametrize("expected", HUMP, ids=lambda one: one.name)
def test_a_hump_is_never_missed(expected: Expected) -> None:
    assert expected.hump is not None
    missed: list[tuple[int, int, Mode | None]] = []
    for count in sorted({expected.least, *(size for size in SIZES if size > expected.least)}):
        for seed in range(SEEDS):
            found = second_hump(draw(Random(f"{expected.name} {count} {seed}"), expected.shape, count))
            if found is None or not is_at(found, *expected.hump):
                missed.append((count, seed, found))
    assert not missed


def test_where_there_is_no_hump_hardly_ever_one_is_seen() -> None:
    seen: dict[str, dict[int, int]] = {}
    for expected in NO_HUMP:
        for count in SIZES:
            for seed in range(SEEDS):
                slots = draw(Random(f"{expected.name} {count} {seed}"), expected.shape, count)
                if second_hump(slots) or (len(modes(slots)) > 1 and not expected.several):
                    row = seen.setdefault(expected.name, {})
                    row[count] = row.get(count, 0) + 1
    false = sum(sum(row.values()) for row in seen.values())
    assert false <= FEW_FALSE * len(NO_HUMP) * len(SIZES) * SEEDS, seen


@pytest.mark.parametrize("expected", json.loads(RECORDED.read_text()), ids=lambda one: one["name"])
def test_recorded_histograms(expected: Mapping[str, object]) -> None:
    slots = expected["slots"]
    assert isinstance(slots, list)
    found = second_hump(dict(slots))
    if expected["hump"] is None:
        assert found is None
    else:
        low, high = expected["hump"]  # type: ignore[misc]
        assert found is not None
        assert is_at(found, low, high)


@given(histograms)
def test_modes_are_apart_and_share_all_requests(slots: dict[int, int]) -> None:
    found = modes(slots)
    assert sum(mode.count for mode in found) == sum(slots.values())
    assert sum(mode.share for mode in found) == pytest.approx(1 if slots else 0)
    assert all(a.high <= b.low for a, b in pairwise(found))
    assert all(mode.low <= mode.peak < mode.high for mode in found)
    assert all(mode.count == sum(slots.get(at, 0) for at in range(mode.low, mode.high)) for mode in found)
    assert not found or 1.0 in [mode.distance for mode in found]
    assert len(found) == 1 or all(mode.count >= FEWEST for mode in found)


@given(histograms, st.randoms(use_true_random=False))
def test_the_order_of_slots_does_not_matter(slots: dict[int, int], random: Random) -> None:
    items = list(slots.items())
    random.shuffle(items)
    assert modes(dict(items)) == modes(slots)


@given(
    st.dictionaries(st.integers(SUB, SLOTS - 1 - 10 * SUB), st.integers(1, 1000), max_size=60),
    st.integers(0, 9),
)
@example({51: 1, 8: 1, 115: 1}, 1)
def test_twice_as_slow_is_the_same_elsewhere(slots: dict[int, int], doublings: int) -> None:
    by = doublings * SUB
    moved = modes({at + by: count for at, count in slots.items()})
    assert [(m.low - by, m.high - by, m.peak - by, m.count) for m in moved] == [
        (m.low, m.high, m.peak, m.count) for m in modes(slots)
    ]


@given(falling, falling, st.integers(SUB, 100))
def test_what_rises_and_falls_has_one_mode(rising: list[int], sinking: list[int], start: int) -> None:
    """Counts that rise as slots widen, and fall: unimodal as a density over the logarithm of time."""
    wide = [bounds_us(at)[1] - bounds_us(at)[0] for at in range(SLOTS)]
    top = max(*rising, *sinking) + 1
    heights = [*rising, top, *reversed(sinking)][: SLOTS - 1 - start]
    slots = {
        start + i: round(height * wide[start + i] / bounds_us(start + i)[0] * 1000)
        for i, height in enumerate(heights)
        if height
    }
    assert len(modes(slots)) == 1


@given(st.integers(30, 80), st.integers(12, 500), st.integers(24, 60), st.integers(0, 2**32))
def test_a_planted_hump_is_found(main: int, many: int, apart: int, seed: int) -> None:
    random = Random(seed)
    slots = {main + i: round(1000 * 2.0 ** -abs(i)) for i in range(-4, 5)}
    hump = main + apart
    for _ in range(many):
        at = hump + random.randrange(8)
        slots[at] = slots.get(at, 0) + 1
    found = second_hump(slots)
    assert found is not None
    assert hump <= found.low < found.high <= hump + 8
    assert found.count >= 0.75 * many  # one or two apart from the others may be no part of it
    assert found.distance >= FAR


def test_few_say_nothing() -> None:
    fast = {slot(0.3): 990}
    assert second_hump(fast | {slot(30): FEWEST - 1}) is None
    assert second_hump(fast | {slot(30): FEWEST + 4}) is not None
    assert second_hump({slot(0.3): 30} | {slot(30) + at: 1 for at in range(12)}) is None


def test_the_main_mode_may_be_the_smaller_one() -> None:
    """A disk that is slow more often than not is slow nevertheless."""
    found = second_hump({slot(0.3): 300, slot(0.35): 100, slot(30): 400, slot(35): 200})
    assert found is not None
    assert (found.low, found.share) == (slot(30), 0.6)
    assert found.distance == pytest.approx(100, rel=0.2)


def test_three_modes() -> None:
    shape = mixed((70, lognormal(0.1, 0.2)), (25, lognormal(3, 0.2)), (5, uniform(100, 300)))
    found = modes(draw(Random(1), shape, 10_000))
    assert [round(mode.share, 2) for mode in found] == pytest.approx([0.70, 0.25, 0.05], abs=0.015)
    assert [mode.distance for mode in found] == pytest.approx([1, 30, 2000], rel=0.1)


def test_what_is_slower_still_does_not_hide_a_hump() -> None:
    slots = draw(
        Random(1), mixed((97.95, lognormal(0.3, 0.4)), (2, uniform(20, 60)), (0.05, uniform(4900, 5200))), 50_000
    )
    found = second_hump(slots)
    assert found is not None
    assert is_at(found, 20, 5300)
    assert found.share == pytest.approx(0.0205, rel=0.1)
    assert found.count == pytest.approx(found.share * sum(slots.values()))
    assert slot(20) <= found.peak <= slot(60)
    assert found.distance == pytest.approx(130, rel=0.2)


def test_which_humps_are_asked_for() -> None:
    slots = {slot(0.3): 700, slot(5): 250, slot(400): 50}
    every, slowest = second_hump(slots), second_hump(slots, most=0.1)
    assert every is not None
    assert slowest is not None
    assert (every.low, every.count, every.high) == (slot(5), 300, slot(400) + 1)
    assert (slowest.low, slowest.count) == (slot(400), 50)
    assert second_hump(slots, far=100) == second_hump(slots, least=slot(6)) == slowest
    assert second_hump(slots, most=0.04) is None


def test_nothing_of_nothing() -> None:
    assert modes({}) == ()
    assert second_hump({}) is None
    assert modes({5: 0, -1: 3, SLOTS: 3}) == ()


def test_it_is_fast() -> None:
    """It runs for hundreds of histograms a second; a hundred microseconds each, with room for a slow machine."""
    slots = draw(Random(1), lognormal(0.3, 0.8), 20_000)
    assert 50 <= len(slots) <= 90
    taken = min(timeit.repeat(lambda: second_hump(slots), number=20, repeat=10)) / 20
    assert taken < 300e-6, f"{taken * 1e6:.0f} us"
