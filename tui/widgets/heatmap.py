"""A heat map of latencies: time to the right, latency upwards on a logarithmic axis, counts as densities.

Densities are on a logarithmic scale too, and one single request is already the first level of it: what is rare is
what one looks for. Pure: numbers in, lines out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from probes.latency import Latency
from tui.format import count
from tui.widgets.heat import Heat
from tui.widgets.histogram import TAIL, Axis, power, spread
from tui.widgets.line import Line, Look

LABEL_CELLS = 6
"""Of the scale at the left of a map."""
FEWEST_MOST_HZ = 16.0
"""The scale of densities always reaches this far, in requests a second."""
SPREAD = 4
"""Requests of a disk are over so many cells at least, most of the time."""
LEGEND_CELLS = 31
ROOMY = 6
"""From so many lines on there is room for a line across."""
NOWHERE = -1


class Strand(NamedTuple):
    """A column of a map: densities of its cells, the lowest latency first; in which the average and the p99 are."""

    levels: bytes
    average: int = NOWHERE
    tail: int = NOWHERE


def fineness(look: Look) -> int:
    """How many cells of a strand make a line."""
    return 2 if look.glyphs.half else 1


def scale_of(most_hz: float) -> float:
    """The end of the scale of densities where the busiest disk has that many requests a second.

    It goes by powers of two, so that a map does not change its colours every second.
    """
    return max(2.0 ** math.ceil(math.log2(max(most_hz, 1.0) / SPREAD)), FEWEST_MOST_HZ)


def strand(latency: Latency, span_ns: int, axis: Axis, scale_hz: float, levels: int) -> Strand:
    """The column of that latency: `levels` is the density of `scale_hz` requests a second in a cell and of more."""
    if not latency.count:
        return Strand(bytes(axis.width))
    by_level = (levels - 1) / math.log(scale_hz)
    seconds = max(span_ns, 1) / 1e9
    made = bytearray(axis.width)
    for at, here in enumerate(spread(latency.slots, axis)):
        if here > 0:
            made[at] = min(1 + int(math.log(max(here / seconds, 1.0)) * by_level), levels)
    return Strand(bytes(made), axis.column(latency.average_ns), axis.column(latency.percentile_ns(TAIL)))


def render_map(strands: Sequence[Strand], axis: Axis, look: Look, *, cursor: int | None, marks: bool) -> list[Strip]:
    """The map, a cell for each strand and a line for every `fineness` cells of the axis.

    cursor  which strand stands out
    marks   whether average and p99 are drawn; in a map of few lines they hide nothing
    """
    heats = [look.heat.lit or look.heat if at == cursor else look.heat for at in range(len(strands))]
    fine = fineness(look)
    rows = list(zip(*(one.levels for one in strands), strict=True)) or [()] * axis.width
    marked = _marks(strands, heats, look) if marks else {}
    lines = []
    for low in range(axis.width - fine, -1, -fine):
        glyphs, styles = _cells(rows[low], rows[low + fine - 1], heats, look)
        for at, glyph, style in marked.get(low, ()):
            if axis.width >= ROOMY * fine or not any(rows[cell][at] for cell in range(low, low + fine)):
                glyphs[at], styles[at] = glyph, style
        lines.append(_joined(glyphs, styles, look))
    return lines


def render_scale(axis: Axis, look: Look) -> list[Strip]:
    """The scale at the left of a map of that axis, its powers of ten in words."""
    fine = fineness(look)
    lines = axis.width // fine
    words: dict[int, str] = {}
    for at, ns in axis.decades():
        words.setdefault(at // fine, power(ns))
    strips = []
    for below in reversed(range(lines)):
        word = words.get(below, "")
        line = Line(look, LABEL_CELLS, "dim").cell(word, LABEL_CELLS - 1, right=True)
        strips.append(line.bars(look.glyphs.side if word else look.glyphs.down, "rule").strip())
    return strips


def render_legend(scale_hz: float, look: Look, *, marks: bool) -> Strip:
    """What densities and marks mean: `1/s`, the ramp, `128/s a cell`, `avg`, `p99`."""
    line = Line(look, LEGEND_CELLS, "dim").put("1/s ")
    heat, glyphs = look.heat, look.glyphs
    if glyphs.half:
        for level in range(1, heat.levels + 1):
            line.paint(" ", heat.pairs[level][level])
    else:
        line.paint(glyphs.shades[1:], heat.ink)
    line.put(f" {count(scale_hz)}/s")
    if marks:
        line.put(" ").paint(glyphs.average, heat.average[0]).put(" avg ").paint(glyphs.tail, heat.tail[0]).put(" p99")
    return line.strip()


def _cells(
    lower: Sequence[int], upper: Sequence[int], heats: Sequence[Heat], look: Look
) -> tuple[list[str], list[Style]]:
    """Glyphs and styles of a line."""
    half = look.glyphs.half
    if half:
        glyphs = [" " if above == below else half for above, below in zip(upper, lower, strict=True)]
        return glyphs, [heat.pairs[a][b] for heat, a, b in zip(heats, upper, lower, strict=True)]
    most, shades = look.heat.levels, look.glyphs.shades
    return [_shade(level, most, shades) for level in lower], [heat.ink for heat in heats]


def _shade(level: int, most: int, shades: str) -> str:
    return shades[math.ceil(level * (len(shades) - 1) / most)]


def _marks(
    strands: Sequence[Strand], heats: Sequence[Heat], look: Look
) -> Mapping[int, Sequence[tuple[int, str, Style]]]:
    """The marks with their columns, by the lowest cell of a line; an average comes after a p99 in the same place."""
    glyphs, fine = look.glyphs, fineness(look)
    marks: dict[int, list[tuple[int, str, Style]]] = {}
    for at, (one, heat) in enumerate(zip(strands, heats, strict=True)):
        for cell, glyph, styles in ((one.tail, glyphs.tail, heat.tail), (one.average, glyphs.average, heat.average)):
            if cell != NOWHERE:
                low = cell - cell % fine
                behind = max(one.levels[low : low + fine]) if glyphs.half else 0
                marks.setdefault(low, []).append((at, glyph, styles[behind]))
    return marks


def _joined(glyphs: Sequence[str], styles: Sequence[Style], look: Look) -> Strip:
    line = Line(look, len(glyphs))
    start = 0
    while start < len(glyphs):
        end = start + 1
        while end < len(glyphs) and styles[end] is styles[start]:
            end += 1
        line.paint("".join(glyphs[start:end]), styles[start])
        start = end
    return line.strip()
