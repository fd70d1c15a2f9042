"""The time line: the history in a line, how busy it was, where findings began, and where the cursor is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual import events
from textual.strip import Strip

from tui import format as units
from tui.findings.finding import Severity
from tui.tape import Mark
from tui.widgets.canvas import Canvas
from tui.widgets.findings_line import lasted
from tui.widgets.line import Line, Look, Role

SIGNS: Mapping[Severity, tuple[str, Role]] = {
    "critical": ("X", "bad"),
    "warning": ("!", "warn"),
    "notice": ("i", "name"),
}
"""What stands where a finding began, the gravest first."""
LEAST_CELLS = 8
"""With fewer there is no line."""


class Moments(NamedTuple):
    """The history. `at` is the index of the tick that the cursor is on, None where the newest is followed.

    time  that is looked at, nanoseconds since the epoch
    cut   whether it is as short as this for want of memory
    """

    marks: Sequence[Mark] = ()
    at: int | None = None
    time: int = 0
    cut: bool = False


class TimeLine(Canvas, can_focus=True):
    """A line. `chosen` is called with the index of the tick that was clicked."""

    def __init__(self, look: Look, chosen: Callable[[int], None]) -> None:
        super().__init__(look, id="time-line")
        self._chosen = chosen
        self._moments = Moments()
        self._start = 0

    def show(self, moments: Moments) -> None:
        """Draw another moment."""
        self._moments = moments
        self.redraw()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        left, right = before(self._moments, self.look, focused=self.has_focus), behind(self._moments)
        self._start = len(left)
        line = Line(self.look, width).put(left, "focus" if self.has_focus else "dim")
        cells = width - len(left) - len(right)
        if cells >= LEAST_CELLS:
            line.join(render(self._moments, cells, self.look))
        return [line.pad(width - len(right)).put(right, "bright").strip()]

    def watch_has_focus(self, has_focus: bool) -> None:
        """It tells whether it has the focus."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        cells = self.size.width - self._start - len(behind(self._moments))
        column, total = event.x - self._start, len(self._moments.marks)
        if total and 0 <= column < cells:
            self._chosen(ticks(total, cells)[min(column, min(cells, total) - 1)][-1])


def ticks(total: int, cells: int) -> list[range]:
    """Which ticks are in each column: as many in each as can be, a column for each where there are few."""
    columns = min(total, cells)
    return [range(at * total // columns, (at + 1) * total // columns) for at in range(columns)]


def before(moments: Moments, look: Look, *, focused: bool) -> str:
    """How far it reaches back."""
    span = sum(mark.span_ns for mark in moments.marks) / 1e9
    memory = ": memory" if moments.cut else ""
    return f"{look.glyphs.selected if focused else ' '}-{units.about(span)}{memory} "


def behind(moments: Moments) -> str:
    """The time at the cursor, and how long ago that is."""
    if not moments.marks:
        return ""
    newest = moments.marks[-1].time
    ago = "newest" if moments.at in (None, len(moments.marks) - 1) else f"{lasted(moments.time, newest)} ago"
    return f" {units.clock(moments.time)[:8]} {ago:>10} "


def render(moments: Moments, cells: int, look: Look) -> Strip:
    """The line itself: a bar for each column, as high as its busiest tick; in place of some, signs and the cursor."""
    bars, line = look.glyphs.bars, Line(look, cells)
    full, marks = len(bars) - 1, moments.marks
    columns = ticks(len(marks), cells) if marks else []
    busy = _busy(marks)
    for column in columns:
        share = max(busy[column.start : column.stop])
        sign = _sign([marks[at].began for at in column])
        if moments.at is not None and moments.at in column:
            line.bars(sign[0] if sign else look.glyphs.down, "caret")
        elif sign:
            line.bars(*sign)
        else:
            line.bars(bars[max(round(share * full), 1) if share > 0 else 0], "common")
    return line.strip()


def _busy(marks: Sequence[Mark]) -> list[float]:
    """How busy each tick was (0..1): the mean over the probes, each measured by its own most, so that a burst of execs
    is seen beside disks that are always busy.
    """
    rates = [[events / max(mark.span_ns, 1) for events in mark.events] for mark in marks]
    most = [max(probe) for probe in zip(*rates, strict=True)]
    known = [(at, highest) for at, highest in enumerate(most) if highest > 0]
    return [sum(tick[at] / highest for at, highest in known) / max(len(known), 1) for tick in rates]


def _sign(began: Sequence[Severity | None]) -> tuple[str, Role] | None:
    return next((sign for severity, sign in SIGNS.items() if severity in began), None)
