"""What is in a table: rows that are told apart by keys, in the order in which they are seen, and how they are drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence

from textual.strip import Strip

from probes.columns import Column, Row
from tui import format as units
from tui.panes.table import fields
from tui.panes.table.fields import as_text
from tui.panes.table.order import Comparable, Sort, comparable, ordered
from tui.subject import Cell, Subject, Unfit
from tui.widgets import table
from tui.widgets.line import Look
from tui.widgets.table import Place, Spot

Key = Hashable
"""What a row is, wherever it stands."""


class Sheet(ABC):
    """A table at a moment. The order of its rows is its own until it is sorted.

    name     for files, see Contents
    columns  all there are, hidden ones too
    follows  new rows come at its end, and one wants to see those first
    keeps    the column that it is sorted by is seen, however little room there is
    """

    name = ""
    columns: Sequence[Column] = ()
    follows = False
    keeps = True
    _sorted_by = ""

    @abstractmethod
    def __len__(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def key(self, at: int) -> Key:
        """What the row at that place is."""

    @abstractmethod
    def find(self, key: Key) -> int | None:
        """Where that row is; None where it is not there any more."""

    @abstractmethod
    def row(self, at: int) -> Row:
        """A value for each column."""

    def near(self, key: Key) -> int | None:
        """Where that row is, or was, if that can be told."""
        return self.find(key)

    def values(self, column: int) -> Sequence[Comparable]:
        """The column of that index, of all rows, as it is sorted by."""
        kind = self.columns[column].kind
        return [comparable(self.row(at)[column], kind) for at in range(len(self))]

    def order(self, sort: Sort | None) -> Sequence[int] | None:
        """Indexes of the rows as they are sorted; None: as they are. Asked for whenever that is another."""
        self._sorted_by = sort.column if sort else ""
        at = next((at for at, one in enumerate(self.columns) if sort and one.id == sort.column), None)
        return ordered(self.values(at), falling=sort.falling) if sort and at is not None else None

    def texts(self) -> Sequence[str]:
        """All that a row says, hidden columns too, for all rows; nothing where that is still to be found out."""
        text = searcher(self.columns)
        return [text(self.row(at)) for at in range(len(self))]

    # What a cell is

    def cell(self, at: int, column: str) -> Cell | Unfit:
        """What the rows of a probe can be filtered by."""
        title = next((one.title for one in self.drawn_columns() if one.id == column), column)
        return fields.cell(column, self._fields(at), title)

    def subject(self, at: int, column: str) -> Subject | None:
        """What can be opened."""
        return fields.subject(column, self._fields(at))

    def _fields(self, at: int) -> fields.Fields:
        return fields.by_id(tuple(self.columns), self.row(at))

    # How it is drawn

    def drawn_columns(self) -> Sequence[Column]:
        """The columns as they are to be seen."""
        return self.columns

    def drawn(self, at: int, places: Sequence[Place], look: Look) -> Row:
        """A row as it is to be seen, in the columns that are."""
        return self.row(at)

    def spots(self, width: int) -> Sequence[Spot]:
        """Which columns are seen and where, in so many cells."""
        return table.spots(self._laid_out(width))

    def strips(self, at: int, width: int, tall: int, look: Look) -> list[Strip]:
        """A row as so many lines."""
        places = self._laid_out(width)
        return [table.row_strip(self.drawn(at, places, look), places, width, look)] * tall

    def _laid_out(self, width: int) -> Sequence[Place]:
        return table.laid_out(tuple(self.drawn_columns()), width, self._sorted_by)

    def beside_heading(self, width: int, look: Look) -> Strip | None:
        """What stands behind the titles, in a line of that width."""
        return None

    def above(self, width: int, look: Look) -> list[Strip]:
        """Lines over the titles."""
        return []

    def below(self, width: int, look: Look) -> list[Strip]:
        """Lines under the rows."""
        return []

    def tall(self, height: int) -> int:
        """Lines of a row where there are so many for all of them."""
        return 1

    def nothing(self) -> str:
        """Why there is no row."""
        return "nothing yet: waiting"


class Listed(Sheet):
    """Rows that are few, and made anew for each moment."""

    def __init__(self, columns: Sequence[Column], keys: Sequence[Key], rows: Sequence[Row]) -> None:
        self.columns = columns
        self.keys, self.rows = keys, rows
        self._places = {key: at for at, key in enumerate(keys)}

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, at: int) -> Key:
        """See Sheet."""
        return self.keys[at]

    def find(self, key: Key) -> int | None:
        """See Sheet."""
        return self._places.get(key)

    def row(self, at: int) -> Row:
        """See Sheet."""
        return self.rows[at]


def searcher(columns: Sequence[Column]) -> Callable[[Row], str]:
    """Tells all that a row with these columns says, with something between its values that nobody looks for."""
    times = [(at, column) for at, column in enumerate(columns) if column.kind == "time"]

    def text(row: Row) -> str:
        said = ["" if value is None else value if isinstance(value, str) else as_text(value) for value in row]
        for at, column in times:
            said[at] = units.cell(row[at], column)
        return "\0".join(said)

    return text
