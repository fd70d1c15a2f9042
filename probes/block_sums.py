"""What the block probe's programs added up in the kernel, as it grew from tick to tick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from probes.kernel.bpf import Map
from probes.lanes import NONE, Lanes, add_up, little, narrowed, of_integer
from probes.latency import SLOTS, low_ns

SLOT_BYTES = 4 * SLOTS
_NEVER = bytes(SLOT_BYTES)
_TOP_BITS = int.from_bytes(b"\0\0\0\x80" * SLOTS, "little")
_LOWER_BITS = int.from_bytes(b"\xff\xff\xff\x7f" * SLOTS, "little")


class Growth(msgspec.Struct, frozen=True):
    """What a histogram gained; max_ns is no less than the longest of them."""

    lanes: Lanes
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
    gained = slots_gained(grown.now[slots_at : slots_at + SLOT_BYTES], before)
    if not gained.counts:
        return Growth(NONE, 0, 0, 0)
    (total, most), (total_before, most_before) = sums, sums_before
    here = most if most > most_before else min(most, low_ns(gained.end))
    here = max(here, low_ns(gained.end - 1))  # where the slot was read and the maximum not yet
    return Growth(gained, gained.total, max(total - total_before, 0), here)


def slots_gained(now: bytes, before: bytes) -> Lanes:
    """By how much 32-bit counters differ, which may have wrapped."""
    if now == before:
        return NONE
    a, b = int.from_bytes(little(now, 4), "little"), int.from_bytes(little(before, 4), "little")
    # All are subtracted at once: a top bit that is set has nothing borrowed from the next counter, and is put right.
    return narrowed(of_integer((a | _TOP_BITS) - (b & _LOWER_BITS) ^ (a ^ b ^ _TOP_BITS) & _TOP_BITS, 4))


def added(a: Growth, b: Growth) -> Growth:
    """Both together."""
    if not a.count:
        return b
    return Growth(add_up((a.lanes, b.lanes)), a.count + b.count, a.sum_ns + b.sum_ns, max(a.max_ns, b.max_ns))
