"""A latency histogram as bars: latency to the right on a logarithmic axis, counts upwards on a logarithmic scale.

Counts need the logarithm because what matters is the small hump far to the right: 2 % of the requests would be
a fiftieth of the height, and so invisible. Pure: numbers in, lines out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from textual.strip import Strip

from probes.latency import SLOTS, Latency, low_ns
from tui.format import duration
from tui.widgets.line import Line, Look, Role

SHORTEST_NS, LONGEST_NS = 100, 1_000_000_000_000
MEDIAN, TAIL = 0.5, 0.99


class Axis(NamedTuple):
    """`width` cells from `low_ns` to `high_ns`."""

    low_ns: float
    high_ns: float
    width: int

    def x(self, ns: float) -> float:
        """Where a latency is, in cells from the left; beyond the ends it is at the end."""
        share = math.log(max(ns, self.low_ns) / self.low_ns) / math.log(self.high_ns / self.low_ns)
        return min(share, 1.0) * self.width

    def column(self, ns: float) -> int:
        """The cell in which a latency is."""
        return min(int(self.x(ns)), self.width - 1)

    def decades(self) -> Iterable[tuple[int, float]]:
        """Cells of the powers of ten within the axis, with their latency."""
        ns = 10.0 ** math.ceil(math.log10(self.low_ns) - 1e-9)
        while ns < self.high_ns * 0.99:
            yield round(self.x(ns)), ns
            ns *= 10


def axis_for(latencies: Iterable[Latency], width: int) -> Axis:
    """One axis for all of them, so that they can be compared by eye."""
    slots = [slot for latency in latencies for slot in latency.slots]
    return axis_between(min(slots), max(slots), width) if slots else Axis(10e3, 100e6, width)


def axis_between(lowest: int, highest: int, width: int, parts: int = 1) -> Axis:
    """The axis on which both of these slots are: its ends are powers of ten, or that many parts of a decade apart."""
    low_at = math.floor(math.log10(max(low_ns(lowest), SHORTEST_NS)) * parts + 1e-9)
    low = 10.0 ** (low_at / parts)
    high_at = math.ceil(math.log10(min(max(low_ns(highest + 1), 2 * low), LONGEST_NS)) * parts - 1e-9)
    return Axis(low, 10.0 ** (max(high_at, low_at + 2 * parts) / parts), width)


@lru_cache(64)
def _edges(axis: Axis) -> tuple[float, ...]:
    """Where on the axis each slot begins, and where the last one ends."""
    return tuple(axis.x(low_ns(slot)) for slot in range(SLOTS + 1))


def spread(slots: Mapping[int, int], axis: Axis) -> list[float]:
    """Counts by cell of the axis: a slot's count is shared among the cells that it covers."""
    cells = [0.0] * axis.width
    edges = _edges(axis)
    for slot, here in slots.items():
        start, end = edges[slot], edges[slot + 1]
        first, last = min(int(start), axis.width - 1), min(int(end), axis.width - 1)
        if first == last or end <= start:
            cells[first] += here
            continue
        for cell in range(first, last + 1):
            cells[cell] += here * max(min(end, cell + 1) - max(start, cell), 0.0) / (end - start)
    return cells


def levels(cells: list[float], most: int) -> list[int]:
    """Heights from 0 to `most`: logarithmic, and at least 1 where there is anything at all."""
    top = math.log1p(max(cells, default=0.0))
    return [max(1, round(math.log1p(cell) / top * most)) if cell > 0 and top else 0 for cell in cells]


def render_histogram(latency: Latency, axis: Axis, height: int, look: Look) -> list[Strip]:
    """The bars, `height` lines of `axis.width` cells. Beyond the median and beyond the p99 they change colour."""
    bars = look.glyphs.bars
    full = len(bars) - 1
    heights = levels(spread(latency.slots, axis), height * full)
    median, tail = axis.x(latency.percentile_ns(MEDIAN)), axis.x(latency.percentile_ns(TAIL))
    roles: list[Role] = ["common" if cell < median else "slow" if cell < tail else "tail" for cell in range(axis.width)]
    strips = []
    for below in reversed(range(height)):
        line = Line(look, axis.width)
        start = 0
        while start < axis.width:
            end = start
            while end < axis.width and roles[end] == roles[start]:
                end += 1
            line.bars("".join(bars[min(max(h - below * full, 0), full)] for h in heights[start:end]), roles[start])
            start = end
        strips.append(line.strip())
    return strips


def render_spark(latency: Latency, axis: Axis, height: int, look: Look) -> list[Strip]:
    """The bars without an axis below: the cell of the average is underlined instead."""
    *above, strip = render_histogram(latency, axis, height, look)
    at = axis.column(latency.average_ns)
    line = Line(look, axis.width).join(strip.crop(0, at)).put(strip.crop(at, at + 1).text, "caret")
    return [*above, line.join(strip.crop(at + 1)).strip()]


def render_labels(axis: Axis, look: Look, role: Role = "dim") -> Strip:
    """The powers of ten, in words, where they are on the axis."""
    line = Line(look, axis.width, role)
    for at, ns in axis.decades():
        label = power(ns)
        if at >= line.x and at + len(label) <= axis.width:
            line.pad(at).put(label).put(" ")
    return line.strip()


def power(ns: float) -> str:
    """A power of ten without needless zeros: `100us`, `1ms`."""
    digits = duration(ns)
    number = digits.rstrip("nusm")
    return (number.rstrip("0").rstrip(".") if "." in number else number) + digits[len(number) :]
