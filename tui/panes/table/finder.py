"""Where in a table is what one looks for."""

from __future__ import annotations

from tui.panes.table.order import Arranged
from tui.panes.table.sheet import Sheet
from tui.wanted import Wanted


class Finder:
    """Looks when somebody asks, and once for each moment of the table."""

    def __init__(self) -> None:
        self.wanted = Wanted("")
        self._found: list[int] | None = None

    def look_for(self, wanted: Wanted) -> None:
        """Another text."""
        self.wanted, self._found = wanted, None

    def forget(self) -> None:
        """The table has changed."""
        self._found = None

    def found(self, sheet: Sheet) -> list[int]:
        """Indexes of the rows that have it in any column."""
        if self._found is None:
            self._found = self.wanted.among(sheet.texts()) if self.wanted.text else []
        return self._found

    def places(self, sheet: Sheet, arranged: Arranged) -> list[int]:
        """Where these rows stand, from the top."""
        return sorted(map(arranged.place, self.found(sheet)))


def nearest(places: list[int], current: int, step: int, *, back: bool) -> int:
    """The next of the places in that direction, round at the ends; the current one too where `step` is 0."""
    here = [current] if not step and current in places else []
    if back:
        return (here or [place for place in places if place < current] or places)[-1]
    return (here or [place for place in places if place > current] or places)[0]
