"""What the kernel counts by who did it, added up from the moment it was asked to; see `probes.snapshot.Tally`.

By each column apart: where processes come and go by the thousand, their names are few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from probes.merge import OTHERS
from probes.snapshot import Tally

COLUMNS: Mapping[str, str] = {
    "comm": "",
    "pid": "comm",
    "ppid": "parent_comm",
    "user": "",
    "cgroup": "",
    "error": "",
}
"""What is told apart, by the ids of columns of rows, and which other one tells more of it."""
MOST = 4096
"""Values of a column that are told apart; what comes later goes under OTHERS."""
RECENT_NS = 10_000_000_000
MOST_RECENT = 16384
"""How far back one looks for how many there are a second, in nanoseconds, and at how many tallies."""

Value = int | str | None


class Sum(NamedTuple):
    """Events with the same value, as in `Tally`; `beside` is what the newest have in the other column."""

    beside: str = ""
    events: int = 0
    failed: int = 0
    timed: int = 0
    sum_ns: int = 0
    max_ns: int = 0

    def plus(self, tally: Tally, beside: str) -> Sum:
        """With those of a tally."""
        return Sum(
            beside,
            self.events + tally.count,
            self.failed + (tally.count if tally.error else 0),
            self.timed + tally.timed,
            self.sum_ns + tally.sum_ns,
            max(self.max_ns, tally.max_ns),
        )


class Exact:
    """The sums of a probe.

    since      the end of the tick in which counting began, nanoseconds since the epoch; None: nothing is counted
    filter     the filter in force since then
    recent_ns  the time of which `recent` tells
    """

    def __init__(self) -> None:
        self._begin(None, "")

    def _begin(self, since: int | None, filter_: str) -> None:
        self.since, self.filter, self.recent_ns = since, filter_, 0
        self._sums: dict[str, dict[Value, Sum]] = {column: {} for column in COLUMNS}
        self._recent: deque[tuple[int, Sequence[Tally]]] = deque()

    def add(self, tallies: Sequence[Tally] | None, time: int, span_ns: int, filter_: str) -> None:
        """Take in a tick that ended at `time`, with the filter then in force. The first one with another filter, or
        after a tick without tallies, may tell of a part of its time alone: counting begins with its end.
        """
        if tallies is None:
            self._begin(None, "")
        elif self.since is None or filter_ != self.filter:
            self._begin(time, filter_)
        else:
            self._note(tallies, span_ns)
            for column, beside in COLUMNS.items():
                _add_up(self._sums[column], column, beside, tallies)

    def of(self, column: str) -> Mapping[Value, Sum]:
        """All events by the value that they have in a column."""
        return self._sums[column]

    def recent(self, column: str) -> Mapping[Value, int]:
        """How many there were lately, likewise."""
        known, found = self._sums[column], dict[Value, int]()
        for _, tallies in self._recent:
            for tally in tallies:
                value = _value(tally, column)
                value = value if value in known else OTHERS
                found[value] = found.get(value, 0) + tally.count
        return found

    def copy(self) -> Exact:
        """The sums as they are now."""
        twin = Exact()
        twin.since, twin.filter, twin.recent_ns = self.since, self.filter, self.recent_ns
        twin._sums = {column: sums.copy() for column, sums in self._sums.items()}
        twin._recent = self._recent.copy()
        return twin

    def _note(self, tallies: Sequence[Tally], span_ns: int) -> None:
        self._recent.append((span_ns, tallies))
        self.recent_ns += span_ns
        while len(self._recent) > 1 and (
            self.recent_ns - self._recent[0][0] >= RECENT_NS
            or sum(len(tallies) for _, tallies in self._recent) > MOST_RECENT
        ):
            self.recent_ns -= self._recent.popleft()[0]


def _add_up(sums: dict[Value, Sum], column: str, beside: str, tallies: Iterable[Tally]) -> None:
    for tally in tallies:
        value = _value(tally, column)
        if value not in sums and len(sums) >= MOST:
            value = OTHERS
        told = getattr(tally, beside) if beside and value != OTHERS else ""
        sums[value] = sums.get(value, Sum()).plus(tally, told)


def _value(tally: Tally, column: str) -> Value:
    """What a tally has in a column."""
    if not tally.pid:
        return OTHERS
    value: Value = getattr(tally, column)
    return value or None
