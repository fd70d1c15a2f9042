"""The pane of a probe that makes histograms: every disk, its slowest first, each operation and stage by itself.

With room it shows cards: bars, their axis, and the figures beside it. Without, a line each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import msgspec
from textual.strip import Strip

from probes.latency import Latency
from probes.snapshot import Disk, Op, Stage
from tui import format as units
from tui.history import ProbeView
from tui.panes.pane import Pane
from tui.widgets.histogram import TAIL, axis_for, render_axis, render_histogram, render_labels, render_spark
from tui.widgets.line import Line, Look, Role
from tui.window import Key, Moving

OPS: tuple[Op, ...] = get_args(Op)
STAGES: tuple[Stage, ...] = ("device", "queue")
FIGURES = ("count", "avg", "p50", "p99", "max")
FIGURE_CELLS = 6
SIDE_CELLS = 13
CARD_LEAST, CARD_MOST = 6, 11
"""Lines of a card."""
CARD_CELLS = 38
"""A card narrower than this says less than a line."""
TALLEST = 3
"""Most lines of the bars in a table."""
NAME_CELLS = 16
TRAFFIC_CELLS = 18


class Group(msgspec.Struct, frozen=True):
    """A disk and its histograms, by operation and stage."""

    name: str
    disk: Disk | None
    parts: Mapping[tuple[Op, Stage], Moving]

    @property
    def worst_ns(self) -> float:
        """The highest p99 of any operation in the device, or in the queue if nothing else is known."""
        device = [part.latency.percentile_ns(TAIL) for (_, stage), part in self.parts.items() if stage == "device"]
        return max(device or [part.latency.percentile_ns(TAIL) for part in self.parts.values()], default=-1.0)

    def ops(self) -> list[Op]:
        """Operations that happened, in the usual order."""
        return [op for op in OPS if any((op, stage) in self.parts for stage in STAGES)]


def groups(moving: Mapping[Key, Moving], disks: Sequence[Disk]) -> list[Group]:
    """The disks that did something or have something under way, the slowest first."""
    by_name = {disk.name: disk for disk in disks}
    names = {key.disk for key in moving} | {disk.name for disk in disks if disk.in_flight}
    made = [
        Group(
            name,
            by_name.get(name),
            {(key.op, key.stage): part for key, part in moving.items() if key.disk == name and part.latency.count},
        )
        for name in names
    ]
    return sorted(made, key=lambda group: (-group.worst_ns, group.name))


class LatencyPane(Pane):
    """Moving histograms of the last seconds."""

    def __init__(self, look: Look, view: ProbeView, number: int) -> None:
        super().__init__(look, view, number)
        self._top = 0
        self._total = 0

    def body(self, width: int, height: int) -> list[Strip]:
        """See Pane."""
        found = groups(self.view.moving, self.view.disks)
        if not found:
            self._total = 0
            return self.said(f"no block I/O in the last {self._window()}: waiting", "dim", width)
        cards = Cards(self.look, found, self.view.span_ns, width)
        if (lines := cards.height_for(height)) >= CARD_LEAST:
            self._total = 0
            return cards.draw(lines)
        table = Table(self.look, found, self.view.span_ns, width)
        rows = table.rows(height - 1)
        self._total = len(rows)
        self._top = max(min(self._top, len(rows) - height + 1), 0)
        return [table.heading(), *rows[self._top : self._top + height - 1]]

    def summary(self) -> list[tuple[str, Role]]:
        """See Pane."""
        counts = self.view.counts
        in_flight = sum(disk.in_flight for disk in self.view.disks)
        parts: list[tuple[str, Role]] = [
            (units.rate(self.view.seen_hz), "bright"),
            (f"in flight {units.count(in_flight)}", "text"),
            (f"last {self._window()}", "dim"),
        ]
        if counts.lost:
            parts.insert(0, (f"{units.FAILED}lost {units.count(counts.lost)}", "bad"))
        if counts.errors:
            parts.insert(0, (f"{units.FAILED}failed {units.count(counts.errors)}", "bad"))
        if counts.filtered:
            parts.append((f"filtered {units.count(counts.filtered)}", "dim"))
        parts += [("log bars", "dim"), (f"seen {units.count(counts.seen)}", "dim")]
        return parts

    def notice(self) -> str:
        """See Pane."""
        below = self._total - self._top - self.inner_height + 1
        return f"{below} more below" if below > 0 else ""

    def scroll_lines(self, lines: int) -> None:
        """See Pane."""
        self._top = max(min(self._top + lines, self._total - self.inner_height + 1), 0)
        self.redraw()

    def scroll_top(self) -> None:
        """See Pane."""
        self.scroll_lines(-self._total)

    def scroll_bottom(self) -> None:
        """See Pane."""
        self.scroll_lines(self._total)

    def _window(self) -> str:
        return f"{max(round(self.view.span_ns / 1e9), 1)} s"


def figures(latency: Latency) -> list[str]:
    """What is told beside the bars, in the order of FIGURES."""
    times = (latency.average_ns, latency.percentile_ns(0.5), latency.percentile_ns(TAIL), float(latency.max_ns))
    return [units.count(latency.count), *map(units.duration, times)]


def disk_line(look: Look, group: Group, span_ns: int, width: int) -> Strip:
    """A disk's traffic over the window."""
    device = [part for (_, stage), part in group.parts.items() if stage == "device"]
    seconds = max(span_ns, 1) / 1e9
    requests, moved, errors = (
        sum(part.latency.count for part in device),
        sum(part.bytes for part in device),
        sum(part.errors for part in device),
    )
    line = Line(look, width).put(f" {group.name}", "bright")
    line.put(f"  {units.rate(requests / seconds)}  {units.size(moved / seconds)}/s")
    if errors:
        line.put(f"  {units.FAILED}errors {units.count(errors)}", "bad")
    if group.disk:
        line.put(f"  in flight {units.count(group.disk.in_flight)}")
        if group.disk.in_flight and group.disk.oldest_us:
            line.put(f", oldest {units.duration(group.disk.oldest_us * 1e3)}", "dim")
    return line.strip()


class Table:
    """A line for each histogram, or two or three: no axis of its own, figures behind the bars."""

    def __init__(self, look: Look, found: Sequence[Group], span_ns: int, width: int) -> None:
        self._look, self._found, self._span_ns, self._width = look, found, span_ns, width
        self._traffic = width >= 100  # noqa: PLR2004
        rest = NAME_CELLS + len(FIGURES) * (FIGURE_CELLS + 1) + (TRAFFIC_CELLS if self._traffic else 0)
        self._axis = axis_for(_latencies(found), max(width - rest, 4))

    def heading(self) -> Strip:
        """The titles; over the bars, the axis."""
        line = Line(self._look, self._width, "heading").cell(" op      stage", NAME_CELLS)
        line.join(render_labels(self._axis, self._look, "heading"))
        for title in FIGURES:
            line.cell(title, FIGURE_CELLS + 1, right=True)
        if self._traffic:
            line.cell("rate", 8, right=True).cell("bytes", 10, right=True)
        return line.strip()

    def rows(self, height: int) -> list[Strip]:
        """All lines, those of a disk under its name; bars are taller where `height` lines allow it."""
        histograms = sum(len(group.parts) for group in self._found)
        tall = max(min((height - len(self._found)) // max(histograms, 1), TALLEST), 1)
        lines: list[Strip] = []
        for group in self._found:
            lines.append(disk_line(self._look, group, self._span_ns, self._width))
            for op in group.ops():
                for stage in STAGES:
                    if (op, stage) in group.parts:
                        lines += self._row(op, stage, group.parts[op, stage], tall)
        return lines

    def _row(self, op: Op, stage: Stage, part: Moving, tall: int) -> list[Strip]:
        *above, spark = render_spark(part.latency, self._axis, tall, self._look)
        lines = [Line(self._look, self._width).pad(NAME_CELLS).join(bars).strip() for bars in above]
        line = Line(self._look, self._width).cell(f" {op}", 9, "name").cell(stage, NAME_CELLS - 9, "dim").join(spark)
        for text, role in zip(figures(part.latency), _figure_roles(), strict=True):
            line.put(" ").cell(text, FIGURE_CELLS, role, right=True)
        if self._traffic:
            seconds = max(self._span_ns, 1) / 1e9
            line.cell(units.rate(part.latency.count / seconds), 8, right=True)
            line.cell(f"{units.size(part.bytes / seconds)}/s" if stage == "device" else "", 10, right=True)
        return [*lines, line.strip()]


class Cards:
    """A card for each histogram; with room for two abreast, device and queue of an operation are side by side."""

    def __init__(self, look: Look, found: Sequence[Group], span_ns: int, width: int) -> None:
        self._look, self._found, self._span_ns, self._width = look, found, span_ns, width
        self._abreast = 2 if width >= 2 * CARD_CELLS else 1
        self._card_width = width // self._abreast
        self._axis = axis_for(_latencies(found), max(self._card_width - SIDE_CELLS - 2, 4))

    def height_for(self, height: int) -> int:
        """Lines that each card can have where there are `height`; 0 where a table says more."""
        if self._width < CARD_CELLS:
            return 0
        rows = sum(len(self._rows(group)) for group in self._found)
        return min((height - len(self._found)) // max(rows, 1), CARD_MOST)

    def draw(self, height: int) -> list[Strip]:
        """All cards, each of that many lines, those of a disk under its name."""
        lines: list[Strip] = []
        for group in self._found:
            lines.append(disk_line(self._look, group, self._span_ns, self._width))
            for row in self._rows(group):
                cards = [self._card(*key, group.parts[key], height) for key in row]
                for parts in zip(*cards, strict=True):
                    line = Line(self._look, self._width)
                    for part in parts:
                        line.join(part)
                    lines.append(line.strip())
        return lines

    def _rows(self, group: Group) -> list[list[tuple[Op, Stage]]]:
        """What stands side by side: both stages of an operation, else whatever comes next."""
        rows: list[list[tuple[Op, Stage]]] = []
        for op in group.ops():
            keys = [(op, stage) for stage in STAGES if (op, stage) in group.parts]
            if self._abreast > 1 and len(keys) == 1 and rows and len(rows[-1]) == 1:
                rows[-1] += keys
            else:
                rows += [keys[at : at + self._abreast] for at in range(0, len(keys), self._abreast)]
        return rows

    def _card(self, op: Op, stage: Stage, part: Moving, height: int) -> list[Strip]:
        width, look = self._card_width, self._look
        latency = part.latency
        title = Line(look, width).put(f" {op}", "name").put(f" {stage}", "dim")
        plot = [
            *render_histogram(latency, self._axis, height - 3, look),
            render_axis(latency, self._axis, look),
            render_labels(self._axis, look),
        ]
        said = list(zip(FIGURES, figures(latency), _figure_roles(), strict=True))
        said += [("", "", "dim")] * (len(plot) - len(said))
        lines = [title.strip()]
        for strip, (name, figure, role) in zip(plot, said, strict=False):
            line = Line(look, width).put(" ").join(strip).put(" ")
            lines.append(line.cell(name, 5, "dim").put(" ").cell(figure, FIGURE_CELLS, role, right=True).strip())
        return lines


def _figure_roles() -> tuple[Role, ...]:
    return "text", "bright", "common", "tail", "text"


def _latencies(found: Sequence[Group]) -> list[Latency]:
    return [part.latency for group in found for part in group.parts.values()]
