"""Which columns of a table are seen, which one is selected, and by which its rows are sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from probes.columns import Column
from tui.panes.table.fields import usual
from tui.panes.table.order import Sort
from tui.panes.table.sheet import Sheet
from tui.widgets.table import Spot

Again = Literal["", "invert", "stop"]
"""What to do where rows are sorted by a column already: nothing, invert or stop."""


class Columns:
    """sort   by what rows are sorted; None: as they come
    spots  where columns are to be seen
    """

    def __init__(self, sort: Sort | None) -> None:
        self.sort = sort
        self.spots: Sequence[Spot] = ()
        self._chosen = ""

    @property
    def selected(self) -> str:
        """The id of the one that was chosen, if it is to be seen."""
        shown = [spot.id for spot in self.spots]
        return self._chosen if self._chosen in shown else usual(shown)

    def choose(self, column: str) -> None:
        """Select that one."""
        self._chosen = column

    def at(self, x: int) -> str:
        """The one in that cell or just before it; empty where there is none."""
        return next((spot.id for spot in self.spots if x in range(spot.start, spot.start + spot.cells + 1)), "")

    def beside(self, column: str, step: int) -> str:
        """The one beside that, as far as there is one to be seen."""
        return _next([spot.id for spot in self.spots], column, step) or self.selected

    def to_sort(self, sheet: Sheet, step: int) -> str:
        """The one beside that which is sorted by, be there room for it until then or not."""
        if self.sort is None:
            return self.selected
        if sheet.keeps:
            every = [column.id for column in sheet.drawn_columns() if column.width]
            return _next(every, self.sort.column, step) or self.selected
        return self.beside(self.sort.column, step)

    def sort_by(self, column: Column, again: Again) -> None:
        """Sort by that one."""
        if self.sort is None or self.sort.column != column.id:
            self.sort = Sort.by(column)
        elif again == "invert":
            self.sort = self.sort._replace(falling=not self.sort.falling)
        elif again == "stop":
            self.sort = None


def _next(columns: Sequence[str], column: str, step: int) -> str | None:
    """The one beside a column, or itself at the end; None where it is not among them."""
    if column not in columns:
        return None
    return columns[max(min(columns.index(column) + step, len(columns) - 1), 0)]
