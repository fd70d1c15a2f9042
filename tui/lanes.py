"""Counts of a histogram side by side in a string of bytes: small to keep, and added up at the speed of big integers."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

CODES: Mapping[int, Literal["H", "I", "Q"]] = {2: "H", 4: "I", 8: "Q"}
"""Widths of a lane in bytes, as `array` and `memoryview` call them."""


class Lanes(msgspec.Struct, frozen=True, array_like=True):
    """The counts of consecutive slots from `first` on, each in `width` bytes of the machine's order."""

    first: int
    width: int
    counts: bytes

    @property
    def end(self) -> int:
        """The slot behind the last one."""
        return self.first + len(self.counts) // self.width

    def slots(self) -> dict[int, int]:
        """The counts that are not 0, by slot."""
        view = memoryview(self.counts).cast(CODES[self.width])
        return {slot: here for slot, here in enumerate(view, self.first) if here}


def lanes(slots: Sequence[tuple[int, int]]) -> Lanes:
    """The counts of these slots, which are in ascending order. Raises OverflowError for one of more than 64 bits."""
    if not slots:
        return Lanes(0, 2, b"")
    first, cells = slots[0][0], slots[-1][0] - slots[0][0] + 1
    for width, code in CODES.items():
        made = array(code, bytes(width * cells))
        try:
            for slot, here in slots:
                made[slot - first] = here
        except OverflowError:
            continue
        return Lanes(first, width, made.tobytes())
    raise OverflowError("a count of more than 64 bits")


def add_up(parts: Sequence[Lanes]) -> Lanes:
    """The sums, slot by slot; where they are beyond all reason, the last part alone."""
    parts = [part for part in parts if part.counts]
    if not parts:
        return Lanes(0, 2, b"")
    most = sum(max(memoryview(part.counts).cast(CODES[part.width])) for part in parts)
    if most >= 1 << 8 * max(CODES):
        return parts[-1]
    width = next(width for width in CODES if most < 1 << 8 * width)
    first, end = min(part.first for part in parts), max(part.end for part in parts)
    little = sys.byteorder == "little"
    whole = 0
    for part in parts:
        behind = part.first - first if little else end - part.end
        whole += int.from_bytes(_widened(part, width), sys.byteorder) << 8 * width * behind
    return Lanes(first, width, whole.to_bytes(width * (end - first), sys.byteorder))


def _widened(part: Lanes, width: int) -> bytes:
    if part.width == width:
        return part.counts
    return array(CODES[width], memoryview(part.counts).cast(CODES[part.width])).tobytes()
