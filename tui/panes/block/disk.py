"""One disk in full: its map; beside it, on the same latency scale, the histogram of all that time and that of the
moment under the cursor; below it, on the same time axis, its figures as lines over time. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.strip import Strip

from probes.disk_sums import DiskFacts, Threshold
from probes.latency import Latency
from tui import format as units
from tui.history import ProbeView
from tui.panes.block import empty
from tui.panes.block.cursor import Stretch
from tui.panes.block.slow import OPS
from tui.panes.block.strands import Choice, Scales, scales, strands
from tui.panes.block.traffic import (
    BUSY,
    LATENCIES,
    ROLES,
    Trace,
    Traffic,
    latencies,
    of_frame,
    of_stretch,
    of_window,
    trace,
)  # fmt: skip
from tui.widgets.heatmap import LABEL_CELLS, LEGEND_CELLS, fineness, render_legend, render_map, render_scale
from tui.widgets.histogram import MEDIAN, TAIL, Axis, levels, spread
from tui.widgets.line import Line, Look, Role
from tui.widgets.spark import render_sideways, render_spark_line, steps
from tui.widgets.timeaxis import NOT_YET, render_times

SIDE_SHARE, SIDE_LEAST, SIDE_MOST = 6, 10, 24
"""Cells of each of the two histograms: one in so many of the width, and their bounds."""
MAP_LEAST = 4
"""Fewest lines of the map."""
FACTS_FROM = (13, 22)
"""Lines from which on the facts of the disk have one, and two."""
SIZED = re.compile(r" of [\d.]+ \w+B$")
"""The end of a model's name that tells the size: disks which a hypervisor lends are called by it."""
WHY = {"hump": "where a second hump begins", "tail": "its p99.9", "set": "as set"}


class Row(NamedTuple):
    """A figure over time. `value` is None where it is not known; `told` is its text, `bar` what its bars are.

    worth  rows of the lowest are left out first
    """

    name: str
    worth: int
    role: Role
    value: Callable[[Trace], float | None]
    told: Callable[[float], str]
    bar: Role = "dim"
    latency: bool = False


def _latency_row(name: str, worth: int, bar: Role) -> Row:
    at = LATENCIES.index(name)

    def value(one: Trace) -> float | None:
        return one.latencies[at] if one.latencies else None

    return Row(name, worth, ROLES[name], value, units.duration, bar, latency=True)


ROWS = (
    _latency_row("avg", 9, "text"),
    _latency_row("p50", 5, "common"),
    _latency_row("p90", 3, "slow"),
    _latency_row("p99", 10, "tail"),
    _latency_row("p99.9", 4, "tail"),
    _latency_row("max", 6, "dim"),
    Row("IOPS", 8, "text", lambda one: one.hz, units.rate),
    Row("bytes", 2, "text", lambda one: one.bytes_hz, lambda value: f"{units.size(value)}/s"),
    Row("busy", 7, "text", lambda one: one.busy, units.percent),
    Row("depth", 1, "text", lambda one: one.depth, units.three_digits),
)


class Page(NamedTuple):
    """What all parts of the page have in common."""

    look: Look
    stretch: Stretch
    scales: Scales
    choice: Choice
    disk: str
    side: int
    width: int


def map_width(width: int) -> int:
    """Columns of time that there are in a pane of that width."""
    return max(width - LABEL_CELLS - 2 * _side(width), 1)


def draw(  # noqa: PLR0913  as all that draw, and of what
    look: Look, view: ProbeView, choice: Choice, stretch: Stretch, disk: str, *, width: int, height: int
) -> list[Strip]:
    """The page of that disk."""
    page = Page(look, stretch, scales(stretch, choice, look.heat.levels), choice, disk, _side(width), width)
    whole = of_stretch(stretch, disk, choice)
    frame = stretch.frame
    moment = of_frame(frame, disk, choice) if frame else of_window(view, disk, choice)
    lines = _facts(page, view, sum(height >= enough for enough in FACTS_FROM))
    room = height - len(lines) - 2
    rows, rest = _rows(min(max(room // 2, 0), room - MAP_LEAST))
    below = [_row(page, row, whole, moment) for row in rows]
    if rest:
        below.append(_in_a_row(page, rest, moment))
    lines.append(_heading(page))
    lines += _map(page, whole.latency, moment.latency, max(room - len(below), 1))
    return [*lines, _times(page), *below]


def _side(width: int) -> int:
    return min(max(width // SIDE_SHARE, SIDE_LEAST), SIDE_MOST)


def _rows(room: int) -> tuple[list[Row], list[Row]]:
    """The figures that have a line of their own, the most telling ones, and those that share one, where there is one;
    in their usual order.
    """
    lines = room if room >= len(ROWS) else max(room - 1, 0)
    worth = sorted((row.worth for row in ROWS), reverse=True)[:lines]
    return [row for row in ROWS if row.worth in worth], [row for row in ROWS if row.worth not in worth and room > 0]


def _facts(page: Page, view: ProbeView, most: int) -> list[Strip]:
    """What the disk is, where it is found, and from which latency on its requests are listed: in so many lines."""
    facts = view.facts.get(page.disk) or DiskFacts(page.disk)
    known = [
        *facts.sets,
        facts.model,
        f"serial {facts.serial}" if facts.serial else "",
        facts.slot,
        units.size(facts.size) if facts.size and not SIZED.search(facts.model) else "",
        {True: "rotational", False: "flash", None: ""}[facts.rotational],
        *(_listed(threshold) for (disk, _), threshold in view.thresholds.items() if disk == page.disk),
    ]
    lines = [Line(page.look, page.width, "dim").put(" ").put(page.disk, "bright")] if most else []
    for text in filter(None, known):
        if lines and lines[-1].room < len(text) + 4 and len(lines) < most:
            lines.append(Line(page.look, page.width, "dim").pad(len(page.disk) + 1))
        if lines and lines[-1].room >= len(text) + 4:
            lines[-1].put(f" {page.look.glyphs.dot} ", "rule").put(text, "text")
    return [line.strip() for line in lines]


def _listed(threshold: Threshold) -> str:
    return f"slow {OPS[threshold.op]} from {units.duration(threshold.us * 1000)}, {WHY[threshold.why]}"


def _heading(page: Page) -> Strip:
    """What the colours of the map mean; and of when the histograms are."""
    stretch, shown = page.stretch, len(page.stretch.frames)
    line = Line(page.look, page.width).pad(LABEL_CELLS)
    marks = page.choice.marks and shown >= LEGEND_CELLS
    line.join(render_legend(page.scales.scale_hz, page.look, marks=marks).crop(0, shown))
    line.pad(LABEL_CELLS + shown)
    whole = units.uptime(stretch.span_ns / 1e9) if stretch.span_ns >= _MINUTE_NS else f"{stretch.span_ns / 1e9:.0f} s"
    line.put(" ").cell(whole, page.side - 1, "dim").put(" ").cell(_moment(stretch), page.side - 1, "bright")
    return line.strip()


def _moment(stretch: Stretch) -> str:
    """What time it is that one looks at."""
    return units.clock(stretch.frame.time)[:8] if stretch.cursor is not None and stretch.frame else "now"


_MINUTE_NS = 60_000_000_000


def _map(page: Page, whole: Latency, moment: Latency, lines: int) -> list[Strip]:
    """The map between its scale and the two histograms."""
    look, cells = page.look, lines * fineness(page.look)
    axis = page.scales.axis_of(cells)
    columns = strands(page.stretch, page.disk, page.choice, page.scales, cells)
    if empty.is_empty(columns):
        drawn_map = empty.draw(look, page.choice, page.disk, len(columns), lines)
    else:
        drawn_map = render_map(columns, axis, look, cursor=page.stretch.cursor, marks=page.choice.marks)
    parts = (
        render_scale(axis, look),
        drawn_map,
        _histogram(page, whole, axis),
        _histogram(page, moment, axis),
    )
    drawn = []
    for scale, strip, left, right in zip(*parts, strict=True):
        line = Line(look, page.width).join(scale).join(strip)
        drawn.append(line.put(" ").join(left).put(" ").join(right).strip())
    return drawn


def _histogram(page: Page, latency: Latency, axis: Axis) -> list[Strip]:
    """Bars to the right for the lines of the map, on a logarithmic scale."""
    fine, cells = fineness(page.look), spread(latency.slots, axis)
    counts = [sum(cells[low : low + fine]) for low in range(axis.width - fine, -1, -fine)]
    median, tail = (axis.column(latency.percentile_ns(share)) for share in (MEDIAN, TAIL))
    roles: list[Role] = [
        "common" if low + fine - 1 <= median else "slow" if low + fine - 1 <= tail else "tail"
        for low in range(axis.width - fine, -1, -fine)
    ]
    width = page.side - 1
    return render_sideways(levels(counts, width * steps(page.look)), roles, width, page.look)


def _times(page: Page) -> Strip:
    times = [frame.time if frame else NOT_YET for frame in page.stretch.frames]
    drawn = render_times(times, page.look, cursor=page.stretch.cursor)
    return Line(page.look, page.width).pad(LABEL_CELLS).join(drawn).strip()


def _in_a_row(page: Page, rows: Sequence[Row], moment: Traffic) -> Strip:
    """Figures of the moment, one behind the other: the most telling ones of those that have no line of their own."""
    now = _trace_of(moment)
    known = [(row, value) for row in rows if (value := row.value(now)) is not None]
    told = [(row, row.name, _told(row, value)) for row, value in known]
    needed = [len(name) + len(text) + 3 for _, name, text in told]
    when = f" {_moment(page.stretch)} "
    line = Line(page.look, page.width, "dim").put(when if sum(needed) + len(when) < page.width else "").put(" ")
    while sum(len(name) + len(text) + 3 for _, name, text in told) > page.width:
        told.remove(min(told, key=lambda one: one[0].worth))
    for row, name, text in told:
        line.put(f"{name} ").put(text, row.role).put("  ")
    return line.strip()


def _told(row: Row, value: float | None) -> str:
    return "-" if value is None else row.told(value)


def _row(page: Page, row: Row, whole: Traffic, moment: Traffic) -> Strip:
    """A figure over time below the map, and what it was all the time and at the moment below the histograms."""
    traces = [trace(frame, page.disk, page.choice) for frame in page.stretch.frames]
    values = [None if one is None else row.value(one) for one in traces]
    drawn = render_spark_line(_shares(values, row, page.scales.axis), page.look, row.bar, cursor=page.stretch.cursor)
    line = Line(page.look, page.width).cell(row.name, LABEL_CELLS - 1, "dim", right=True).put(" ").join(drawn)
    for traffic in (whole, moment):
        value = row.value(_trace_of(traffic))
        alarm = row.name == "busy" and value is not None and value >= BUSY
        line.put(" ").cell(_told(row, value), page.side - 1, "warn" if alarm else row.role)
    return line.strip()


def _trace_of(traffic: Traffic) -> Trace:
    known = latencies(traffic.latency) if traffic.latency.count else ()
    return Trace(known, traffic.hz, traffic.bytes_hz, traffic.busy, traffic.depth)


def _shares(values: Sequence[float | None], row: Row, axis: Axis) -> list[float | None]:
    """Heights of bars: latencies on the scale of the map, all else from nothing to its most."""
    if row.latency:
        decades = math.log(axis.high_ns / axis.low_ns)
        return [None if not v else math.log(max(v, axis.low_ns) / axis.low_ns) / decades for v in values]
    most = 1.0 if row.name == "busy" else max((value for value in values if value), default=0.0)
    return [value / most if value and most else None for value in values]
