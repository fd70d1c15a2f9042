"""What the block probe's programs added up in the kernel, as it grew from tick to tick."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from probes.kernel.bpf import Map
from probes.latency import SLOTS, low_ns

SLOT_BYTES = 4 * SLOTS
_OCTAVE = struct.Struct("=8I")
_NEVER = bytes(SLOT_BYTES)

Slots = tuple[tuple[int, int], ...]


class Growth(msgspec.Struct, frozen=True):
    """What a histogram gained: slots as in `snapshot.Hist`; max_ns is no less than the longest of them."""

    slots: Slots
    count: int
    sum_ns: int
    max_ns: int


class Grown(NamedTuple):
    """A key that gained something since it was read last: its value then (None: it is new) and now."""

    key: bytes
    before: bytes | None
    now: bytes


class Sums:
    """A map of sums that only grow. `head` is how many bytes of a value tell whether it has grown at all."""

    def __init__(self, map_: Map, head: int) -> None:
        self._map, self._head = map_, head
        self._seen: dict[bytes, bytes] = {}
        self._idle: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def grown(self) -> Iterator[Grown]:
        """Every key whose sums have changed since the last call."""
        head = self._head
        for key, now in self._map.items():
            before = self._seen.get(key)
            # Sums and slots are not read at once: what only one of them tells of yet is told when both do.
            if before is not None and (before[:head] == now[:head] or before[head:] == now[head:]):
                self._idle[key] = self._idle.get(key, 0) + 1
                continue
            self._idle.pop(key, None)
            self._seen[key] = now
            yield Grown(key, before, now)

    def forget_idle(self, calls: int) -> None:
        """Takes out what did not grow in so many of the last calls."""
        for key in [key for key, idle in self._idle.items() if idle >= calls]:
            self._forget(key)

    def forget_those(self, which: Callable[[bytes], bool]) -> None:
        """Takes out every key of which `which` says so."""
        for key in [key for key in self._seen if which(key)]:
            self._forget(key)

    def _forget(self, key: bytes) -> None:
        self._map.delete(key)
        self._seen.pop(key, None)
        self._idle.pop(key, None)


def growth(grown: Grown, slots_at: int, sums: tuple[int, int], sums_before: tuple[int, int]) -> Growth:
    """What a histogram within a value gained, whose slots begin at byte `slots_at`; `sums` are its sum and maximum.

    The kernel keeps the maximum of all time: where it did not rise, that of this tick is within its last slot.
    Requests may have been counted between the sums and the slots being read: the slots are what is shown.
    """
    before = grown.before[slots_at : slots_at + SLOT_BYTES] if grown.before is not None else _NEVER
    slots = slots_gained(grown.now[slots_at : slots_at + SLOT_BYTES], before)
    if not slots:
        return Growth((), 0, 0, 0)
    (total, most), (total_before, most_before) = sums, sums_before
    here = most if most > most_before else min(most, low_ns(slots[-1][0] + 1))
    here = max(here, low_ns(slots[-1][0]))  # where the slot was read and the maximum not yet
    return Growth(slots, sum(n for _, n in slots), max(total - total_before, 0), here)


def slots_gained(now: bytes, before: bytes) -> Slots:
    """Slots that differ, with by how much: 32-bit counters, which may have wrapped. Unchanged octaves cost nothing."""
    gained: list[tuple[int, int]] = []
    for at in range(0, SLOT_BYTES, _OCTAVE.size):
        block, block_before = now[at : at + _OCTAVE.size], before[at : at + _OCTAVE.size]
        if block == block_before:
            continue
        pairs = zip(_OCTAVE.unpack(block), _OCTAVE.unpack(block_before), strict=True)
        gained += [(at // 4 + i, n - was & 0xFFFFFFFF) for i, (n, was) in enumerate(pairs) if n != was]
    return tuple(gained)


def added(a: Growth, b: Growth) -> Growth:
    """Both together."""
    if not a.count:
        return b
    slots = dict(a.slots)
    for slot, n in b.slots:
        slots[slot] = slots.get(slot, 0) + n
    return Growth(tuple(sorted(slots.items())), a.count + b.count, a.sum_ns + b.sum_ns, max(a.max_ns, b.max_ns))
