"""Counts of a histogram side by side in a string of bytes: small to send and to keep, and added up at the speed of big
integers. Pure.

The bytes are little-endian on every machine: a recording is read elsewhere than it was made.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from probes.latency import SLOTS, Latency

CODES: Mapping[int, Literal["B", "H", "I", "Q"]] = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""Widths of a lane in bytes, as `array` calls them."""


class Lanes(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The counts of consecutive slots from `first` on, each in `width` bytes; neither the first nor the last is 0."""

    first: int
    width: int
    counts: bytes

    @property
    def end(self) -> int:
        """The slot behind the last one."""
        return self.first + len(self.counts) // self.width

    @property
    def total(self) -> int:
        """All counts together."""
        return sum(self.values())

    def beyond(self, slot: int) -> int:
        """All counts from that slot on."""
        return sum(self.values()[max(slot - self.first, 0) :]) if slot < self.end else 0

    def values(self) -> Sequence[int]:
        """The count of each slot from `first` on."""
        return self.counts if self.width == 1 else array(CODES[self.width], little(self.counts, self.width))

    def slots(self) -> dict[int, int]:
        """The counts that are not 0, by slot, ascending."""
        return {slot: here for slot, here in enumerate(self.values(), self.first) if here}


NONE = Lanes(0, 1, b"")
_EVERY_OTHER = {width: int.from_bytes((b"\xff" * width + bytes(width)) * (SLOTS // 2 + 1), "little") for width in CODES}
"""By width, all bits of the lanes with even numbers."""


class Counted(Protocol):
    """What has counted requests and their times, in nanoseconds."""

    @property
    def lanes(self) -> Lanes: ...
    @property
    def count(self) -> int: ...
    @property
    def sum_ns(self) -> int: ...
    @property
    def max_ns(self) -> int: ...


def lanes(slots: Mapping[int, int]) -> Lanes:
    """These counts by slot. Raises OverflowError for one of more than 64 bits."""
    filled = [slot for slot, here in slots.items() if here]
    if not filled:
        return NONE
    first, cells = min(filled), max(filled) - min(filled) + 1
    most = max(slots.values())
    width = _width(most)
    if width is None:
        raise OverflowError("a count of more than 64 bits")
    made = array(CODES[width], bytes(width * cells))
    for slot in filled:
        made[slot - first] = slots[slot]
    return Lanes(first, width, little(made.tobytes(), width))


def latency_of(*parts: Counted) -> Latency:
    """The latencies of all of these together."""
    return Latency(
        add_up([part.lanes for part in parts]).slots(),
        sum([part.count for part in parts]),
        sum([part.sum_ns for part in parts]),
        max([part.max_ns for part in parts], default=0),
    )


def add_up(parts: Sequence[Lanes]) -> Lanes:
    """The sums, slot by slot; where they are beyond all reason, the last part alone."""
    parts = [part for part in parts if part.counts]
    if len(parts) < 2:  # noqa: PLR2004  (nothing to add)
        return parts[0] if parts else NONE
    first, end = min([part.first for part in parts]), max([part.end for part in parts])
    least = max([part.width for part in parts])
    for width in CODES:
        if width >= least and len(parts) < 1 << 8 * width:
            whole = _sum(parts, width, first)
            if whole is not None:
                return Lanes(first, width, whole.to_bytes(width * (end - first), "little"))
    return parts[-1]


def _sum(parts: Sequence[Lanes], width: int, first: int) -> int | None:
    """The sums in an integer, that of the slot `first` lowest, each in so many bytes; None where those are too few."""
    bits, mask = 8 * width, _EVERY_OTHER[width]
    even = odd = 0
    for part in parts:
        counts = part.counts if part.width == width else _resized(part.counts, part.width, width)
        whole = int.from_bytes(counts, "little") << bits * (part.first - first)
        # With every other lane taken out, each has room to grow into its neighbour's place.
        even += whole & mask
        odd += whole >> bits & mask
    return None if (even | odd) & ~mask else even | odd << bits


def as_integer(part: Lanes, width: int) -> int:
    """All counts in one integer, the first lowest, each in that many bytes, which are not fewer than they have."""
    return int.from_bytes(_resized(part.counts, part.width, width), "little")


def of_integer(whole: int, width: int) -> Lanes:
    """The counts in an integer, that of slot 0 lowest, each in `width` bytes."""
    if not whole:
        return NONE
    bits = 8 * width
    first, end = ((whole & -whole).bit_length() - 1) // bits, (whole.bit_length() - 1) // bits + 1
    return Lanes(first, width, (whole >> first * bits).to_bytes(width * (end - first), "little"))


def narrowed(part: Lanes) -> Lanes:
    """The same counts in as few bytes as they need."""
    width, counts = part.width, part.counts
    while width > 1 and not any(counts[at::width].strip(b"\0") for at in range(width // 2, width)):
        counts, width = bytes(_resized(counts, width, width // 2)), width // 2
    return Lanes(part.first, width, counts)


def little(counts: bytes, width: int) -> bytes:
    """Lanes of this machine's order as little-endian ones, and the other way round."""
    if sys.byteorder == "little" or width == 1:
        return counts
    cells = array(CODES[width], counts)
    cells.byteswap()
    return cells.tobytes()


def _width(most: int) -> int | None:
    """The bytes that a count needs; None where there are not as many."""
    return next((width for width in CODES if most < 1 << 8 * width), None)


def _resized(counts: bytes, width: int, to: int) -> bytes | bytearray:
    """The same counts in lanes of another width."""
    if width == to:
        return counts
    made = bytearray(len(counts) // width * to)
    for at in range(min(width, to)):
        made[at::to] = counts[at::width]
    return made
