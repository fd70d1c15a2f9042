"""Log-linear histograms: slots, percentiles, merging."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from probes.latency import (
    EMPTY,
    SLOTS,
    SUB,
    UNIT_NS,
    Latency,
    bounds_us,
    fold_powers_of_two,
    low_ns,
    merge,
    slot_of,
)

TOP_NS = low_ns(SLOTS)
times = st.integers(0, TOP_NS - 1)
shares = st.floats(0, 1)


def histogram(values: list[int]) -> Latency:
    slots: dict[int, int] = {}
    for value in values:
        slots[slot_of(value)] = slots.get(slot_of(value), 0) + 1
    return Latency(slots, len(values), sum(values), max(values, default=0))


@given(times)
def test_a_time_is_within_its_slot(ns: int) -> None:
    slot = slot_of(ns)
    assert low_ns(slot) <= ns < low_ns(slot + 1)


@given(st.integers(0, SLOTS - 1))
def test_a_bound_is_the_first_time_of_its_slot(slot: int) -> None:
    assert slot_of(low_ns(slot)) == slot
    assert slot_of(low_ns(slot + 1) - 1) == slot
    low, high = bounds_us(slot)
    assert (low * 1000, high * 1000) == (low_ns(slot), low_ns(slot + 1))


def test_slots_follow_each_other_and_are_narrow() -> None:
    for slot in range(SLOTS):
        width = low_ns(slot + 1) - low_ns(slot)
        assert width >= UNIT_NS
        assert width <= max(UNIT_NS, low_ns(slot) / SUB)


def test_the_range_is_what_it_says() -> None:
    assert low_ns(SUB) == 1000  # eight slots below 1 us
    assert low_ns(SLOTS) > 100e9  # and on to more than 100 s
    assert [low_ns(SUB * (power + 1)) for power in range(5)] == [1000, 2000, 4000, 8000, 16000]


@given(st.integers(TOP_NS, 1 << 70))
def test_what_is_too_long_counts_in_the_last_slot(ns: int) -> None:
    assert slot_of(ns) == SLOTS - 1


@given(st.integers(max_value=0))
def test_what_is_negative_counts_in_the_first(ns: int) -> None:
    assert slot_of(ns) == 0


@given(times, times)
def test_slots_keep_the_order_of_times(a: int, b: int) -> None:
    assert (slot_of(a) <= slot_of(b)) or a > b


@given(st.lists(times, min_size=1, max_size=200), shares)
def test_a_percentile_is_within_a_slot_of_the_exact_one(values: list[int], share: float) -> None:
    exact = sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
    found = histogram(values).percentile_ns(share)
    assert low_ns(slot_of(exact)) <= found <= low_ns(slot_of(exact) + 1)
    assert found <= max(values)


@given(st.lists(times, min_size=1), shares, shares)
def test_percentiles_rise(values: list[int], a: float, b: float) -> None:
    whole = histogram(values)
    assert whole.percentile_ns(min(a, b)) <= whole.percentile_ns(max(a, b))


def test_nothing_has_no_latency() -> None:
    assert EMPTY.percentile_ns(0.99) == 0.0
    assert EMPTY.average_ns == 0.0


@given(st.lists(times, min_size=1))
def test_the_average_is_exact(values: list[int]) -> None:
    assert histogram(values).average_ns == sum(values) / len(values)


@given(st.lists(st.lists(times)))
def test_merging_is_counting_together(parts: list[list[int]]) -> None:
    assert merge(map(histogram, parts)) == histogram([value for part in parts for value in part])


def test_merging_nothing() -> None:
    assert merge([]) == EMPTY


@given(st.lists(times))
def test_folded_slots_are_powers_of_two_of_a_microsecond(values: list[int]) -> None:
    expected: dict[int, int] = {}
    for value in values:
        power = max(value // 1000, 1).bit_length() - 1
        expected[power] = expected.get(power, 0) + 1
    assert fold_powers_of_two(histogram(values).slots) == expected
