"""The row table: columns that share the room there is, a heading, and rows as lines. Pure.

Nothing here knows a probe: all follows from the kinds of the columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from textual.strip import Strip

from probes.columns import Column, Kind, Row
from tui import format as units
from tui import text as safe_text
from tui.widgets.line import Line, Look, Role

FLOORS: Mapping[Kind, int] = {"time": 8, "word": 8, "error": 8, "text": 16, "argv": 16}
"""The narrowest that a column of a kind is made before others are left out; other kinds keep their width, and so does
a text beside the one that people came for.
"""
LONG: frozenset[Kind] = frozenset(("text", "argv"))
READABLE = 0.33
"""Share of the line that the last growing column of these gets before others are kept."""

NOTE = "_note"
"""Ends the id of a hidden column that tells about another: `path_note` of `path`. It is drawn behind its value."""

_ROLES: Mapping[Kind, Role] = {
    "time": "time",
    "pid": "number",
    "number": "number",
    "bytes": "number",
    "us": "number",
    "ms": "number",
    "word": "name",
    "error": "dim",
    "text": "path",
    "argv": "path",
}


class Place(msgspec.Struct, frozen=True):
    """A column on the screen: its index in the rows, and the cells it has.

    note    index of the column that says what is special about this one's value; None if there is none such
    """

    at: int
    column: Column
    cells: int
    note: int | None = None


class Spot(NamedTuple):
    """Where on a line a column of any table is: from the cell `start` on."""

    id: str
    title: str
    start: int
    cells: int
    right: bool

    @property
    def span(self) -> range:
        """Its cells."""
        return range(self.start, self.start + self.cells)


def layout(columns: Sequence[Column], width: int, kept: str = "") -> tuple[Place, ...]:
    """Which columns are shown, and how wide, in `width` cells with a blank between each.

    Where there is not room for all, columns shrink first, then those of the lowest priority are left out, of
    several the least telling, and that of the id `kept` never; room to spare goes to those that grow.
    """
    shown = [(at, column) for at, column in enumerate(columns) if column.width > 0]
    dropping = sorted(shown, key=lambda pair: (pair[1].id == kept, *_worth(pair[0], pair[1], shown)))
    readable = int(width * READABLE)
    while len(shown) > 1 and sum(_least(column, readable, shown) + 1 for _, column in shown) - 1 > width:
        shown.remove(dropping.pop(0))
    cells = _share([column for _, column in shown], width, readable, shown)
    notes = {
        column.id.removesuffix(NOTE): at
        for at, column in enumerate(columns)
        if column.width == 0 and column.id.endswith(NOTE)
    }
    return tuple(
        Place(at, column, given, notes.get(column.id)) for (at, column), given in zip(shown, cells, strict=True)
    )


@lru_cache(64)
def laid_out(columns: tuple[Column, ...], width: int, kept: str = "") -> tuple[Place, ...]:
    """`layout`, worked out once for as long as neither changes."""
    return layout(columns, width, kept)


def spots(places: Sequence[Place]) -> tuple[Spot, ...]:
    """Where the columns are."""
    found: list[Spot] = []
    x = 0
    for place in places:
        column = place.column
        found.append(Spot(column.id, column.title, x, place.cells, column.kind in units.RIGHT))
        x += place.cells + 1
    return tuple(found)


def heading(
    shown: Sequence[Spot], width: int, look: Look, sorted_by: tuple[str, bool] | None = None, selected: str = ""
) -> Line:
    """The line of titles, to go on with. `sorted_by` is the id of a column, and whether its largest comes first."""
    line = Line(look, width, "heading")
    for spot in shown:
        role: Role = "key" if spot.id == selected else "heading"
        title = spot.title
        if sorted_by and sorted_by[0] == spot.id:
            role = "key"
            sign = look.glyphs.newer if sorted_by[1] else look.glyphs.mark
            title = title[: max(spot.cells - 1, 0)] + sign
        line.pad(spot.start)
        if spot.right:
            line.pad(max(spot.start + spot.cells - safe_text.width(title), spot.start))
            line.put(line.clipped(title, spot.start + spot.cells - line.x), role)
        else:
            line.put(line.clipped(title, spot.cells), role)
    return line


def row_strip(row: Row, places: Sequence[Place], width: int, look: Look) -> Strip:
    """A row as a line. What failed is coloured, and has its sign before the name of the error."""
    failed = any(place.column.kind == "error" and row[place.at] is not None for place in places)
    line = Line(look, width)
    for place in places:
        column = place.column
        value = row[place.at]
        shown = units.cell(value, column)
        if column.kind == "time" and place.cells < len(shown):
            shown = shown[: place.cells].rstrip(".")
        role = "bad" if failed and column.kind in ("error", "text", "argv") else _ROLES[column.kind]
        if column.later and value not in (None, 0):
            role = "warn" if column.kind in ("number", "word") else "dim"
        note = f" [{row[place.note]}]" if place.note is not None and row[place.note] else ""
        cells = place.cells - len(note)
        if note and cells >= len(note):
            shown = line.clipped(shown, cells)
            line.put(shown, role).cell(note, place.cells - safe_text.width(shown), "warn").put(" ")
        else:
            line.cell(shown, place.cells, role, right=column.kind in units.RIGHT).put(" ")
    return line.strip()


def _least(column: Column, readable: int, shown: Sequence[tuple[int, Column]]) -> int:
    if column is _widest(shown):
        return max(readable, FLOORS.get(column.kind, 0))
    if column.kind == "text":
        return column.width
    return min(column.width, FLOORS.get(column.kind, column.width))


def _widest(shown: Sequence[tuple[int, Column]]) -> Column | None:
    """The column that people came for: the last text that grows."""
    growing = [column for _, column in shown if column.grow and column.kind in LONG]
    return growing[-1] if growing else None


def _worth(at: int, column: Column, shown: Sequence[tuple[int, Column]]) -> tuple[int, int, int]:
    """Order in which columns are left out: the first of its kind tells more than the second."""
    return column.priority, _telling(at, column, shown), -at


def _telling(at: int, column: Column, shown: Sequence[tuple[int, Column]]) -> int:
    earlier = any(other.kind == column.kind and other_at < at for other_at, other in shown)
    if column is _widest(shown):
        return 10
    if column.kind in ("time", "pid", "error") and not earlier:
        return 9
    if column.id == "comm":
        return 8
    if column.kind in LONG:
        return 0
    if column.kind == "pid":
        return 1
    return 3 if column.later else 4 if column.kind == "word" and not earlier else 2


def _share(columns: Sequence[Column], width: int, readable: int, shown: Sequence[tuple[int, Column]]) -> list[int]:
    """Cells for each: everyone's least, then up to what each wants, those first that tell the most, then the rest to
    those that grow.
    """
    cells = [_least(column, readable, shown) for column in columns]
    spare = width - sum(cells) - len(cells) + 1
    for at in sorted(range(len(columns)), key=lambda at: _worth(shown[at][0], columns[at], shown), reverse=True):
        column = columns[at]
        more = max(min(column.width - cells[at], spare), 0)
        if column.grow and column.kind in LONG:
            continue
        cells[at] += more
        spare -= more
    growing = [at for at, column in enumerate(columns) if column.grow]
    for n, at in enumerate(growing):
        more = spare // (len(growing) - n)
        cells[at] += more
        spare -= more
    return cells
