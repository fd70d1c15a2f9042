"""Who started whom, as far as rows and /proc tell: where processes that are gone by now stood in the tree.

The kernel follows a tree as it forks, but only from when it is asked to. Rows that are kept are older than that: here
their place follows from the parents that rows name. A process that never was in a row nor lived when /proc was read
leaves a gap, and what is below it does not count as a descendant of what is above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from probes.columns import Column, Row, Value

MOST = 65536
"""Processes whose parents are known; those that nobody named for the longest time are forgotten."""

MOST_LIVES = 8
"""How many processes that had the same id one after the other are told apart."""
NEWEST = 1 << 63
"""After all times."""

Since = tuple[int, int]
"""From when on, in nanoseconds since the epoch, a process had which parent."""


class Lineage:
    """The parents of processes. An id that is used again is another process from then on."""

    def __init__(self) -> None:
        self._parents: dict[int, tuple[Since, ...]] = {}

    def learn(self, parents: Mapping[int, int], time: int) -> None:
        """Take in the parent of each process that lives at a time."""
        for pid, parent in parents.items():
            self._note(pid, parent, time)

    def add(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Take in what rows with these columns tell."""
        at = {column.id: at for at, column in enumerate(columns)}
        if not {"time", "pid", "ppid"} <= at.keys():
            return
        when, which, above = at["time"], at["pid"], at["ppid"]
        for row in rows:
            time, pid, parent = row[when], row[which], row[above]
            if isinstance(time, int) and isinstance(pid, int) and isinstance(parent, int) and pid:
                self._note(pid, parent, time)

    def above(self, pid: int, time: int = NEWEST) -> Iterator[int]:
        """The processes above one at a time, the nearest first, up to the first one of which no parent is known."""
        seen = {pid}
        while (parent := self._parent(pid, time)) and parent not in seen:
            yield parent
            seen.add(parent)
            pid = parent

    def noted(self, fields: Mapping[str, Value]) -> Value:
        """What stands in the column `tree` of a row, and the processes above it, likewise."""
        known, pid, parent, time = (fields.get(name) for name in ("tree", "pid", "ppid", "time"))
        if not isinstance(pid, int) or not isinstance(time, int):
            return known
        further = self.above(parent, time) if isinstance(parent, int) else ()
        above = ",".join(map(str, chain(self.above(pid, time), further)))
        return f"{known},{above}" if known and above else above or known

    def _parent(self, pid: int, time: int) -> int:
        """The parent at a time; before the first time that it was named, that one. 0: not known."""
        known = self._parents.get(pid, ())
        return next((parent for since, parent in reversed(known) if since <= time), known[0][1] if known else 0)

    def _note(self, pid: int, parent: int, time: int) -> None:
        known = self._parents.get(pid, ())
        # Who lost its parent is given to one further up, and still is of the tree in which it was born.
        if known and (known[-1][1] == parent or parent in self.above(pid, time)):
            return
        self._parents.pop(pid, None)
        self._parents[pid] = tuple(sorted((*known, (time, parent))))[-MOST_LIVES:]
        if (parents := self._parents.pop(parent, None)) is not None:
            self._parents[parent] = parents
        while len(self._parents) > MOST:
            del self._parents[next(iter(self._parents))]
