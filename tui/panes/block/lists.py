"""The views that are lists, and how far one has scrolled in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

from textual.strip import Strip

from tui.history import Log, ProbeView
from tui.panes.block import parts, slow, who
from tui.widgets.line import Look

Kind = Literal["who", "slow", "parts"]
Draw = Callable[[int, int, int], list[Strip]]
"""Draws in so many cells and lines, from so many lines below the first on."""


class Listing(NamedTuple):
    """A list: lines of its heading, lines that scroll, and how it is drawn.

    log  the rows that it shows, where new ones come at its end
    """

    heading: int
    total: int
    draw: Draw
    log: Log | None = None


def listing(look: Look, view: ProbeView, kind: Kind, disk: str | None, by: parts.By) -> Listing:
    """The list of that kind; `disk` and `by` are for parts."""
    if kind == "who":
        return Listing(who.HEADING, who.total(view), partial(who.lines, look, view))
    if kind == "slow":
        return Listing(slow.HEADING, slow.total(view), partial(slow.lines, look, view), view.log)
    return Listing(parts.HEADING, parts.total(view, disk, by), partial(parts.lines, look, view, disk, by))


class Scroll:
    """How far: by lines, or where new rows come at the end by the number of the first that is seen, if any."""

    def __init__(self) -> None:
        self._at = 0
        self._row: int | None = None

    def top(self, shown: Listing, height: int) -> int:
        """How many lines are above those that are seen."""
        last = max(shown.total - (height - shown.heading), 0)
        if shown.log is None:
            return min(self._at, last)
        return last if self._row is None else min(shown.log.index(self._row), last)

    def move(self, lines: int, shown: Listing, height: int) -> None:
        """Go down by so many lines, up if negative."""
        last = max(shown.total - (height - shown.heading), 0)
        self._at = max(min(self.top(shown, height) + lines, last), 0)
        if shown.log is not None:
            rows = shown.log.rows(self._at, self._at + 1)
            self._row = None if self._at == last else next((number for number, _ in rows), None)

    def notice(self, shown: Listing, height: int) -> str:
        """What is told of the lines below; nothing where the newest are followed."""
        below = shown.total - self.top(shown, height) - (height - shown.heading)
        if below <= 0:
            return ""
        return f"{below:,} more below" + (", G to follow" if shown.log is not None else "")
