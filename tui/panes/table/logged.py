"""The rows of a log as a table, in the order in which they came."""

from __future__ import annotations

from collections.abc import Sequence

from probes.columns import Column, Row
from tui.log import Log
from tui.panes.table.memory import Memory
from tui.panes.table.order import Comparable, comparable
from tui.panes.table.sheet import Key, Sheet, searcher


class LogSheet(Sheet):
    """A row's key is its number."""

    follows = True

    def __init__(self, name: str, log: Log, columns: Sequence[Column], memory: Memory, nothing: str) -> None:
        self.name, self.columns = name, columns
        self._log, self._memory, self._nothing = log, memory, nothing
        self._texts: Sequence[str] | None = None

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
        if self._texts is None:
            texts = self._memory.begun("text", self._log, searcher(self.columns))
            told = [texts.get(number, "") for number in self._log.numbers]
            if self._memory.behind:
                return told
            self._texts = told
        return self._texts

    def nothing(self) -> str:
        """See Sheet."""
        return self._nothing
