"""Tables as they are drawn, without a screen."""

from __future__ import annotations

from textual.strip import Strip

from tests.tui.fakes import OPEN, SECOND, START, open_row
from tests.unit.disk_views import LOOK
from tui.log import Log
from tui.panes.table.grid import Grid
from tui.panes.table.logged import LogSheet
from tui.panes.table.memory import Memory
from tui.panes.table.sheet import Sheet
from tui.widgets.line import Look

NEWEST = 10**9
WIDTH, HEIGHT = 120, 11
"""Ten rows and their heading."""


def drawn(sheet: Sheet, look: Look, width: int, height: int, top: int = 0) -> list[Strip]:
    """The lines of a table that is scrolled down so far."""
    grid = Grid()
    grid.show(sheet)
    grid.draw(look, width, height, focused=False)
    grid.wheel(-NEWEST)
    grid.wheel(top)
    return grid.draw(look, width, height, focused=False)


class Opens:
    """A table of opens that more and more come to."""

    def __init__(self, count: int, most_rows: int = 1000) -> None:
        self.log = Log(OPEN.columns, most_rows=most_rows)
        self.grid = Grid()
        self._memory = Memory()
        self.add(count)

    def add(self, count: int) -> None:
        first = self.log.end
        rows = [open_row(n, START + n * SECOND) for n in range(first, first + count)]
        self.log.add(first, rows, tested=False)
        self.show()

    def show(self) -> None:
        self._memory.pass_on()
        self.grid.show(LogSheet("open", self.log, OPEN.columns, self._memory, "nothing"))
        self.draw()

    def draw(self) -> list[str]:
        return [strip.text for strip in self.grid.draw(LOOK, WIDTH, HEIGHT, focused=True)]

    @property
    def key(self) -> object:
        return self.grid.key if self.grid.selected is not None else None

    def seen(self, column: str = "pid") -> list[object]:
        """That column of all rows, in their order."""
        at = [one.id for one in OPEN.columns].index(column)
        return [row[at] for row in self.grid.contents.rows]
