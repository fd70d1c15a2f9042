"""Tables as they are drawn, without a screen."""

from __future__ import annotations

from textual.strip import Strip

from tui.panes.table.grid import Grid
from tui.panes.table.sheet import Sheet
from tui.widgets.line import Look

NEWEST = 10**9


def drawn(sheet: Sheet, look: Look, width: int, height: int, top: int = 0) -> list[Strip]:
    """The lines of a table that is scrolled down so far."""
    grid = Grid()
    grid.show(sheet)
    grid.draw(look, width, height, focused=False)
    grid.wheel(-NEWEST)
    grid.wheel(top)
    return grid.draw(look, width, height, focused=False)
