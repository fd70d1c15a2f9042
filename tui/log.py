"""The rows of one probe, bounded, and which of them pass the filter.

Rows are kept as they came over the wire, packed: a tenth of the memory of Python's lists, and unpacked only when one is
looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from probes.columns import Column, Row
from probes.filter import Filter
from probes.snapshot import Exit
from tui.lineage import NEWEST, Lineage

MOST_ROWS = 20_000
MOST_BYTES = 6 << 20
"""Bounds of the rows kept of a probe; whichever is reached first."""

Derived = TypeVar("Derived")
Told = tuple[bytes, Derived]
"""Something that was made of a row, and the row as it was then, packed."""
Enough = Callable[[], bool]
"""Tells whether enough was done for now."""

_pack = msgspec.msgpack.Encoder().encode
unpacked = msgspec.msgpack.Decoder(Row).decode


class Log:
    """The rows of one probe, by number; only the newest are kept. `lineage` tells who is above a process."""

    def __init__(
        self,
        columns: Sequence[Column],
        most_rows: int = MOST_ROWS,
        most_bytes: int = MOST_BYTES,
        lineage: Lineage | None = None,
    ) -> None:
        self._ids = tuple(column.id for column in columns)
        self._later = {column.id: at for at, column in enumerate(columns) if column.later}
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._lineage = lineage
        self._packed: deque[bytes] = deque()
        self._bytes = 0
        self._filter, self._follows = Filter(), False
        self._matching: deque[int] = deque()
        self._older: list[int] = []
        self._finished: deque[tuple[int, int]] = deque()
        self._sifted = 0
        self.first = 0

    @property
    def end(self) -> int:
        """Number of the row that comes next."""
        return self.first + len(self._packed)

    @property
    def filter(self) -> Filter:
        """The filter that rows must pass."""
        return self._filter

    def __len__(self) -> int:
        """Rows that pass the filter."""
        return len(self._matching) if self._filter.terms else len(self._packed)

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, Row]]:
        """Rows that pass the filter with their numbers, from the `start`-th to before the `stop`-th."""
        for at in range(max(start, 0), min(stop, len(self))):
            number = self._matching[at] if self._filter.terms else self.first + at
            yield number, unpacked(self._packed[number - self.first])

    def newest(self, most: int) -> Iterator[Row]:
        """So many of the newest rows, whether they pass the filter or not, the newest first."""
        return map(unpacked, islice(reversed(self._packed), most))

    @property
    def numbers(self) -> Sequence[int]:
        """Of the rows that pass the filter."""
        return self._matching if self._filter.terms else range(self.first, self.end)

    def derive(self, of: Callable[[Row], Derived], known: Mapping[int, Told[Derived]]) -> dict[int, Told[Derived]]:
        """What `of` makes of each row that passes the filter, by number; `known` is what was told the last time, and is
        taken over for rows that have not changed since.
        """
        told, new = self.compared(known)
        told |= {number: (packed, of(unpacked(packed))) for number, packed in new}
        return {number: told[number] for number in self.numbers} if new else told

    def compared(self, known: Mapping[int, Told[Derived]]) -> tuple[dict[int, Told[Derived]], list[tuple[int, bytes]]]:
        """What is still so of rows that pass the filter; and the others with their numbers, packed."""
        told: dict[int, Told[Derived]] = {}
        new: list[tuple[int, bytes]] = []
        for number, packed in zip(self.numbers, self._kept(), strict=True):
            before = known.get(number)
            if before and before[0] is packed:
                told[number] = before
            else:
                new.append((number, packed))
        return told, new

    def _kept(self) -> Iterator[bytes]:
        if not self._filter.terms:
            return iter(self._packed)
        return (self._packed[number - self.first] for number in self._matching)

    def index(self, number: int) -> int:
        """How many of the rows that pass the filter are older than that number."""
        if not self._filter.terms:
            return min(max(number - self.first, 0), len(self))
        return bisect_left(self._matching, number)

    def add(self, first: int, rows: Sequence[Row], *, tested: bool) -> None:
        """Append rows. `tested`: the collector has put the same filter to them already."""
        if rows and first != self.end:
            self._restart(first)
        tested = tested and not self._filter.waits
        for number, row in enumerate(rows, first):
            packed = _pack(self._fitted(row))
            self._packed.append(packed)
            self._bytes += len(packed)
            if self._filter.terms and (tested or self._matches(row)):
                self._matching.append(number)
        while len(self._packed) > self._most_rows or self._bytes > self._most_bytes:
            self._bytes -= len(self._packed.popleft())
            self.first += 1
        while self._matching and self._matching[0] < self.first:
            self._matching.popleft()
        if len(self._finished) > 2 * len(self._packed):
            self._finished = deque(one for one in self._finished if one[1] >= self.first)

    def finish(self, ended: Sequence[Exit], moment: int = 0) -> None:
        """Fill the later columns of rows whose process has ended; `moment` is the number of the tick that tells so."""
        waits, passing = self._filter.waits, set[int]()
        for end in ended:
            at = end.row - self.first
            if not 0 <= at < len(self._packed):
                continue
            row = unpacked(self._packed[at])
            for name, column in self._later.items():
                row[column] = getattr(end, name, None)
            packed = _pack(row)
            self._bytes += len(packed) - len(self._packed[at])
            self._packed[at] = packed
            self._finished.append((moment, end.row))
            if waits and end.row >= self._sifted and self._matches(row):
                passing.add(end.row)
        if passing:
            self._matching = deque(sorted(passing.union(self._matching)))

    def above(self, pid: int, time: int = NEWEST) -> Iterator[int]:
        """The processes above one at a time, as the lineage has it; the nearest first, as far as they are known."""
        return self._lineage.above(pid, time) if self._lineage else iter(())

    def select(self, chosen: Filter, enough: Enough = lambda: False) -> None:
        """Let only matching rows through. The filter is put to the newest of them until that is enough; `sift` puts it
        to the others, which do not pass until then.
        """
        self._filter, self._follows = chosen, chosen.follows
        self._matching.clear()
        self._older.clear()
        self._sifted = self.end
        self.sift(enough)
        self._take_older()

    def sift(self, enough: Enough = lambda: False) -> bool:
        """Put the filter to more rows, the newest first, until that is enough; whether it was put to all. Those that
        pass do so together then: no row changes its place before.
        """
        if not self._filter.terms:
            self._sifted = self.first
        begin, end = self._sifted - self.first, len(self._packed)
        for packed in islice(reversed(self._packed), end - begin, None) if begin > 0 else ():
            self._sifted -= 1
            if self._matches(unpacked(packed)):
                self._older.append(self._sifted)
            if enough():
                break
        if self.sifted:
            self._take_older()
        return self.sifted

    def _take_older(self) -> None:
        if self._older:
            passing = {number for number in self._older if number >= self.first}
            self._matching = deque(sorted(passing.union(self._matching)))
            self._older.clear()

    @property
    def sifted(self) -> bool:
        """Whether the filter was put to all rows."""
        return self._sifted <= self.first

    def empty(self) -> Log:
        """A log of the same kind, with the same filter, that has no rows yet."""
        twin = Log((), self._most_rows, self._most_bytes, self._lineage)
        twin._ids, twin._later = self._ids, self._later
        twin._filter, twin._follows = self._filter, self._follows
        return twin

    def copy(self) -> Log:
        """The log as it is now; the rows themselves are shared."""
        twin = self.empty()
        twin._packed, twin._bytes, twin.first = self._packed.copy(), self._bytes, self.first
        twin._matching, twin._finished = self._matching.copy(), self._finished.copy()
        twin._sifted, twin._older = self._sifted, self._older.copy()
        return twin

    def upto(self, end: int, moment: int) -> Log:
        """The log as it was at an earlier moment, when `end` was the number of the row to come next; what it had kept
        then and has not any more is missing.
        """
        self.sift()
        twin = self.copy()
        while twin._packed and twin.end > end:
            twin._bytes -= len(twin._packed.pop())
        while twin._matching and twin._matching[-1] >= end:
            twin._matching.pop()
        twin._sifted = min(twin._sifted, twin.end)
        reopened: set[int] = set()
        while twin._finished and twin._finished[-1][0] > moment:
            _, number = twin._finished.pop()
            if self.first <= number < end:
                twin._reopen(number - twin.first)
                reopened.add(number)
        if twin._filter.waits and reopened:
            twin._matching = deque(n for n in twin._matching if n not in reopened or twin._passes(n))
        return twin

    def _reopen(self, at: int) -> None:
        """Forget how the process of a row ended."""
        row = unpacked(self._packed[at])
        for column in self._later.values():
            row[column] = None
        packed = _pack(row)
        self._bytes += len(packed) - len(self._packed[at])
        self._packed[at] = packed

    def _fitted(self, row: Row) -> Row:
        """The row with a value for each column, whatever a foreign collector sent."""
        wanted = len(self._ids)
        return row if len(row) == wanted else (row + [None] * wanted)[:wanted]

    def _passes(self, number: int) -> bool:
        return self._matches(unpacked(self._packed[number - self.first]))

    def _matches(self, row: Row) -> bool:
        fields = dict(zip(self._ids, row, strict=False))
        if self._lineage and self._follows:
            fields["tree"] = self._lineage.noted(fields)
        return self._filter.matches(fields)

    def _restart(self, first: int) -> None:
        self._packed.clear()
        self._matching.clear()
        self._older.clear()
        self._finished.clear()
        self._bytes, self.first, self._sifted = 0, first, first
