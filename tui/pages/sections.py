"""What pages are made of: headings, facts, tables; in one column or two. Pure."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import islice, zip_longest
from typing import NamedTuple

from textual.strip import Strip

from probes.facts import Missing
from tui import format as units
from tui import text as safe_text
from tui.panes.block import figures
from tui.panes.block.figures import Cell, Field
from tui.subject import Subject
from tui.widgets import table
from tui.widgets.line import Line, Look, Role, blank

TWO_COLUMNS = 150
"""Cells of a page from which on it has two columns."""
GAP = 3
NO_NOTE: Cell = ("", "dim")
LABEL = 12
MOST_ENTRIES = 300
"""Lines of a table; what is beyond them is counted."""
FEW = 10
"""Lines of it until its rest is asked for."""


class Rest(NamedTuple):
    """The lines that a table leaves out until they are asked for; `of` is its name."""

    of: str


class Table(NamedTuple):
    """A kind of table: its name on the page, its columns, and how many lines it has until its rest is asked for."""

    name: str
    fields: tuple[Field, ...]
    few: int = FEW


class Entry(NamedTuple):
    """A line of a section; what can be opened there, and what it is called for as long as the page is there.

    rest  the table of whose rest it is
    """

    strip: Strip
    subject: Subject | Rest | None = None
    key: Hashable = None
    rest: str = ""


class Spot(NamedTuple):
    """Something on a page that can be opened: on which line, and in which cells of it."""

    line: int
    cells: range
    subject: Subject | Rest
    key: Hashable


class Sheet(NamedTuple):
    """A page before it is laid out: what is above over all the width, and as many columns as `widths` tells."""

    top: Sequence[Entry]
    columns: Sequence[Sequence[Entry]]


class Laid(NamedTuple):
    """A page that is laid out: its lines, and what can be opened by column and from the top."""

    lines: list[Strip]
    spots: tuple[tuple[Spot, ...], ...]


class Row(NamedTuple):
    """A row of a table: its cells by the titles of their columns."""

    cells: Mapping[str, Cell]
    subject: Subject | None = None
    key: Hashable = None


def widths(width: int) -> tuple[int, ...]:
    """Cells of the columns of a page."""
    left = (width - GAP) * 9 // 20
    return (width,) if width < TWO_COLUMNS else (left, width - GAP - left)


def lay(look: Look, sheet: Sheet, width: int, whole: Collection[str] = ()) -> Laid:
    """The top over all the width, below it the columns beside each other; `whole` are the tables that are not cut."""
    top, columns = sheet.top, [[entry for entry in column if _shown(entry, whole)] for column in sheet.columns]
    lines = [entry.strip for entry in top]
    spots: list[tuple[Spot, ...]] = []
    cells, x = widths(width), 0
    for column, room in zip(columns, cells, strict=True):
        place, below = range(x, x + room), enumerate(column, len(top))
        spots.append(tuple(Spot(y, place, one.subject, one.key) for y, one in below if one.subject))
        x += room + GAP
    for beside in zip_longest(*columns):
        line = Line(look, width)
        for entry, room in zip(beside, cells, strict=True):
            line.join(entry.strip if entry else blank(look, room)).put(" " * min(GAP, line.room))
        lines.append(line.strip())
    return Laid(lines, tuple(spots))


def _shown(entry: Entry, whole: Collection[str]) -> bool:
    if isinstance(entry.subject, Rest):
        return entry.subject.of not in whole
    return not entry.rest or entry.rest in whole


def kept(since: int, what: str = "") -> Cell:
    """Which rows there are to tell of: those since a time in nanoseconds since the epoch; 0: there are none."""
    return ", ".join(filter(None, (what, f"of the rows kept since {units.clock(since)[:8]}" if since else ""))), "dim"


def passed(look: Look, width: int, filter_: str) -> list[Entry]:
    """The filter that was in force when rows were to be kept; older ones did not have to pass it."""
    told = f"{filter_} (since it was set, only rows that pass it are kept)" if filter_ else ""
    return fact(look, width, "filter", told, "warn")


def section(look: Look, width: int, title: str, body: Sequence[Entry], note: Cell = NO_NOTE) -> list[Entry]:
    """A heading with a note behind it, the body, and a blank line."""
    line = Line(look, width).put(f"{title} ", "focus")
    if note[0]:
        line.put(" ").put(*note).put(" ")
    heading = line.pad(width, "rule", look.glyphs.across).strip()
    return [Entry(heading), *body, Entry(blank(look, width))]


def said(look: Look, width: int, text: str, role: Role = "dim") -> list[Entry]:
    """A sentence."""
    return [Entry(Line(look, width).put(part, role).strip()) for part in safe_text.wrap(text, width)]


def fact(look: Look, width: int, label: str, value: str | Missing, role: Role = "text") -> list[Entry]:
    """A label and its value, on as many lines as it needs; nothing where there is no value."""
    text, role = (value.why, "dim") if isinstance(value, Missing) else (value, role)
    parts = folded(text, max(width - LABEL, 10)) if text else []
    return [
        Entry(Line(look, width).cell("" if at else label, LABEL, "dim").put(part, role).strip())
        for at, part in enumerate(parts)
    ]


def folded(text: str, cells: int) -> list[str]:
    """The text made safe, in lines of so many cells: broken at a blank where there is one near the end, or else
    wherever the line is full.
    """
    rest, lines = safe_text.safe(text), []
    while safe_text.width(rest) > cells:
        end = cells if rest.isascii() else _characters(rest, cells)
        blank_at = rest.rfind(" ", end * 2 // 3, end + 1)
        cut = blank_at + 1 if blank_at >= 0 else end
        lines.append(rest[:cut].rstrip(" "))
        rest = rest[cut:]
    return [*lines, rest]


def _characters(text: str, cells: int) -> int:
    """How many characters fit."""
    low, high = 1, min(len(text), 3 * cells)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if safe_text.width(text[:middle]) <= cells else (low, middle - 1)
    return low


def listed(look: Look, width: int, made: Table, rows: Iterable[Row], total: int | None) -> list[Entry]:
    """A table: as many of its rows as a page may have, of how many; None where it is only known that there are more."""
    shown = list(islice(rows, MOST_ENTRIES))
    places = figures.fit([_grown(field, shown) for field in made.fields], width)
    entries = [Entry(table.heading(figures.spots(places), width, look).strip())]
    for row in shown:
        line = figures.row(row.cells, places, width, look)
        entries.append(Entry(line.strip(), row.subject, row.key))
    if total is None or total > len(shown):
        of = "more" if total is None else f"{total:,}"
        entries += said(look, width, f"the first {len(shown):,} of {of}", "warn")
    return _folded_up(look, width, made, entries, len(shown) if total is None else total)


def _folded_up(look: Look, width: int, made: Table, entries: list[Entry], total: int) -> list[Entry]:
    """The heading and the first few; a line that stands for the others, and those. One line is not worth another."""
    end = made.few + 1
    if len(entries) <= end + 1:
        return entries
    told = Line(look, width).put(f"and {total - made.few:,} more", "dim").strip()
    stands = Entry(told, Rest(made.name), ("rest", made.name))
    return [*entries[:end], stands, *(entry._replace(rest=made.name) for entry in entries[end:])]


def _grown(field: Field, rows: Sequence[Row]) -> Field:
    """No wider than what is in it."""
    longest = max((safe_text.width(safe_text.safe(row.cells[field.title][0])) for row in rows), default=0)
    return field._replace(most=min(field.most, longest))
