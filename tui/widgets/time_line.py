"""The time line: the history in a line, how busy it was, where findings began, and where the cursor is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual import events
from textual.strip import Strip

from tui import format as units
from tui.findings.finding import Severity
from tui.tape import Tape
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


class Moment(NamedTuple):
    """What is looked at.

    cursor  number of the tick, None where the newest is followed
    time    of that tick, nanoseconds since the epoch
    """

    cursor: int | None
    time: int


class Column(NamedTuple):
    """Some ticks: the highest rate of each probe, in events a nanosecond, and the worst finding that began."""

    rates: tuple[float, ...]
    began: Severity | None


class TimeLine(Canvas, can_focus=True):
    """A line over a tape. `chosen` is called with the number of the tick that was clicked."""

    def __init__(self, look: Look, tape: Tape, chosen: Callable[[int], None]) -> None:
        super().__init__(look, id="time-line")
        self._tape, self._chosen = tape, chosen
        self._moment = Moment(None, 0)
        self._columns: dict[range, Column] = {}
        self._start = 0

    def show(self, moment: Moment) -> None:
        """Draw another moment."""
        self._moment = moment
        self.redraw()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        left = before(self._tape, self.look, focused=self.has_focus)
        right = behind(self._tape, self._moment)
        line = Line(self.look, width).put(left, "focus" if self.has_focus else "dim")
        self._start, cells = line.x, width - len(left) - len(right)
        self._columns = columns(self._tape, cells, self._columns) if cells >= LEAST_CELLS else {}
        line.join(render(self._columns, self._moment.cursor, max(cells, 0), self.look))
        return [line.pad(width - len(right)).put(right, "bright").strip()]

    def watch_has_focus(self, has_focus: bool) -> None:
        """It tells whether it has the focus."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        at = event.x - self._start
        if self._columns and at >= 0:
            self._chosen(list(self._columns)[min(at, len(self._columns) - 1)][-1])


def before(tape: Tape, look: Look, *, focused: bool) -> str:
    """How far it reaches back, and why that is not further where it is for want of memory."""
    memory = ": memory" if tape.cut else ""
    return f"{look.glyphs.selected if focused else ' '}-{units.about(tape.span_ns / 1e9)}{memory} "


def behind(tape: Tape, moment: Moment) -> str:
    """The time that is looked at, and how long ago that is."""
    if not len(tape):
        return ""
    newest = moment.cursor in (None, tape.end - 1)
    ago = "newest" if newest else f"{lasted(moment.time, tape.mark(tape.end - 1).time)} ago"
    return f" {units.clock(moment.time)[:8]} {ago:>10} "


def columns(tape: Tape, cells: int, known: Mapping[range, Column]) -> dict[range, Column]:
    """The tape in so many columns or fewer, by the numbers of their ticks; what is `known` is taken over.

    Which ticks go together does not change as new ones come, until there is no room for more.
    """
    if not len(tape):
        return {}
    size = -(-len(tape) // cells)
    while (tape.end - 1) // size - tape.first // size >= cells:
        size += 1
    starts = range(tape.first // size * size, tape.end, size)
    ranges = (range(max(start, tape.first), min(start + size, tape.end)) for start in starts)
    return {ticks: known.get(ticks) or _column(tape, ticks) for ticks in ranges}


def _column(tape: Tape, ticks: range) -> Column:
    marks = [tape.mark(number) for number in ticks]
    rates = ([events / max(mark.span_ns, 1) for events in mark.events] for mark in marks)
    began = {mark.began for mark in marks}
    return Column(
        tuple(max(probe) for probe in zip(*rates, strict=True)),
        next((severity for severity in SIGNS if severity in began), None),
    )


def render(shown: Mapping[range, Column], cursor: int | None, cells: int, look: Look) -> Strip:
    """The line itself: bars, in place of some of them signs and the cursor."""
    bars, line = look.glyphs.bars, Line(look, cells)
    full = len(bars) - 1
    for (ticks, column), share in zip(shown.items(), _shares(list(shown.values())), strict=True):
        sign, role = SIGNS[column.began] if column.began else ("", "common")
        if cursor is not None and cursor in ticks:
            line.bars(sign or look.glyphs.down, "caret")
        else:
            line.bars(sign or bars[max(round(share * full), 1) if share > 0 else 0], role)
    return line.strip()


def _shares(shown: Sequence[Column]) -> list[float]:
    """How busy each column was (0..1): the mean over the probes, each measured by its own most, so that a burst of
    execs is seen beside disks that are always busy.
    """
    most = [max(probe) for probe in zip(*(column.rates for column in shown), strict=True)]
    active = [at for at, highest in enumerate(most) if highest > 0]
    return [sum(column.rates[at] / most[at] for at in active) / max(len(active), 1) for column in shown]
