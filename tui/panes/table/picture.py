"""What a table looks like: its titles and the rows that are to be seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.strip import Strip

from tui import text as safe_text
from tui.panes.table.columns import Columns
from tui.panes.table.sheet import Sheet
from tui.wanted import Wanted
from tui.widgets import table
from tui.widgets.line import Line, Look
from tui.widgets.marking import Part, found, marked


class Picture(NamedTuple):
    """All that its rows have in common.

    wanted   what is looked for
    focused  whether keys go to it
    """

    sheet: Sheet
    columns: Columns
    wanted: Wanted
    focused: bool
    look: Look
    width: int


def heading(picture: Picture) -> Strip:
    """The line of titles."""
    look, width = picture.look, picture.width
    columns = picture.columns
    line = table.heading(columns.spots, width, look, columns.sort, columns.selected if picture.focused else "")
    beside = picture.sheet.beside_heading(width, look)
    return (line.pad(_end(picture) + 1).join(beside) if beside else line).strip()


def rows(picture: Picture, indexes: Iterable[int], tall: int, selected: int | None) -> list[Strip]:
    """Those rows of the sheet, so many lines each."""
    return [strip for at in indexes for strip in _row(picture, at, tall, selected=at == selected)]


def nothing(picture: Picture) -> list[Strip]:
    """Why there is no row."""
    lines = safe_text.wrap(picture.sheet.nothing(), max(picture.width - 2, 1))
    return [Line(picture.look, picture.width).put(" ").put(text, "dim").strip() for text in lines]


def _row(picture: Picture, at: int, tall: int, *, selected: bool) -> list[Strip]:
    look, width, focused, spots = picture.look, picture.width, picture.focused, picture.columns.spots
    strips = picture.sheet.strips(at, width, tall, look)
    parts: list[Part] = []
    if selected:
        cells = _end(picture) if picture.sheet.beside_heading(width, look) else width
        parts.append((range(cells), "selected" if focused else "aside"))
        parts += [(spot.span, "chosen") for spot in spots if focused and spot.id == picture.columns.selected]
    parts += found(strips[-1], [spot.span for spot in spots], picture.wanted)
    return [*strips[:-1], marked(strips[-1], parts, look)] if parts else strips


def _end(picture: Picture) -> int:
    """Where the columns end."""
    spots = picture.columns.spots
    return spots[-1].span.stop if spots else 0
