"""Execs as a tree: who started whom, over the rows that are kept. Pure.

A process that execs again has a row for each time, side by side; what it starts belongs to the last before that.
A parent that has no row of its own is there all the same, with what its children know of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from textual.strip import Strip

from probes.snapshot import Column, Row, Value
from tui import format as units
from tui.log import Log
from tui.panes.table.fields import as_text
from tui.panes.table.logged import Memory
from tui.panes.table.sheet import Key, Sheet, searcher
from tui.widgets.line import Line, Look
from tui.widgets.table import Place

PARENT_COMM = ("parent_comm", "pcomm")
DEEPEST = 12
"""Levels that are indented at most, the last ones; names have so many cells before that, and a level takes so many."""
NAME_CELLS, INDENT = 8, 3
COMM = Column("comm", "TREE", "text", 24, "name of the process, below that of its parent", grow=True, priority=2)
CHILDREN = Column("children", "KIDS", "number", 4, "processes that it started, of those that are kept")
BRANCHES, ASCII_BRANCHES = ("├─ ", "└─ ", "│  "), ("|- ", "`- ", "|  ")


Started = tuple[int, int, str]
"""Of a row what a tree is made of: the process, its parent and the name of that."""


class Tree(NamedTuple):
    """Rows by their numbers; a parent without a row is a number below 0, see `bare`.

    order   a parent before its children
    above   of each row its parent
    below   of each parent its children, the oldest first
    """

    order: list[int]
    above: dict[int, int]
    below: dict[int, list[int]]

    def sides(self, number: int) -> list[bool]:
        """For each branch that leads to a row, from the left, whether more comes below on it; only the last ones."""
        found: list[bool] = []
        while number >= 0 and len(found) < DEEPEST:
            above = self.above[number]
            found.append(self.below[above][-1] != number)
            number = above
        return found[::-1]

    def children(self, number: int) -> int:
        """How many there are of it."""
        return len(self.below.get(number, ()))


def bare(pid: int) -> int:
    """The number of a process that has no row, and the other way round."""
    return ~pid


def grown(started: Mapping[int, Started]) -> Tree:
    """The tree of rows by their numbers, the oldest first; what has the newest process in it comes last."""
    latest: dict[int, int] = {}
    root_of: dict[int, int] = {}
    newest: dict[int, int] = {}
    above: dict[int, int] = {}
    below: dict[int, list[int]] = {}
    for number, (pid, ppid, _) in started.items():
        parent = latest.get(ppid)
        if parent is None:
            parent = root = bare(ppid)
        else:
            root = root_of[parent]
        below.setdefault(parent, []).append(number)
        above[number], root_of[number] = parent, root
        newest[root] = latest[pid] = number
    order: list[int] = []
    # Without recursion: a chain of processes can be longer than Python's stack.
    todo = sorted(newest, key=newest.__getitem__, reverse=True)
    while todo:
        number = todo.pop()
        order.append(number)
        todo += reversed(below.get(number, ()))
    return Tree(order, above, below)


class TreeSheet(Sheet):
    """A row's key is its number."""

    follows = True
    sorts = False

    def __init__(self, name: str, log: Log, columns: Sequence[Column], memory: Memory, nothing: str) -> None:
        self.name = f"{name}-tree"
        self.columns = (*columns, CHILDREN)
        self._log, self._memory, self._nothing = log, memory, nothing
        self._ids = [column.id for column in columns]
        self._started = memory.made("tree", log, self._of)
        self._tree = grown(self._started)
        self._places = {number: at for at, number in enumerate(self._tree.order)}
        self._order = _order(self.columns)

    def __len__(self) -> int:
        return len(self._tree.order)

    def key(self, at: int) -> Key:
        """See Sheet."""
        return self._tree.order[at]

    def find(self, key: Key) -> int | None:
        """See Sheet."""
        return self._places.get(key) if isinstance(key, int) else None

    def row(self, at: int) -> Row:
        """See Sheet: of a parent without a row its pid and its name are known."""
        number = self._tree.order[at]
        children = self._tree.children(number)
        if number >= 0:
            index = self._log.index(number)
            return [*next(row for _, row in self._log.rows(index, index + 1)), children]
        known: dict[str, Value] = {"pid": bare(number), "comm": self._comm(number)}
        return [*(known.get(column) for column in self._ids), children]

    def texts(self) -> Sequence[str]:
        """See Sheet."""
        texts = self._memory.made("text", self._log, searcher(self.columns))
        return [texts[one] if one >= 0 else f"{bare(one)}\0{self._comm(one)}" for one in self._tree.order]

    def _comm(self, number: int) -> str:
        """The name of a parent without a row, as its newest child knows it."""
        return self._started[self._tree.below[number][-1]][2]

    def nothing(self) -> str:
        """See Sheet."""
        return self._nothing

    # How it is drawn

    def drawn_columns(self) -> Sequence[Column]:
        """See Sheet."""
        return [self.columns[at] if self.columns[at].id != "comm" else COMM for at in self._order]

    def drawn(self, at: int, places: Sequence[Place], look: Look) -> Row:
        """See Sheet: the name stands at the end of its branch."""
        row, comm = self.row(at), self._ids.index("comm")
        cells = next((place.cells for place in places if place.column.id == "comm"), 0)
        levels = max((cells - NAME_CELLS) // INDENT, 1)
        row[comm] = branch(self._tree.sides(self._tree.order[at]), levels, look) + as_text(row[comm])
        row[-1] = row[-1] or None
        return [row[column] for column in self._order]

    def strips(self, at: int, width: int, tall: int, look: Look) -> list[Strip]:
        """See Sheet: a parent without a row is dim."""
        number = self._tree.order[at]
        if number >= 0:
            return super().strips(at, width, tall, look)
        children = units.count(self._tree.children(number))
        known = {"pid": str(bare(number)), "comm": self._comm(number) or "?", CHILDREN.id: children}
        line = Line(look, width, "dim")
        for spot in self.spots(width):
            line.pad(spot.start).cell(known.get(spot.id, ""), spot.cells, right=spot.right)
        return [line.strip()]

    def _of(self, row: Row) -> Started:
        fields = dict(zip(self._ids, row, strict=False))
        pid, parent = (value if isinstance(value := fields.get(name), int) else 0 for name in ("pid", "ppid"))
        return pid, parent, next((as_text(fields[name]) for name in PARENT_COMM if name in fields), "")


def can_grow(columns: Iterable[Column]) -> bool:
    """Whether rows with these columns tell who started whom, which opens do not."""
    return {"pid", "ppid", "comm", "argv"} <= {column.id for column in columns}


def branch(sides: Sequence[bool], levels: int, look: Look) -> str:
    """The glyphs before a name; where it is deeper than so many levels, the last of them."""
    if not sides:
        return ""
    fork, last, on = ASCII_BRANCHES if look.glyphs.ascii_only else BRANCHES
    above = "".join(on if more else "   " for more in sides[-levels:-1])
    deeper = f"{look.glyphs.ellipsis:<{INDENT}}" if len(sides) > levels else ""
    return deeper + above[len(deeper) :] + (fork if sides[-1] else last)


def _order(columns: Sequence[Column]) -> list[int]:
    """The columns as they are to be seen: the tree after time and pid, then its children; the parent is the tree."""
    ids = [column.id for column in columns]
    first = [ids.index(column) for column in ("time", "pid", "comm", CHILDREN.id) if column in ids]
    left_out = {*first, *(at for at, column in enumerate(ids) if column in ("ppid", *PARENT_COMM))}
    return [*first, *(at for at in range(len(ids)) if at not in left_out)]
