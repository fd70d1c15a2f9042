"""A latency histogram as bars: latency to the right on a logarithmic axis, counts upwards on a logarithmic scale.

Counts need the logarithm because what matters is the small hump far to the right: 2 % of the requests would be
a fiftieth of the height, and so invisible. Pure: numbers in, lines out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from typing import NamedTuple

from textual.strip import Strip

from probes.latency import Latency, low_ns
from tui.format import duration
from tui.widgets.line import Line, Look, Role

SHORTEST_NS, LONGEST_NS = 100, 1_000_000_000_000
MEDIAN, TAIL = 0.5, 0.99
_LABELS: tuple[tuple[str, Role], ...] = (("avg", "bright"), ("p99", "tail"), ("p50", "common"))
"""Marks on the axis, the most important first: the others give way."""


class Axis(NamedTuple):
    """`width` cells from `low_ns` to `high_ns`, both powers of ten."""

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
        ns = self.low_ns
        while ns < self.high_ns * 0.99:
            yield round(self.x(ns)), ns
            ns *= 10


def axis_for(latencies: Iterable[Latency], width: int) -> Axis:
    """One axis for all of them, so that they can be compared by eye."""
    slots = [slot for latency in latencies for slot in latency.slots]
    if not slots:
        return Axis(10e3, 100e6, width)
    low = 10.0 ** math.floor(math.log10(max(low_ns(min(slots)), SHORTEST_NS)) + 1e-9)
    high = 10.0 ** math.ceil(math.log10(min(max(low_ns(max(slots) + 1), 2 * low), LONGEST_NS)) - 1e-9)
    return Axis(low, max(high, 100 * low), width)


def spread(slots: Mapping[int, int], axis: Axis) -> list[float]:
    """Counts by cell of the axis: a slot's count is shared among the cells that it covers."""
    cells = [0.0] * axis.width
    for slot, here in slots.items():
        start, end = axis.x(low_ns(slot)), axis.x(low_ns(slot + 1))
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


class Mark(NamedTuple):
    """A figure's place on the axis, with its name to the right or to the left of the sign."""

    start: int
    text: str
    role: Role

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def marks(latency: Latency, axis: Axis, sign: str) -> list[Mark]:
    """Average, p99 and median where they are on the axis, from the left: as many of them, in this order of
    importance, as fit without hiding each other.
    """
    places = (latency.average_ns, latency.percentile_ns(TAIL), latency.percentile_ns(MEDIAN))
    choices: list[tuple[Mark | None, ...]] = []
    for ns, (name, role) in zip(places, _LABELS, strict=True):
        at = axis.column(ns)
        both = Mark(at, sign + name, role), Mark(at - len(name), name + sign, role)
        choices.append((*(mark for mark in both if mark.start >= 0 and mark.end <= axis.width), None))
    for chosen in sorted(product(*choices), key=lambda chosen: [mark is None for mark in chosen]):
        shown = sorted(mark for mark in chosen if mark)
        if all(left.end <= right.start for left, right in pairwise(shown)):
            return shown
    return []


def render_axis(latency: Latency, axis: Axis, look: Look) -> Strip:
    """The axis below the bars: ticks at the powers of ten; average, median and p99 at their places."""
    glyphs = look.glyphs
    ticks = {at for at, _ in axis.decades()}
    bare = "".join(glyphs.tick if cell in ticks else glyphs.axis for cell in range(axis.width))
    line = Line(look, axis.width, "rule")
    for mark in marks(latency, axis, glyphs.mark):
        line.bars(bare[line.x : mark.start]).put(mark.text, mark.role)
    return line.bars(bare[line.x :]).strip()


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
