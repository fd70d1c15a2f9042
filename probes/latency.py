"""Log-linear histograms of latency: slots, merging, percentiles. Pure.

The scheme is that of HdrHistogram: every power of two is cut into `SUB` equal slots, so that a slot is
never wider than an eighth of its lower bound. Latencies are counted in units of 125 ns, which puts the
powers of two of a microsecond on slot borders: eight slots from 1 to 2 us, eight from 2 to 4 us, and so
on to 134 s, and eight below 1 us. `probes/common.bpf.h` computes the same slots in the kernel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SUB_BITS = 3
SUB = 1 << SUB_BITS
UNIT_NS = 125
TOP_BIT = 29
"""Highest bit of a latency in units; what is longer counts in the last slot."""
SLOTS = (TOP_BIT - SUB_BITS + 2) * SUB


def slot_of(ns: int) -> int:
    """The slot in which a latency of `ns` nanoseconds counts, from 0 to SLOTS - 1."""
    units = max(ns, 0) // UNIT_NS
    if units < SUB:
        return units
    exponent = units.bit_length() - 1
    if exponent > TOP_BIT:
        return SLOTS - 1
    shift = exponent - SUB_BITS
    return (shift + 1) * SUB + (units >> shift) - SUB


def low_ns(slot: int) -> int:
    """Lower bound of a slot in nanoseconds (inclusive); that of slot + 1 is its upper bound."""
    if slot < SUB:
        return slot * UNIT_NS
    shift, sub = divmod(slot, SUB)
    return (SUB + sub) * UNIT_NS << (shift - 1)


def bounds_us(slot: int) -> tuple[float, float]:
    """A slot's bounds in microseconds: low inclusive, high exclusive."""
    return low_ns(slot) / 1000, low_ns(slot + 1) / 1000


@dataclass(frozen=True, slots=True)
class Latency:
    """A histogram: counts by slot, and what slots cannot tell exactly. Times in nanoseconds."""

    slots: Mapping[int, int]
    count: int
    sum_ns: int
    max_ns: int

    @property
    def average_ns(self) -> float:
        return self.sum_ns / self.count if self.count else 0.0

    def percentile_ns(self, share: float) -> float:
        """The latency that `share` (0..1) of the requests did not exceed; 0.0 where there are none.

        Interpolated within its slot and never above the maximum, so the error is below an eighth.
        """
        if not self.count:
            return 0.0
        rank = share * self.count
        below = 0
        for slot in sorted(self.slots):
            here = self.slots[slot]
            if here and below + here >= rank:
                low, high = low_ns(slot), low_ns(slot + 1)
                return min(low + (high - low) * max(rank - below, 0.0) / here, float(self.max_ns))
            below += here
        return float(self.max_ns)


EMPTY = Latency({}, 0, 0, 0)


def merge(parts: Iterable[Latency]) -> Latency:
    """The histogram of everything that the parts count."""
    slots: dict[int, int] = {}
    count = sum_ns = max_ns = 0
    for part in parts:
        for slot, here in part.slots.items():
            slots[slot] = slots.get(slot, 0) + here
        count += part.count
        sum_ns += part.sum_ns
        max_ns = max(max_ns, part.max_ns)
    return Latency(slots, count, sum_ns, max_ns)


def fold_powers_of_two(slots: Mapping[int, int]) -> dict[int, int]:
    """Counts by power of two of a microsecond, as biolatency prints them.

    Key k counts latencies from 2^k (0 for k = 0) up to, not including, 2^(k + 1) microseconds.
    """
    folded: dict[int, int] = {}
    for slot, here in slots.items():
        power = max(0, slot // SUB - 1)
        folded[power] = folded.get(power, 0) + here
    return folded
