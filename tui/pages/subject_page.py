"""The widget of a page about a thing: it is scrolled, and what can be opened on it is selected."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.pages.sections import Laid, Rest, Spot
from tui.subject import Subject
from tui.widgets.line import Look
from tui.widgets.marking import marked
from tui.widgets.page import Page


class Selected(NamedTuple):
    """What is selected: by its key, and where it was in case that is not there any more."""

    column: int = 0
    at: int = 0
    key: Hashable = None


class Place(NamedTuple):
    """How far the page was scrolled, and what was selected."""

    top: int = 0
    selected: Selected = Selected()


class SubjectPage(Page, can_focus=False):
    """Draws what it is told to, for the width that it has. `sides` is said of its keys where there are two."""

    class Opened(Message):
        """What is selected was clicked."""

    def __init__(self, look: Look, sides: str) -> None:
        super().__init__(look, "subject-page", "")
        self._sides = sides
        self._make: Callable[[int], Laid] = lambda _: Laid([], ())
        self._laid: tuple[int, Look, Laid] | None = None
        self._selected = Selected()
        self._keys = ""

    def tell(self, title: str, keys: str, make: Callable[[int], Laid]) -> None:
        """Draw something else, or the same as it is by now."""
        self._title, self._keys, self._make, self._laid = title, keys, make, None
        self.redraw()

    @property
    def place(self) -> Place:
        """Where one is on the page."""
        return Place(self._top, self._selected)

    @place.setter
    def place(self, place: Place) -> None:
        self._top, self._selected = place

    def content(self, width: int) -> list[Strip]:
        """See Page."""
        if self._laid is None or self._laid[0] != width or self._laid[1] is not self.look:
            self._laid = width, self.look, self._make(width)
        laid = self._laid[2]
        self.hint = f"{self._keys}  {self._sides}" if len(laid.spots) > 1 else self._keys
        lines = list(laid.lines)
        if spot := self._spot():
            lines[spot.line] = marked(lines[spot.line], [(spot.cells, "selected")], self.look)
        return lines

    @property
    def subject(self) -> Subject | Rest | None:
        """What is selected; nothing while that is out of sight."""
        spot = self._spot()
        return spot.subject if spot and self._sees(spot.line) else None

    @property
    def selected_line(self) -> str:
        """The text of what is selected, likewise."""
        spot = self._spot()
        if spot is None or self._laid is None or not self._sees(spot.line):
            return ""
        return self._laid[2].lines[spot.line].crop(spot.cells.start, spot.cells.stop).text.strip()

    def move(self, step: int) -> None:
        """Select the next one above or below, or scroll where that is further away."""
        found = self._find()
        spots = self._column(self._selected.column)
        at = None if found is None else found + step
        if found is not None and not self._sees(spots[found].line):
            seen = [at for at, spot in enumerate(spots) if self._sees(spot.line)]
            at = None if not seen else seen[0] if step > 0 else seen[-1]
        if at is not None and 0 <= at < len(spots) and self._sees(spots[at].line, beyond=1):
            self._select(self._selected.column, at)
        else:
            self.scroll_lines(step)

    def cross(self) -> None:
        """Select what is beside, in the next column that has something."""
        spot, columns = self._spot(), self._laid[2].spots if self._laid else ()
        for step in range(1, len(columns)):
            column = (self._selected.column + step) % len(columns)
            if columns[column]:
                line = spot.line if spot and self._sees(spot.line) else self._top
                near = min(range(len(columns[column])), key=lambda at: abs(columns[column][at].line - line))
                self._select(column, near)
                return

    def on_click(self, event: events.Click) -> None:
        """A click selects; one on what is selected opens it."""
        line, x = self.line_at(event.y), event.x - 2
        for column, spots in enumerate(self._laid[2].spots if self._laid else ()):
            for at, spot in enumerate(spots):
                if spot.line == line and x in spot.cells:
                    if (column, at) == (self._selected.column, self._find()):
                        self.post_message(self.Opened())
                    self._select(column, at)

    def _select(self, column: int, at: int) -> None:
        spot = self._column(column)[at]
        self._selected = Selected(column, at, spot.key)
        self.reveal(spot.line)
        self.redraw()

    def _column(self, column: int) -> Sequence[Spot]:
        columns = self._laid[2].spots if self._laid else ()
        return columns[column] if column < len(columns) else ()

    def _find(self) -> int | None:
        """Which one of its column is selected: what was, or what is there now; None where there is nothing."""
        if not self._column(self._selected.column):
            columns = self._laid[2].spots if self._laid else ()
            self._selected = Selected(next((at for at, spots in enumerate(columns) if spots), 0))
        spots = self._column(self._selected.column)
        if not spots:
            return None
        same = (at for at, spot in enumerate(spots) if spot.key == self._selected.key)
        return next(same, min(self._selected.at, len(spots) - 1))

    def _spot(self) -> Spot | None:
        at = self._find()
        return None if at is None else self._column(self._selected.column)[at]

    def _sees(self, line: int, beyond: int = 0) -> bool:
        """Whether a line of the content is to be seen, or would be so many lines further."""
        return self._top - beyond <= line < self._top + self.size.height - 2 + beyond
