"""The time line: the history in a line, how busy it was, where findings began, and where the cursor is.

Of a recording it is the whole recording, played or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from textual import events
from textual.strip import Strip

from tui import format as units
from tui.findings.finding import Severity
from tui.outline import Outline, Stretch, worst
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


Columns = Mapping[range, Stretch]
"""By the numbers of the ticks, or of the stretches of an outline, that are in them."""


class TimeLine(Canvas, can_focus=True):
    """A line over a tape, or over the outline of a recording. `chosen` is called with the time that was clicked."""

    def __init__(self, look: Look, tape: Tape, outline: Outline | None, chosen: Callable[[int], None]) -> None:
        super().__init__(look, id="time-line")
        self._tape, self._outline, self._chosen = tape, outline, chosen
        self._moment = Moment(None, 0)
        self._columns: Columns = {}
        self._start = 0

    def show(self, moment: Moment) -> None:
        """Draw another moment."""
        self._moment = moment
        self.redraw()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        mark = self.look.glyphs.selected if self.has_focus else " "
        line = Line(self.look, width)
        right = self._put_whole(line, mark, self._outline) if self._outline else self._put_tape(line, mark)
        return [line.pad(width - len(right)).put(right, "bright").strip()]

    def _put_tape(self, line: Line, mark: str) -> str:
        """The line over the tape; what is to stand behind it."""
        right = behind(self._tape, self._moment)
        cells = self._begin(line, f"{mark}{before(self._tape)}", right)
        self._columns = columns(self._tape, cells, self._columns) if cells >= LEAST_CELLS else {}
        line.join(render(self._columns, self._moment.cursor, max(cells, 0), self.look))
        return right

    def _put_whole(self, line: Line, mark: str, outline: Outline) -> str:
        """Likewise over a recording, between the times of its ends."""
        right, end = position(outline, self._moment.time), ending(outline)
        cells = self._begin(line, f"{mark}{_clock(outline.begins)} ", end + right)
        self._columns = spread(outline, cells) if cells >= LEAST_CELLS else {}
        line.join(render(self._columns, outline.index(self._moment.time), len(self._columns), self.look))
        line.put(end, "dim")
        return right

    def _begin(self, line: Line, left: str, rest: str) -> int:
        """Put what stands before the line; how many cells are left for it."""
        line.put(left, "focus" if self.has_focus else "dim")
        self._start = line.x
        return line.room - len(rest)

    def watch_has_focus(self, has_focus: bool) -> None:
        """It tells whether it has the focus."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        at = event.x - self._start
        if self._columns and at >= 0:
            self._chosen(list(self._columns.values())[min(at, len(self._columns) - 1)].time)


def before(tape: Tape) -> str:
    """How far it reaches back, and why that is not further where it is for want of memory."""
    memory = ": memory" if tape.cut else ""
    return f"-{units.about(tape.span_ns / 1e9)}{memory} "


def behind(tape: Tape, moment: Moment) -> str:
    """The time that is looked at, and how long ago that is."""
    if not len(tape):
        return ""
    newest = moment.cursor in (None, tape.end - 1)
    ago = "newest" if newest else f"{lasted(moment.time, tape.mark(tape.end - 1).time)} ago"
    return f" {_clock(moment.time)} {ago:>10} "


def ending(outline: Outline) -> str:
    """How far a recording reaches, with a plus as long as not all of it was read."""
    return f" {_clock(outline.ends)}{'' if outline.whole else '+'} "


def position(outline: Outline, time: int) -> str:
    """The time that is looked at, and how far that is into the recording."""
    length = units.about((outline.ends - outline.begins) / 1e9)
    return f" {_clock(time)} {lasted(outline.begins, time):>7} of {length} "


def spread(outline: Outline, cells: int) -> Columns:
    """A recording in so many columns, or in fewer where it has fewer stretches."""
    count = min(len(outline), cells)
    bounds = (at * len(outline) // count for at in range(count + 1))
    return {range(start, stop): outline.stretch(start, stop) for start, stop in pairwise(bounds)}


def columns(tape: Tape, cells: int, known: Columns) -> Columns:
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


def _column(tape: Tape, ticks: range) -> Stretch:
    marks = [tape.mark(number) for number in ticks]
    rates = ([events / max(mark.span_ns, 1) for events in mark.events] for mark in marks)
    busiest = tuple(max(probe) for probe in zip(*rates, strict=True))
    return Stretch(marks[-1].time, busiest, worst(mark.began for mark in marks))


def render(shown: Columns, cursor: int | None, cells: int, look: Look) -> Strip:
    """The line itself: bars, in place of some of them signs and the cursor. What was not played yet is dim."""
    bars, line = look.glyphs.bars, Line(look, cells)
    full = len(bars) - 1
    for (ticks, column), share in zip(shown.items(), _shares(list(shown.values())), strict=True):
        sign, role = SIGNS[column.began] if column.began else ("", "common" if column.played else "dim")
        if cursor is not None and cursor in ticks:
            line.bars(sign or look.glyphs.down, "caret")
        else:
            line.bars(sign or bars[max(round(share * full), 1) if share > 0 else 0], role)
    return line.strip()


def _shares(shown: Sequence[Stretch]) -> list[float]:
    """How busy each column was (0..1): the mean over the probes, each measured by its own most, so that a burst of
    execs is seen beside disks that are always busy.
    """
    most = [max(probe) for probe in zip(*(column.rates for column in shown), strict=True)]
    active = [at for at, highest in enumerate(most) if highest > 0]
    return [sum(column.rates[at] / most[at] for at in active) / max(len(active), 1) for column in shown]


def _clock(time: int) -> str:
    return units.clock(time)[:8]
