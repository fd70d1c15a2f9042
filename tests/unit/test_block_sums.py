"""What the block probe's maps gain from tick to tick; whole maps here are dictionaries."""

from __future__ import annotations

import struct
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from probes.block_sums import SLOT_BYTES, Grown, Growth, Sums, added, growth, slots_gained
from probes.kernel.bpf import Map
from probes.lanes import NONE, lanes
from probes.latency import SLOTS, low_ns

HEAD = struct.Struct("=QQ")
counts = st.dictionaries(st.integers(0, SLOTS - 1), st.integers(0, (1 << 32) - 1))


class Dictionary(dict[bytes, bytes]):
    """As much of a BPF map as sums need."""

    def items(self) -> Any:
        return list(super().items())

    def lookup(self, key: bytes) -> bytes | None:
        return self.get(key)

    def delete(self, key: bytes) -> bool:
        return self.pop(key, None) is not None


def packed(slots: dict[int, int]) -> bytes:
    return struct.pack(f"={SLOTS}I", *(slots.get(slot, 0) for slot in range(SLOTS)))


def value(total: int, most: int, slots: dict[int, int]) -> bytes:
    return HEAD.pack(total, most) + packed(slots)


def sums_of(map_: Dictionary) -> Sums:
    return Sums(cast(Map, map_), HEAD.size)


@given(counts, counts)
def test_slots_gain_what_was_added_also_over_the_end_of_their_counters(
    before: dict[int, int], more: dict[int, int]
) -> None:
    now = {slot: before.get(slot, 0) + more.get(slot, 0) & 0xFFFFFFFF for slot in before.keys() | more.keys()}
    assert slots_gained(packed(now), packed(before)).slots() == {slot: n for slot, n in more.items() if n}


def test_only_what_has_grown_is_told() -> None:
    map_ = Dictionary({b"a": value(10, 10, {3: 1}), b"b": value(5, 5, {2: 1})})
    sums = sums_of(map_)
    assert {grown.key for grown in sums.grown()} == {b"a", b"b"}
    assert list(sums.grown()) == []
    before, map_[b"b"] = map_[b"b"], value(9, 5, {2: 2})
    assert list(sums.grown()) == [Grown(b"b", before, map_[b"b"])]


def test_what_rests_is_forgotten_and_begins_anew() -> None:
    map_ = Dictionary({b"a": value(10, 10, {3: 1}), b"b": value(5, 5, {2: 1})})
    sums = sums_of(map_)
    for total in range(6, 10):
        map_[b"b"] = value(total, 5, {2: total})
        list(sums.grown())
    sums.forget_idle(4)
    assert set(map_) == {b"a", b"b"}
    list(sums.grown())
    sums.forget_idle(4)
    assert set(map_) == {b"b"}
    map_[b"a"] = value(7, 7, {1: 1})
    (again,) = sums.grown()
    assert again.before is None


def test_the_maximum_of_a_tick_is_not_that_of_all_time() -> None:
    first = Grown(b"", None, value(1000, 900_000, {40: 1}))
    assert growth(first, HEAD.size, (1000, 900_000), (0, 0)).max_ns == 900_000
    later = Grown(b"", first.now, value(1500, 900_000, {40: 1, 8: 1}))
    found = growth(later, HEAD.size, (1500, 900_000), (1000, 900_000))
    assert found == Growth(lanes({8: 1}), 1, 500, low_ns(9))


def test_sums_without_slots_are_not_yet_shown() -> None:
    grown = Grown(b"", None, value(1000, 1000, {}))
    assert growth(grown, HEAD.size, (1000, 1000), (0, 0)).count == 0
    assert len(grown.now) == HEAD.size + SLOT_BYTES


def test_growths_add_up() -> None:
    a, b = Growth(lanes({1: 2, 5: 1}), 3, 30, 9), Growth(lanes({5: 4, 3: 1}), 5, 50, 7)
    assert added(a, b) == Growth(lanes({1: 2, 3: 1, 5: 5}), 8, 80, 9)
    assert added(Growth(NONE, 0, 0, 0), b) == b


def test_a_sum_that_was_read_before_its_slot_is_not_lost() -> None:
    map_ = Dictionary({b"a": value(10, 10, {3: 1})})
    sums = sums_of(map_)
    list(sums.grown())
    for half in (value(530, 520, {3: 1}), value(10, 10, {3: 1, 4: 1})):
        map_[b"a"] = half
        assert list(sums.grown()) == []
    map_[b"a"] = value(530, 520, {3: 1, 4: 1})
    (grown,) = sums.grown()
    assert growth(grown, HEAD.size, (530, 520), (10, 10)) == Growth(lanes({4: 1}), 1, 520, 520)
