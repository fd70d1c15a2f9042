"""A table that one moves in: what is selected, how far it is scrolled, how it is sorted, and what it looks like.

What is selected is a row by its key and a column by its id: rows that come, go or change places do not move either.
Where new rows come at the end they are followed until one moves away, and nothing is selected until then; elsewhere the
first row is selected until another one is.
"""

from __future__ import annotations

from textual.strip import Strip

from tui import format as units
from tui import text as safe_text
from tui.panes.table import picture
from tui.panes.table.columns import Again, Columns
from tui.panes.table.finder import Finder, nearest
from tui.panes.table.order import Arranged, Sort
from tui.panes.table.picture import Picture
from tui.panes.table.sheet import Key, Listed, Sheet
from tui.panes.table.viewport import Viewport
from tui.subject import Cell, Contents, Subject, Unfit
from tui.wanted import Wanted
from tui.widgets.line import Look

EMPTY = Listed((), (), ())
NOTHING = Unfit("nothing is selected", ("down", "up"), "select a row")


class Grid:
    """sort  by what it is sorted in the beginning; None: as the rows come"""

    def __init__(self, sort: Sort | None = None) -> None:
        self.sheet: Sheet = EMPTY
        self._arranged = Arranged(0)
        self.columns = Columns(sort)
        self._key: Key | None = None
        self._place = 0
        self._viewport = Viewport()
        self._top_key: Key | None = None
        self._finder = Finder()

    # What is in it

    def show(self, sheet: Sheet) -> None:
        """Take another moment of the table: what is selected stays so, and where it was to be seen it still is."""
        seen = self._selection_is_seen()
        self.sheet = sheet
        self._arrange()
        if self._viewport.follows and self._top_key is not None:
            self._viewport.top = sheet.near(self._top_key) or 0
        if seen:
            self._reveal()

    def _arrange(self) -> None:
        self._arranged = Arranged(len(self.sheet), self.sheet.order(self.columns.sort))
        self._finder.forget()
        # Rows that are sorted may come anywhere.
        self._viewport.count, self._viewport.follows = self.count, self.sheet.follows and self._own_order
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
        return self._viewport.following

    @property
    def _own_order(self) -> bool:
        return self.columns.sort is None

    def _key_at(self, place: int) -> Key:
        return self.sheet.key(self._arranged.index(place))

    # What is selected

    @property
    def selected(self) -> int | None:
        """The place of the selected row; None where none is."""
        if not self.count:
            return None
        if self._key is not None:
            return self._place
        return None if self._viewport.follows else 0

    @property
    def current(self) -> int | None:
        """The place of the row that a command is about: the selected one, or else the last that is to be seen."""
        if self.selected is not None or not self.count:
            return self.selected
        return self._viewport.shown[-1]

    @property
    def column(self) -> str:
        """The column of the selected cell."""
        return self.columns.selected

    @property
    def key(self) -> Key | None:
        """What the current row is."""
        return None if self.current is None else self._key_at(self.current)

    @property
    def cell(self) -> Cell | Unfit:
        """See Pane."""
        return NOTHING if self.current is None else self.sheet.cell(self._arranged.index(self.current), self.column)

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
        if rows > 0 and place == self.count - 1 and self._viewport.follows:
            self.bottom()
        else:
            self._select(place)

    def page(self, pages: int) -> None:
        """Likewise by what is to be seen of it."""
        rows = pages * max(self._viewport.room - 1, 1)
        top = self._viewport.first + rows
        self.move(rows)
        if not self.following:
            self._scroll_to(top)
            self._reveal()

    def top(self) -> None:
        """To the first row; where rows change places, to whichever is the first."""
        if self._viewport.follows and self.count:
            self._select(0)
        else:
            self._key, self._viewport.top = None, 0

    def bottom(self) -> None:
        """To the last row; where rows come at the end they are followed again."""
        if self._viewport.follows:
            self._key, self._top_key, self._viewport.away = None, None, False
        elif self.count:
            self._select(self.count - 1)

    def wheel(self, rows: int) -> None:
        """See other rows; what is selected stays so."""
        port = self._viewport
        top = port.first + rows
        if rows > 0 and top >= self.count - port.room and self._key is None:
            self.bottom()
        elif self.count > port.room:
            port.away = True
            self._scroll_to(top)

    def click(self, x: int, y: int) -> bool:
        """Select the row and the cell there, or sort by the column of that title; whether it was a row."""
        column, place = self.columns.at(x), self._viewport.at(y)
        if y == self._viewport.before - 1:
            self._sort_by(column, again="invert")
        if place is not None:
            if column:
                self.columns.choose(column)
            self._select(place)
        return place is not None

    def act(self, command: str) -> bool:
        """Do what a command of tables asks for; whether it is one."""
        columns = self.columns
        match command:
            case "cell-left" | "cell-right":
                columns.choose(columns.beside(self.column, 1 if command == "cell-right" else -1))
            case "sort":
                self._sort_by(self.column, again="stop")
            case "sort-left" | "sort-right":
                self._sort_by(columns.to_sort(self.sheet, 1 if command == "sort-right" else -1))
            case "invert":
                self._sort_by(columns.sort.column if columns.sort else self.column, again="invert")
            case _:
                return False
        return True

    def _select(self, place: int) -> None:
        self._place, self._key = place, self._key_at(place)
        if not self._viewport.away:
            self._scroll_to(self._viewport.first)
        self._viewport.away = True
        self._reveal()

    def _sort_by(self, column: str, again: Again = "") -> None:
        found = next((one for one in self.sheet.columns if one.id == column), None)
        if found is None:
            return
        seen = self._selection_is_seen()
        self.columns.sort_by(found, again)
        self._arrange()
        self._viewport.top, self._viewport.away = 0, self._key is not None
        if self._key is None:
            self._top_key = None
        elif seen:
            self._reveal()

    # Where it is scrolled to

    def _scroll_to(self, top: int) -> None:
        self._viewport.scroll_to(top)
        self._keep_top()

    def _reveal(self) -> None:
        """See the selected row."""
        if (place := self.selected) is not None:
            self._viewport.reveal(place)
            self._keep_top()

    def _keep_top(self) -> None:
        self._top_key = self._key_at(self._viewport.top) if self.count else None

    def _selection_is_seen(self) -> bool:
        return self.selected in self._viewport.shown

    def notice(self, key: str) -> str:
        """What is told of the rows below, and the key that goes there; nothing where the newest are followed."""
        port = self._viewport
        told = [f"{units.count(port.below)} more below"] if port.below else []
        return ", ".join([*told, f"{key} to follow"] if port.follows and port.away and self.count else told)

    def thumb(self, height: int) -> range:
        """See Pane."""
        return self._viewport.thumb(height)

    # What is looked for

    def look_for(self, wanted: Wanted) -> None:
        """See Pane."""
        self._finder.look_for(wanted)

    def matches(self) -> int:
        """See Pane."""
        return len(self._finder.found(self.sheet))

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
        self._lay_out(width, height - len(above) - 1 - len(below), len(above) + 1)
        drawn = Picture(sheet, self.columns, self._finder.wanted, focused, look, width)
        if not self.count:
            return [*above, picture.heading(drawn), *picture.nothing(drawn)][:height]
        indexes = [self._arranged.index(place) for place in self._viewport.shown]
        selected = None if self.selected is None else self._arranged.index(self.selected)
        rows = picture.rows(drawn, indexes, self._viewport.tall, selected)
        return [*above, picture.heading(drawn), *rows, *below][:height]

    def _lay_out(self, width: int, height: int, before: int) -> None:
        """Note where things are, for keys and the mouse: rows have so many lines below so many others."""
        seen = self._selection_is_seen()
        self.columns.spots = self.sheet.spots(width)
        self._viewport.lay_out(height, before, max(self.sheet.tall(height), 1))
        if seen:
            self._reveal()
