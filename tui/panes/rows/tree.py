"""Execs as a tree: who started whom, over the rows that are kept. Pure.

A process that execs again has a row for each time, side by side; what it starts belongs to the last before that.
A parent that has no row of its own, as it forked and ran no program, is there all the same, with what its children
know of it; where it is known who started it, it stands below that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from textual.strip import Strip

from probes.columns import Column, Row, Value
from tui import format as units
from tui.log import Log
from tui.panes.table.fields import as_text
from tui.panes.table.memory import Memory
from tui.panes.table.order import Comparable, Sort, comparable
from tui.panes.table.sheet import Key, Sheet, searcher
from tui.widgets.line import Line, Look
from tui.widgets.table import Place

PARENT_COMM = "parent_comm"
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
        while (above := self.above.get(number)) is not None and len(found) < DEEPEST:
            found.append(self.below[above][-1] != number)
            number = above
        return found[::-1]

    def children(self, number: int) -> int:
        """How many there are of it."""
        return len(self.below.get(number, ()))

    def sorted(self, numbers: Sequence[int]) -> Tree:
        """The same tree with its tops, and the children of each, in the order of `numbers`."""
        below: dict[int, list[int]] = {}
        for number in numbers:
            if number in self.above:
                below.setdefault(self.above[number], []).append(number)
        return Tree(_down([number for number in numbers if number not in self.above], below), self.above, below)


def bare(pid: int) -> int:
    """The number of a process that has no row, and the other way round."""
    return ~pid


def grown(started: Mapping[int, Started], above: Callable[[int], Iterable[int]] = lambda _pid: ()) -> Tree:
    """The tree of rows by their numbers, the oldest first; what has the newest process in it comes last.

    above  the processes above one, the nearest first, as far as they are known: a parent without a row is joined by
           them to what is there already
    """
    latest: dict[int, int] = {}
    tree = _Growing({}, {}, {})
    newest: dict[int, int] = {}
    for number, (pid, ppid, _) in started.items():
        parent = latest.get(ppid, bare(ppid))
        if parent not in tree.root_of:
            tree.join([bare(ppid), *(latest.get(one, bare(one)) for one in above(ppid))])
        tree.put(number, parent)
        newest[tree.root_of[number]] = latest[pid] = number
    return Tree(_down(sorted(newest, key=newest.__getitem__), tree.below), tree.above, tree.below)


class _Growing(NamedTuple):
    """A tree that is not whole yet; what is put in has nothing below it, so that it never goes round."""

    above: dict[int, int]
    below: dict[int, list[int]]
    root_of: dict[int, int]

    def put(self, number: int, parent: int) -> None:
        self.above[number], self.root_of[number] = parent, self.root_of[parent]
        self.below.setdefault(parent, []).append(number)

    def join(self, upwards: Sequence[int]) -> None:
        """Put the first in, with those between it and the nearest that is there; where none is, as a top."""
        there = next((at for at, one in enumerate(upwards) if one in self.root_of), None)
        if there is None:
            self.root_of[upwards[0]] = upwards[0]
        for at in reversed(range(there or 0)):
            self.put(upwards[at], upwards[at + 1])


def _down(tops: Sequence[int], below: Mapping[int, Sequence[int]]) -> list[int]:
    """All from the top down. Without recursion: a chain of processes can be longer than Python's stack."""
    order: list[int] = []
    todo = list(reversed(tops))
    while todo:
        number = todo.pop()
        order.append(number)
        todo += reversed(below.get(number, ()))
    return order


class TreeSheet(Sheet):
    """A row's key is its number."""

    follows = True

    def __init__(self, name: str, log: Log, columns: Sequence[Column], memory: Memory, nothing: str) -> None:
        self.name = f"{name}-tree"
        self.columns = (*columns, CHILDREN)
        self._log, self._memory, self._nothing = log, memory, nothing
        self._ids = [column.id for column in columns]
        self._started = memory.made("tree", log, self._of)
        self._tree = self._shown = grown(self._started, log.above)
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

    def values(self, column: int) -> Sequence[Comparable]:
        """See Sheet: what a parent without a row does not tell is that of the newest below it."""
        kind = self.columns[column].kind
        if self.columns[column] is CHILDREN:
            return [self._tree.children(number) for number in self._tree.order]
        made = self._memory.made(f"value {column}", self._log, lambda row: comparable(row[column], kind))
        told: Mapping[str, Callable[[int], Comparable]] = {"pid": bare, "comm": self._comm}
        of_bare = told.get(self._ids[column])
        return [
            of_bare(number) if of_bare and number < 0 else made[self._newest(number)] for number in self._tree.order
        ]

    def order(self, sort: Sort | None) -> Sequence[int] | None:
        """See Sheet: those with the same parent stand in the order of the column, each with what it started."""
        order = super().order(sort)
        self._shown = self._tree if order is None else self._tree.sorted([self._tree.order[at] for at in order])
        return None if order is None else [self._places[number] for number in self._shown.order]

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
        texts = self._memory.begun("text", self._log, searcher(self.columns))
        return [texts.get(one, "") if one >= 0 else f"{bare(one)}\0{self._comm(one)}" for one in self._tree.order]

    def _newest(self, number: int) -> int:
        """The row itself, or that which stands for a parent without one."""
        while number < 0:
            number = self._tree.below[number][-1]
        return number

    def _comm(self, number: int) -> str:
        """The name of a parent without a row, as its newest child knows it that has one."""
        child = next((one for one in reversed(self._tree.below[number]) if one >= 0), None)
        return "" if child is None else self._started[child][2]

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
        row[comm] = self._branch(self._tree.order[at], cells, look) + as_text(row[comm])
        row[-1] = row[-1] or None
        return [row[column] for column in self._order]

    def strips(self, at: int, width: int, tall: int, look: Look) -> list[Strip]:
        """See Sheet: a parent without a row is dim."""
        number = self._tree.order[at]
        if number >= 0:
            return super().strips(at, width, tall, look)
        children = units.count(self._tree.children(number))
        spots = self.spots(width)
        cells = next((spot.cells for spot in spots if spot.id == "comm"), 0)
        name = self._branch(number, cells, look) + (self._comm(number) or "?")
        known = {"pid": str(bare(number)), "comm": name, CHILDREN.id: children}
        line = Line(look, width, "dim")
        for spot in spots:
            line.pad(spot.start).cell(known.get(spot.id, ""), spot.cells, right=spot.right)
        return [line.strip()]

    def _branch(self, number: int, cells: int, look: Look) -> str:
        return branch(self._shown.sides(number), max((cells - NAME_CELLS) // INDENT, 1), look)

    def _of(self, row: Row) -> Started:
        fields = dict(zip(self._ids, row, strict=False))
        pid, parent = (value if isinstance(value := fields.get(name), int) else 0 for name in ("pid", "ppid"))
        return pid, parent, as_text(fields.get(PARENT_COMM))


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
    left_out = {*first, *(at for at, column in enumerate(ids) if column in ("ppid", PARENT_COMM))}
    return [*first, *(at for at in range(len(ids)) if at not in left_out)]
