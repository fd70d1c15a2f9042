"""Lanes: what goes in comes out, and sums are those of the counts, however large."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import lanes as module
from probes.disk_sums import Hist
from probes.lanes import NONE, Lanes, add_up, as_integer, lanes, latency_of, little, narrowed, of_integer
from probes.latency import EMPTY, SLOTS, Latency

COUNTS = st.one_of(st.integers(1, 300), st.integers(60_000, 70_000), st.integers(1, (1 << 60) - 1))
SLOT_COUNTS = st.dictionaries(st.integers(0, SLOTS - 1), COUNTS, max_size=50)


@given(SLOT_COUNTS)
def test_counts_come_out_as_they_went_in(slots: dict[int, int]) -> None:
    made = lanes(slots)
    assert made.slots() == slots
    assert list(made.slots()) == sorted(slots)
    assert made.total == sum(slots.values())
    assert (made.first, made.end) == ((min(slots), max(slots) + 1) if slots else (0, 0))


@given(SLOT_COUNTS, st.integers(0, SLOTS))
def test_what_is_beyond_a_slot(slots: dict[int, int], border: int) -> None:
    assert lanes(slots).beyond(border) == sum(count for slot, count in slots.items() if slot >= border)


@given(st.lists(SLOT_COUNTS, max_size=10))
def test_sums_are_those_of_each_slot(parts: list[dict[int, int]]) -> None:
    expected: dict[int, int] = {}
    for part in parts:
        for slot, here in part.items():
            expected[slot] = expected.get(slot, 0) + here
    assert add_up([lanes(part) for part in parts]) == lanes(expected)


@given(SLOT_COUNTS)
def test_an_integer_has_all_counts(slots: dict[int, int]) -> None:
    made = lanes(slots)
    whole = as_integer(made, 8) << 64 * made.first
    assert of_integer(whole, 8).slots() == slots
    assert narrowed(of_integer(whole, 8)) == made


def test_a_lane_is_as_wide_as_it_must_be() -> None:
    assert [lanes({7: most}).width for most in (1, 255, 256, 65535, 65536, 1 << 32)] == [1, 1, 2, 2, 4, 8]
    assert add_up([lanes({7: 40_000})] * 2).width == 4
    assert add_up([lanes({7: 255})] * 300) == lanes({7: 76_500})
    assert add_up([lanes({7: 200, 8: 1}), lanes({8: 200, 9: 1})]).width == 1


def test_there_are_no_lanes_at_the_ends_of_which_nothing_is() -> None:
    assert lanes({3: 0, 5: 1, 9: 0}) == lanes({5: 1})
    assert lanes({}) == lanes({7: 0}) == add_up([]) == of_integer(0, 4) == NONE


def test_the_bytes_are_the_same_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lanes({3: 1, 5: 300}) == Lanes(3, 2, b"\x01\x00\x00\x00\x2c\x01")
    assert Lanes(9, 4, b"\x01\x02\x00\x00").slots() == {9: 513}
    assert little(struct.pack("=2I", 1, 300), 4) == struct.pack("<2I", 1, 300)
    monkeypatch.setattr(module.sys, "byteorder", "big")
    assert little(struct.pack(">2I", 1, 300), 4) == struct.pack("<2I", 1, 300)
    assert little(struct.pack("<2Q", 1, 300), 8) == struct.pack(">2Q", 1, 300)


def test_counts_beyond_all_reason_are_no_crash() -> None:
    absurd = lanes({3: (1 << 64) - 1})
    assert add_up([absurd, absurd]) == absurd
    with pytest.raises(OverflowError):
        lanes({3: 1 << 64})


def test_latencies_of_several_are_those_of_all_together() -> None:
    a = Hist("sda", "read", "device", lanes({3: 1, 4: 2}), 3, 300, 200)
    b = Hist("sdb", "write", "device", lanes({4: 5, 7: 1}), 6, 500, 250)
    assert latency_of(a, b) == Latency({3: 1, 4: 7, 7: 1}, 9, 800, 250)
    assert latency_of(a) == Latency({3: 1, 4: 2}, 3, 300, 200)
    assert latency_of() == EMPTY
