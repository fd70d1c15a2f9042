"""The rows of a log as a table, in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from probes.columns import Column, Row
from tui.log import Log, Told
from tui.panes.table.order import Comparable, comparable
from tui.panes.table.sheet import Key, Sheet, searcher

Made = TypeVar("Made")


class Memory:
    """What was made of each row of a log, so that it is made once and not at each moment; what nobody asked for at the
    moment before is forgotten.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[int, Told[Any]]] = {}
        self._asked: set[str] = set()

    def pass_on(self) -> None:
        """A new moment begins."""
        self._known = {what: told for what, told in self._known.items() if what in self._asked}
        self._asked.clear()

    def made(self, what: str, log: Log, make: Callable[[Row], Made]) -> dict[int, Made]:
        """What `make` makes of each row that passes the filter, by number; `what` is its name here."""
        self._asked.add(what)
        known: Mapping[int, Told[Made]] = self._known.get(what, {})
        told = log.derive(make, known)
        self._known[what] = told
        return {number: made for number, (_, made) in told.items()}


class LogSheet(Sheet):
    """A row's key is its number."""

    follows = True

    def __init__(self, name: str, log: Log, columns: Sequence[Column], memory: Memory, nothing: str) -> None:
        self.name, self.columns = name, columns
        self._log, self._memory, self._nothing = log, memory, nothing

    def __len__(self) -> int:
        return len(self._log)

    def key(self, at: int) -> Key:
        """See Sheet."""
        return next(number for number, _ in self._log.rows(at, at + 1))

    def find(self, key: Key) -> int | None:
        """See Sheet."""
        at = self.near(key)
        return at if at is not None and at < len(self) and self.key(at) == key else None

    def near(self, key: Key) -> int | None:
        """See Sheet: of a row that is gone, that of the next one."""
        return self._log.index(key) if isinstance(key, int) else None

    def row(self, at: int) -> Row:
        """See Sheet."""
        return next(row for _, row in self._log.rows(at, at + 1))

    def values(self, column: int) -> Sequence[Comparable]:
        """See Sheet."""
        kind = self.columns[column].kind
        made = self._memory.made(f"value {column}", self._log, lambda row: comparable(row[column], kind))
        return list(made.values())

    def texts(self) -> Sequence[str]:
        """See Sheet."""
        return list(self._memory.made("text", self._log, searcher(self.columns)).values())

    def nothing(self) -> str:
        """See Sheet."""
        return self._nothing
