"""All disks at once: a band each, the worst first, all on the same latency scale and the same time axis. Pure.

Where there is no room for a band, a disk is a line: its p99 over time, and what matters most in figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from textual.strip import Strip

from tui import format as units
from tui import text as safe_text
from tui.findings.finding import Finding
from tui.format import FAILED
from tui.history import ProbeView
from tui.panes.block import empty
from tui.panes.block.cursor import Stretch
from tui.panes.block.strands import Choice, Rows, Scales, scales
from tui.panes.block.traffic import Figure, Traffic, of_frame, of_window
from tui.widgets.heatmap import LABEL_CELLS, NOWHERE, fineness, render_legend, render_map, render_scale
from tui.widgets.histogram import TAIL
from tui.widgets.line import Line, Look, blank
from tui.widgets.spark import render_spark_line
from tui.widgets.timeaxis import NOT_YET, render_times

BAND = 3
"""Fewest lines of a map."""
SIDE_CELLS, FIGURE_CELLS = 27, 13
"""Of the figures beside a map, and of one of them."""
BESIDE = 72
"""From this width on figures are beside the maps; in narrower panes they are above."""
ABOVE = 2
"""Lines that they take there."""
LEGEND_FROM, APART_FROM = 20, 5
"""Lines from which on there is one for the legend, and in a band one for nothing."""
NAME_CELLS, TIME_CELLS = 8, 6


class Overview(NamedTuple):
    """The lines, and of which disk each is; None for the time axis."""

    strips: list[Strip]
    disks: list[str | None]


class Sheet(NamedTuple):
    """All that bands have in common."""

    look: Look
    view: ProbeView
    choice: Choice
    stretch: Stretch
    scales: Scales
    findings: Mapping[str, Finding]
    rows: Rows
    width: int

    @property
    def beside(self) -> bool:
        """Whether figures are beside the maps."""
        return self.width >= BESIDE


def map_width(width: int) -> int:
    """Columns of time that there are in a pane of that width."""
    return max(width - LABEL_CELLS - (SIDE_CELLS if width >= BESIDE else 0), 1)


def heights(disks: int, width: int, height: int) -> list[int]:
    """Lines of each of the first so many disks as have room: equally high bands, or bands first and then lines."""
    least, room = BAND + (0 if width >= BESIDE else ABOVE), height - _lines_below(width, height)
    bands = disks
    if disks * least > room:
        bands = max((room - min(disks, room)) // (least - 1), room // 2 // least, int(room > least))
    lines = min(disks - bands, room - bands * least)
    if not bands:
        return [1] * max(lines, 0)
    more, rest = divmod(room - lines - bands * least, bands)
    return [least + more + (1 if at < rest else 0) for at in range(bands)] + [1] * lines


def _lines_below(width: int, height: int) -> int:
    """The time axis, and where there is no room beside it the legend."""
    return 2 if width < BESIDE and height >= LEGEND_FROM else 1


def draw(  # noqa: PLR0913, PLR0917  as all that draw, and of what
    look: Look, view: ProbeView, choice: Choice, stretch: Stretch, order: Sequence[str], selected: str,
    rows: Rows, width: int, height: int,
) -> Overview:  # fmt: skip
    """The disks of `order` from the first on, as many as have room, and the time axis below; a pane has its `rows`."""
    rows.begin(stretch)
    found = {finding.disk: finding for finding in reversed(view.findings)}
    sheet = Sheet(look, view, choice, stretch, scales(stretch, choice, look.heat.levels), found, rows, width)
    strips: list[Strip] = []
    of: list[str | None] = []
    for disk, lines in zip(order, heights(len(order), width, height), strict=False):
        drawn = _band(sheet, disk, lines, selected=disk == selected)
        strips += drawn
        of += [disk] * len(drawn)
    return Overview([*strips, *_below(sheet, height)], [*of, None])


def _below(sheet: Sheet, height: int) -> list[Strip]:
    """The time axis and the legend."""
    stretch, before = sheet.stretch, sheet.width - len(sheet.stretch.frames)
    times = [frame.time if frame else NOT_YET for frame in stretch.frames]
    drawn = render_times(times, sheet.look, cursor=stretch.cursor)
    legend = render_legend(sheet.scales.scale_hz, sheet.look, marks=sheet.choice.marks)
    if sheet.beside:
        return [Line(sheet.look, sheet.width).put(" ").join(legend).pad(before).join(drawn).strip()]
    lines = [Line(sheet.look, sheet.width).pad(before).join(drawn).strip()]
    if _lines_below(sheet.width, height) > len(lines):
        lines.append(Line(sheet.look, sheet.width).pad(before).join(legend).strip())
    return lines


def _band(sheet: Sheet, disk: str, lines: int, *, selected: bool) -> list[Strip]:
    if lines == 1:
        return [_one_line(sheet, disk, selected=selected)]
    traffic = _traffic(sheet, disk)
    if not sheet.beside:
        return [
            _name(sheet, disk, sheet.width, traffic, selected=selected),
            _flow(sheet, traffic.times(), selected=selected),
            *_map(sheet, disk, lines - ABOVE),
        ]
    cells = SIDE_CELLS - 1
    side = [_name(sheet, disk, cells, traffic, selected=selected), *_grid(sheet, traffic, lines - 1, selected=selected)]
    # Where there is room, a blank line keeps a map apart from that of the next disk.
    drawn = _map(sheet, disk, lines - 1 if lines >= APART_FROM else lines)
    return [
        Line(sheet.look, sheet.width).join(figures).pad(SIDE_CELLS).join(strip).strip()
        for figures, strip in zip_longest(side, drawn, fillvalue=blank(sheet.look, 0))
    ]


def _traffic(sheet: Sheet, disk: str) -> Traffic:
    """At the cursor, or of the last seconds."""
    frame = sheet.stretch.frame
    if sheet.stretch.cursor is None or frame is None:
        return of_window(sheet.view, disk, sheet.choice)
    return of_frame(frame, disk, sheet.choice)


def _pace(sheet: Sheet, disk: str) -> tuple[float, float]:
    """Requests a second and their p99 in nanoseconds, 0.0 without any; mostly known already, else added up."""
    if sheet.stretch.cursor is None and sheet.choice.op is None and sheet.choice.stage == "device":
        tail = sheet.view.tails.get(disk)
        return (tail.requests * 1e9 / max(sheet.view.span_ns, 1), tail.p99_ns) if tail else (0.0, 0.0)
    traffic = _traffic(sheet, disk)
    return traffic.hz, traffic.latency.percentile_ns(TAIL)


def _map(sheet: Sheet, disk: str, lines: int) -> list[Strip]:
    """The map of a disk with its scale."""
    look, cells = sheet.look, lines * fineness(sheet.look)
    columns = sheet.rows.strands(sheet.stretch, disk, sheet.choice, sheet.scales, cells)
    axis = sheet.scales.axis_of(cells)
    if empty.is_empty(columns) and sheet.stretch.known:
        drawn = empty.draw(look, sheet.choice, disk, len(columns), lines)
    else:
        drawn = render_map(columns, axis, look, cursor=sheet.stretch.cursor, marks=sheet.choice.marks)
    room = LABEL_CELLS + len(columns)
    return [
        Line(look, room).join(scale).join(strip).strip()
        for scale, strip in zip(render_scale(axis, look), drawn, strict=True)
    ]


def _edge(sheet: Sheet, width: int, *, selected: bool) -> Line:
    """The beginning of a line: a bar beside the disk that is selected."""
    return Line(sheet.look, width).put(sheet.look.glyphs.selected if selected else " ", "focus")


def _name(sheet: Sheet, disk: str, width: int, traffic: Traffic, *, selected: bool) -> Strip:
    """The name of a disk, in the colour of an alarm if there is a finding, and the sets that it is a member of.

    Where figures are not beside the map, what it had to do stands here too.
    """
    line = _edge(sheet, width, selected=selected)
    alarm = disk in sheet.findings
    line.put(f"{FAILED}{disk}" if alarm else disk, "bad" if alarm else "bright")
    facts = sheet.view.facts.get(disk)
    beside: list[Figure] = [("", name, "dim") for name in (facts.sets if facts else ())]
    if traffic.errors:
        beside.insert(0, ("", f"{FAILED}errors {units.count(traffic.errors)}", "bad"))
    if not sheet.beside:
        beside += [*traffic.rates(), *traffic.load()]
    for figure in beside:
        _put(line, figure, gap=" ")
    return line.strip()


def _grid(sheet: Sheet, traffic: Traffic, lines: int, *, selected: bool) -> list[Strip]:
    """Figures in two columns, the most telling first."""
    times = traffic.times()
    figures = [*times[:2], *traffic.rates(), *times[2:4], *traffic.load(), *times[4:]]
    strips = []
    for at in range(0, 2 * lines, 2):
        line = _edge(sheet, SIDE_CELLS - 1, selected=selected)
        for figure in figures[at : at + 2]:
            _put(line, figure).pad(1 + FIGURE_CELLS)
        strips.append(line.strip())
    return strips


def _flow(sheet: Sheet, figures: Sequence[Figure], *, selected: bool) -> Strip:
    """Figures one after the other, as many as have room."""
    line = _edge(sheet, sheet.width, selected=selected)
    for at, figure in enumerate(figures):
        _put(line, figure, gap="  " if at else "")
    return line.strip()


def _one_line(sheet: Sheet, disk: str, *, selected: bool) -> Strip:
    """A disk without a map: in the place of it, its p99 over time on the same scale."""
    before = SIDE_CELLS + LABEL_CELLS
    line = _edge(sheet, sheet.width, selected=selected)
    alarm = disk in sheet.findings
    line.cell(f"{FAILED}{disk}" if alarm else disk, NAME_CELLS, "bad" if alarm else "bright").put(" ")
    hz, p99_ns = _pace(sheet, disk)
    tail = units.duration(p99_ns) if p99_ns else "-"
    line.put("p99 ", "dim").cell(tail, TIME_CELLS, "tail" if p99_ns else "dim", right=True)
    line.cell(units.rate(hz), before - line.x - 2, "text" if hz else "dim", right=True).pad(before)
    cells = len(sheet.look.glyphs.bars) - 1
    columns = sheet.rows.strands(sheet.stretch, disk, sheet.choice, sheet.scales, cells)
    shares = [None if one.tail == NOWHERE else (one.tail + 1) / cells for one in columns]
    spark = render_spark_line(shares, sheet.look, "tail", cursor=sheet.stretch.cursor)
    return line.join(spark.crop(max(len(columns) - line.room, 0))).strip()


def _put(line: Line, figure: Figure, gap: str = "") -> Line:
    """A figure with its name, if there is room for all of it."""
    name, text, role = figure
    named = f"{gap}{name} " if name else gap
    if safe_text.width(safe_text.safe(named + text)) <= line.room:
        line.put(named, "dim").put(text, role)
    return line
