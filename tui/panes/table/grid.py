"""A table that one moves in: what is selected, how far it is scrolled, how it is sorted, and what it looks like.

What is selected is a row by its key and a column by its id: rows that come, go or change places do not move either.
Where new rows come at the end they are followed until one moves away, and nothing is selected until then; elsewhere the
first row is selected until another one is.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tui import format as units
from tui import text as safe_text
from tui.panes.table.fields import usual
from tui.panes.table.finder import Finder, nearest
from tui.panes.table.order import Arranged, Sort
from tui.panes.table.sheet import Key, Listed, Sheet
from tui.subject import Cell, Contents, Subject
from tui.wanted import Wanted
from tui.widgets import table
from tui.widgets.line import Line, Look
from tui.widgets.marking import Part, found, marked
from tui.widgets.table import Spot

EMPTY = Listed((), (), ())


class Grid:
    """sort  by what it is sorted; None: as the rows come"""

    def __init__(self, sort: Sort | None = None) -> None:
        self.sort = sort
        self.sheet: Sheet = EMPTY
        self._arranged = Arranged(0)
        self._column = ""
        self._key: Key | None = None
        self._place = 0
        self._away = False
        self._top = 0
        self._top_key: Key | None = None
        self._room = self._tall = 1
        self._before = 0
        self._spots: Sequence[Spot] = ()
        self._finder = Finder()

    # What is in it

    def show(self, sheet: Sheet) -> None:
        """Take another moment of the table: what is selected stays so, and where it was to be seen it still is."""
        seen = self._selection_is_seen()
        self.sheet = sheet
        self._arrange()
        if self._follows and self._top_key is not None:
            self._top = sheet.near(self._top_key) or 0
        if seen:
            self._reveal()

    def _arrange(self) -> None:
        self._arranged = Arranged(len(self.sheet), self.sheet.order(self.sort))
        self._finder.forget()
        if self._key is not None and self.count:
            self._place = self._find(self._key)
            self._key = self._key_at(self._place)

    def _find(self, key: Key) -> int:
        """The place of a row; of one that has left, that of its nearest."""
        index = self.sheet.near(key) if self._own_order else self.sheet.find(key)
        place = self._place if index is None else self._arranged.place(index)
        return max(min(place, self.count - 1), 0)

    @property
    def count(self) -> int:
        """Rows that there are."""
        return len(self._arranged)

    @property
    def following(self) -> bool:
        """Whether the newest row is to be seen, and stays so."""
        return self._follows and not self._away

    @property
    def _own_order(self) -> bool:
        return self.sort is None

    @property
    def _follows(self) -> bool:
        """Whether new rows come at the end."""
        return self.sheet.follows and self._own_order

    def _key_at(self, place: int) -> Key:
        return self.sheet.key(self._arranged.index(place))

    def _index_of(self, column: str) -> int | None:
        return next((at for at, one in enumerate(self.sheet.columns) if one.id == column), None)

    # What is selected

    @property
    def selected(self) -> int | None:
        """The place of the selected row; None where none is."""
        if not self.count:
            return None
        if self._key is not None:
            return self._place
        return None if self._follows else 0

    @property
    def current(self) -> int | None:
        """The place of the row that a command is about: the selected one, or else the last that is to be seen."""
        if self.selected is not None or not self.count:
            return self.selected
        return min(self._first + self._room, self.count) - 1

    @property
    def column(self) -> str:
        """The column of the selected cell: the one that was chosen, if it is to be seen."""
        shown = [spot.id for spot in self._spots]
        return self._column if self._column in shown else usual(shown)

    @property
    def key(self) -> Key | None:
        """What the current row is."""
        return None if self.current is None else self._key_at(self.current)

    @property
    def cell(self) -> Cell | None:
        """See Pane."""
        return None if self.current is None else self.sheet.cell(self._arranged.index(self.current), self.column)

    @property
    def subject(self) -> Subject | None:
        """See Pane."""
        return None if self.current is None else self.sheet.subject(self._arranged.index(self.current), self.column)

    @property
    def copied(self) -> str:
        """See Pane."""
        if self.current is None:
            return ""
        row = self.sheet.row(self._arranged.index(self.current))
        shown = (units.cell(value, column) for value, column in zip(row, self.sheet.columns, strict=False))
        return "\t".join(map(safe_text.safe, shown))

    @property
    def contents(self) -> Contents:
        """See Pane."""
        rows = [self.sheet.row(self._arranged.index(place)) for place in range(self.count)]
        return Contents(self.sheet.name, tuple(self.sheet.columns), rows)

    # How one moves in it

    def move(self, rows: int) -> None:
        """Select another row, so many further down; the newest at last is followed."""
        if self.current is None:
            return
        place = max(min(self.current + rows, self.count - 1), 0)
        if rows > 0 and place == self.count - 1 and self._follows:
            self.bottom()
        else:
            self._select(place)

    def page(self, pages: int) -> None:
        """Likewise by what is to be seen of it."""
        rows = pages * max(self._room - 1, 1)
        top = self._first + rows
        self.move(rows)
        if not self.following:
            self._scroll_to(top)
            self._reveal()

    def top(self) -> None:
        """To the first row; where rows change places, to whichever is the first."""
        if self._follows and self.count:
            self._select(0)
        else:
            self._key, self._top = None, 0

    def bottom(self) -> None:
        """To the last row; where rows come at the end they are followed again."""
        if self._follows:
            self._key, self._top_key, self._away = None, None, False
        elif self.count:
            self._select(self.count - 1)

    def wheel(self, rows: int) -> None:
        """See other rows; what is selected stays so."""
        top = self._first + rows
        if rows > 0 and top >= self.count - self._room and self._key is None:
            self.bottom()
        elif self.count > self._room:
            self._away = True
            self._scroll_to(top)

    def click(self, x: int, y: int) -> bool:
        """Select the row and the cell there, or sort by the column of that title; whether it was a row."""
        spot = next((spot for spot in self._spots if x in range(spot.start, spot.start + spot.cells + 1)), None)
        place = self._first + (y - self._before) // self._tall
        if y == self._before - 1 and spot:
            self._sort_by(spot.id, again="invert")
        on_row = y >= self._before and place < min(self._first + self._room, self.count)
        if on_row:
            self._column = spot.id if spot else self._column
            self._select(place)
        return on_row

    def act(self, command: str) -> bool:
        """Do what a command of tables asks for; whether it is one."""
        match command:
            case "cell-left" | "cell-right":
                self._column = self._beside(self.column, 1 if command == "cell-right" else -1)
            case "sort":
                self._sort_by(self.column, again="stop")
            case "sort-left" | "sort-right":
                self._sort_beside(1 if command == "sort-right" else -1)
            case "invert":
                self._sort_by(self.sort.column if self.sort else self.column, again="invert")
            case _:
                return False
        return True

    def _select(self, place: int) -> None:
        self._place, self._key = place, self._key_at(place)
        if not self._away:
            self._scroll_to(self._first)
        self._away = True
        self._reveal()

    def _beside(self, column: str, step: int) -> str:
        """The column beside that one, as far as there is one to be seen."""
        return _next([spot.id for spot in self._spots], column, step) or self.column

    def _sort_beside(self, step: int) -> None:
        """Sort by the column beside the one that is sorted by, be there room for it until then or not."""
        if self.sort is None:
            self._sort_by(self.column)
        elif self.sheet.keeps:
            every = [column.id for column in self.sheet.drawn_columns() if column.width]
            self._sort_by(_next(every, self.sort.column, step) or self.column)
        else:
            self._sort_by(self._beside(self.sort.column, step))

    def _sort_by(self, column: str, again: str = "") -> None:
        """Sort by a column; what to do where it is sorted by that one already: nothing, invert or stop."""
        at = self._index_of(column)
        if at is None:
            return
        seen = self._selection_is_seen()
        if self.sort is None or self.sort.column != column:
            self.sort = Sort.by(self.sheet.columns[at])
        elif again == "invert":
            self.sort = self.sort._replace(falling=not self.sort.falling)
        elif again == "stop":
            self.sort = None
        self._arrange()
        self._top, self._away = 0, self._key is not None
        if self._key is None:
            self._top_key = None
        elif seen:
            self._reveal()

    # Where it is scrolled to

    @property
    def _first(self) -> int:
        """The place of the first row that is to be seen."""
        last = max(self.count - self._room, 0)
        return last if self.following else max(min(self._top, last), 0)

    def _scroll_to(self, top: int) -> None:
        self._top = max(min(top, self.count - self._room), 0)
        self._top_key = self._key_at(self._top) if self.count else None

    def _reveal(self) -> None:
        """See the selected row."""
        if (place := self.selected) is not None:
            self._scroll_to(min(max(self._first, place - self._room + 1), place))

    def _selection_is_seen(self) -> bool:
        place = self.selected
        return place is not None and self._first <= place < self._first + self._room

    def notice(self, key: str) -> str:
        """What is told of the rows below, and the key that goes there; nothing where the newest are followed."""
        below = self.count - self._first - self._room
        told = [f"{units.count(below)} more below"] if below > 0 else []
        return ", ".join([*told, f"{key} to follow"] if self._follows and self._away and self.count else told)

    def thumb(self, height: int) -> range:
        """See Pane."""
        if self.count <= self._room or height <= self._before + 1:
            return range(0)
        size = max(1, self._room**2 // self.count)
        start = self._before + round((self._room - size) * self._first / (self.count - self._room))
        return range(start, start + size)

    # What is looked for

    def look_for(self, wanted: Wanted) -> None:
        """See Pane."""
        self._finder.look_for(wanted)

    def matches(self) -> int:
        """See Pane."""
        return len(self._finder.places(self.sheet, self._arranged))

    def find(self, step: int) -> bool:
        """See Pane: from the newest, one goes back first."""
        places, current = self._finder.places(self.sheet, self._arranged), self.current
        if not places or current is None:
            return False
        back = step < 0 or (step == 0 and self.selected is None)
        self._select(nearest(places, current, step, back=back))
        return True

    # What it looks like

    def draw(self, look: Look, width: int, height: int, *, focused: bool) -> list[Strip]:
        """The titles and the rows that have room, in so many lines."""
        sheet = self.sheet
        above, below = sheet.above(width, look), sheet.below(width, look)
        self._lay_out(width, height, len(above) + 1, len(below))
        heading = self._heading(width, look, focused=focused)
        if not self.count:
            said = [Line(look, width).put(" ").put(text, "dim").strip() for text in safe_text.wrap(
                sheet.nothing(), max(width - 2, 1))]  # fmt: skip
            return [*above, heading, *said][:height]
        lines = [*above, heading]
        for place in range(self._first, min(self._first + self._room, self.count)):
            lines += self._row(place, width, look, focused=focused)
        return [*lines, *below][:height]

    def _lay_out(self, width: int, height: int, before: int, after: int) -> None:
        """Note where things are, for keys and the mouse."""
        seen = self._selection_is_seen()
        self._spots, self._before = self.sheet.spots(width), before
        self._tall = max(self.sheet.tall(height - before - after), 1)
        self._room = max((height - before - after) // self._tall, 1)
        if seen:
            self._reveal()

    def _heading(self, width: int, look: Look, *, focused: bool) -> Strip:
        line = table.heading(self._spots, width, look, self.sort, self.column if focused else "")
        beside = self.sheet.beside_heading(width, look)
        return (line.pad(self._end + 1).join(beside) if beside else line).strip()

    @property
    def _end(self) -> int:
        """Where the columns end."""
        return self._spots[-1].span.stop if self._spots else 0

    def _row(self, place: int, width: int, look: Look, *, focused: bool) -> list[Strip]:
        strips = self.sheet.strips(self._arranged.index(place), width, self._tall, look)
        parts: list[Part] = []
        if place == self.selected:
            cells = self._end if self.sheet.beside_heading(width, look) else width
            parts.append((range(cells), "selected" if focused else "aside"))
            parts += [(spot.span, "chosen") for spot in self._spots if focused and spot.id == self.column]
        parts += found(strips[-1], [spot.span for spot in self._spots], self._finder.wanted)
        return [*strips[:-1], marked(strips[-1], parts, look)] if parts else strips


def _next(columns: Sequence[str], column: str, step: int) -> str | None:
    """The one beside a column, or itself at the end; None where it is not among them."""
    if column not in columns:
        return None
    return columns[max(min(columns.index(column) + step, len(columns) - 1), 0)]
