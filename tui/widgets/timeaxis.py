"""The time below a map: a column for each stretch of time, labelled where round times are passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from textual.strip import Strip

from tui import format as units
from tui.widgets.line import Line, Look, Role

STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
GAP_CELLS = 13
"""Labels are at least so far from each other."""
SECONDS, MINUTES = len("12:34:56"), len("12:34")
NOT_YET = 0
"""Stands for the time of a column before the first."""


class Label(NamedTuple):
    """A time in words, with the sign that points to its column."""

    start: int
    text: str
    role: Role

    def meets(self, other: Label) -> bool:
        """Whether there is not a blank between them."""
        return self.start <= other.start + len(other.text) and other.start <= self.start + len(self.text)


def render_times(times: Sequence[int], look: Look, *, cursor: int | None) -> Strip:
    """The line below: `times` are the ends of the columns in nanoseconds, NOT_YET where there is nothing.

    cursor  the column whose time is told, whatever else has to give way
    """
    width, axis = len(times), look.glyphs.axis
    shown: list[Label] = []
    for label in (*_told(times, cursor, look), *_round(times, look)):
        fits = label.start >= 0 and label.start + len(label.text) <= width
        if fits and not any(label.meets(other) for other in shown):
            shown.append(label)
    line = Line(look, width)
    for label in sorted(shown):
        line.pad(label.start, "rule", axis).put(label.text, label.role)
    return line.pad(width, "rule", axis).strip()


def _told(times: Sequence[int], cursor: int | None, look: Look) -> Iterator[Label]:
    """The cursor's time, to the right of its sign or to the left."""
    if cursor is not None and times[cursor] != NOT_YET:
        word, sign = units.clock(times[cursor])[:SECONDS], look.glyphs.mark
        yield Label(cursor, sign + word, "caret")
        yield Label(cursor - len(word), word + sign, "caret")


def _round(times: Sequence[int], look: Look) -> Iterator[Label]:
    """The columns in which a round time is passed."""
    known = [time for time in times if time != NOT_YET]
    if len(known) < 2:  # noqa: PLR2004  (one time is no stretch)
        return
    column_s = max((known[-1] - known[0]) / (len(known) - 1) / 1e9, 1e-3)
    step_s = next((step for step in STEPS_S if step >= GAP_CELLS * column_s), STEPS_S[-1])
    digits = MINUTES if step_s % 60 == 0 else SECONDS
    for at, (before, time) in enumerate(pairwise(times), 1):
        passed = time // (step_s * 1_000_000_000)
        if before != NOT_YET and before // (step_s * 1_000_000_000) != passed:
            yield Label(at, look.glyphs.tick + units.clock(passed * step_s * 1_000_000_000)[:digits], "dim")
