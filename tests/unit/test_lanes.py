"""Lanes: what goes in comes out, and sums are those of the counts, however large."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.latency import SLOTS
from tui.lanes import Lanes, add_up, lanes

COUNTS = st.one_of(st.integers(1, 300), st.integers(60_000, 70_000), st.integers(1, (1 << 60) - 1))
SLOT_COUNTS = st.dictionaries(st.integers(0, SLOTS - 1), COUNTS, max_size=50)


def made(slots: dict[int, int]) -> Lanes:
    return lanes(sorted(slots.items()))


@given(SLOT_COUNTS)
def test_counts_come_out_as_they_went_in(slots: dict[int, int]) -> None:
    assert made(slots).slots() == slots


@given(st.lists(SLOT_COUNTS, max_size=10))
def test_sums_are_those_of_each_slot(parts: list[dict[int, int]]) -> None:
    expected: dict[int, int] = {}
    for part in parts:
        for slot, here in part.items():
            expected[slot] = expected.get(slot, 0) + here
    assert add_up([made(part) for part in parts]).slots() == expected


def test_a_lane_is_as_wide_as_it_must_be() -> None:
    assert [made({7: most}).width for most in (1, 65535, 65536, 1 << 32)] == [2, 2, 4, 8]
    assert add_up([made({7: 40_000})] * 2).width == 4


def test_counts_beyond_all_reason_are_no_crash() -> None:
    absurd = made({3: (1 << 64) - 1})
    assert add_up([absurd, absurd]) == absurd
    with pytest.raises(OverflowError):
        made({3: 1 << 64})
