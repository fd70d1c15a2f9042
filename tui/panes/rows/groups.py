"""Events in groups: how many have what in common, how many of them failed, how long they took.

`Groups` is all that the table of them needs to know, wherever they were counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from probes.columns import Column, Row, Value
from probes.merge import OTHERS
from tui import format as units
from tui.panes.table import fields
from tui.panes.table.sheet import Listed
from tui.subject import Cell, Process, Subject, Unfit
from tui.widgets.line import Look
from tui.widgets.spark import share_bar
from tui.widgets.table import Place


class By(NamedTuple):
    """What groups have in common: how it is called, and the column in which it is found.

    beside  another column that tells more of it
    field   what the value is called where it is not that of the column, see `tui.panes.table.fields`
    """

    name: str
    column: str
    beside: str = ""
    field: str = ""


BYS = (
    By("comm", "comm"),
    By("pid", "pid", "comm"),
    By("parent", "ppid", "parent_comm"),
    By("path", "path"),
    By("path", "filename"),
    By("user", "user"),
    By("unit", "cgroup", field="unit"),
    By("error", "error"),
)
"""All there are, in the order in which a key goes through them."""


Shared = int | float | str | None
"""What events have in common; None: that they have no such thing."""


class Group(NamedTuple):
    """Events that have something in common.

    beside   more of it, as the newest of them has it
    timed    of how many of them it is known how long they took, in microseconds in sum and at most
    hz       how many there are a second; None: as many as there were in the time of all groups
    bad      how many processes of rows that are kept ended with a code other than 0 or by a signal
    """

    key: Shared
    beside: str
    events: int
    failed: int
    timed: int = 0
    sum_us: float = 0.0
    max_us: float = 0.0
    hz: float | None = None
    bad: int = 0


class Groups(NamedTuple):
    """All groups, and of what.

    said     of which events, for the title
    span_ns  the time in which they were
    ends     whether it is known how processes end
    """

    by: By
    groups: Sequence[Group]
    span_ns: int
    said: str
    ends: bool = False


class Event(NamedTuple):
    """What is counted of a row, and its time in nanoseconds since the epoch."""

    time: int
    key: Shared
    beside: str
    failed: bool
    us: float | None
    bad: bool = False


def usable(columns: Iterable[Column]) -> list[By]:
    """What rows with these columns can be grouped by."""
    ids = {column.id for column in columns}
    return [by for by in BYS if by.column in ids]


def is_folder(by: By, key: str) -> bool:
    """Whether the group of that key is of what is in a folder."""
    return by.name == "path" and key.endswith("/")


def counted(events: Iterable[Event]) -> list[Group]:
    """The groups, the largest first."""
    sums: dict[Shared, list[Event]] = {}
    for event in events:
        sums.setdefault(event.key, []).append(event)
    groups = [_summed(key, members) for key, members in sums.items()]
    return sorted(groups, key=lambda group: -group.events)


def joined(a: Group, b: Group) -> Group:
    """Both together; what tells more of them is that of the second."""
    return Group(
        a.key,
        b.beside or a.beside,
        a.events + b.events,
        a.failed + b.failed,
        a.timed + b.timed,
        a.sum_us + b.sum_us,
        max(a.max_us, b.max_us),
        None if a.hz is None or b.hz is None else a.hz + b.hz,
        a.bad + b.bad,
    )


def together(parts: Iterable[Group]) -> list[Group]:
    """One group of those that have the same in common, the largest first."""
    found: dict[Shared, Group] = {}
    for part in parts:
        found[part.key] = joined(found[part.key], part) if part.key in found else part
    return sorted(found.values(), key=lambda group: -group.events)


def _summed(key: Shared, members: Sequence[Event]) -> Group:
    times = [event.us for event in members if event.us is not None]
    failed = sum(event.failed for event in members)
    bad = sum(event.bad for event in members)
    return Group(
        key, members[-1].beside, len(members), failed, len(times), sum(times), max(times, default=0.0), bad=bad
    )


COUNTS = (
    Column("count", "COUNT", "number", 7, "how many there are", priority=8),
    Column("rate", "RATE/s", "number", 7, "how many a second", priority=5),
    Column("failed", "FAILED", "number", 6, "how many of them failed", later=True, priority=7),
)
TIMES = (
    Column("average_us", "AVG us", "us", 8, "average latency, in microseconds", priority=4),
    Column("max_us", "MAX us", "us", 9, "longest latency, in microseconds", priority=3),
)
BAD = Column(
    "bad", "BAD EXIT", "number", 8, "ended with a code other than 0 or by a signal, of the rows kept", later=True,
    priority=6,
)  # fmt: skip
NONE = "(none)"
REST = Unfit("these are all others: they have nothing in common", ("down", "up"), "select another row")
SHARE = Column("share", "SHARE", "word", 14, "share of all of them, 0..1", priority=6)
BESIDE = Column("comm", "COMM", "word", 16, "its name", grow=True, priority=8)


class GroupSheet(Listed):
    """A row's key is that of its group."""

    def __init__(self, groups: Groups, name: str, nothing: str) -> None:
        self.groups, self._nothing = groups, nothing
        whole = max(sum(group.events for group in groups.groups), 1)
        self._shares = [group.events / whole for group in groups.groups]
        timed = any(group.timed for group in groups.groups)
        more = (*((BAD,) if groups.ends else ()), *(TIMES if timed else ()))
        shown = (*COUNTS, *more, SHARE, _key(groups.by))
        columns = (*shown, BESIDE) if any(group.beside for group in groups.groups) else shown
        rows = [
            _row(group, share, groups.span_ns, columns)
            for group, share in zip(groups.groups, self._shares, strict=True)
        ]
        super().__init__(columns, [group.key for group in groups.groups], rows)
        self.name = f"{name}-by-{groups.by.name}"

    def cell(self, at: int, column: str) -> Cell | Unfit:
        """See Sheet: whichever cell it is, a filter can have what the group has in common."""
        by, key = self.groups.by, self.groups.groups[at].key
        if key == OTHERS:
            return REST
        column = by.field or by.column
        found = fields.cell(column, {column: key}, by.name)
        return found._replace(begins=is_folder(by, found.value)) if isinstance(found, Cell) else found

    def subject(self, at: int, column: str) -> Subject | None:
        """See Sheet."""
        group, by = self.groups.groups[at], self.groups.by
        if by.name in ("pid", "parent") and isinstance(group.key, int):
            return Process(group.key, group.beside, 0)
        return fields.subject(by.column, {by.column: group.key}) if by.name == "path" else None

    def drawn(self, at: int, places: Sequence[Place], look: Look) -> Row:
        """See Sheet."""
        row = [_shown(column.id, value) for column, value in zip(self.columns, self.rows[at], strict=True)]
        for place in places:
            if place.column.id == "share":
                row[place.at] = share_bar(self._shares[at], place.cells, look)
        return row

    def nothing(self) -> str:
        """See Sheet."""
        return self._nothing


def _key(by: By) -> Column:
    """The column of what groups have in common."""
    if by.name in ("pid", "parent"):
        return Column("key", by.name.upper(), "pid", 9, "what they have in common", priority=9)
    return Column("key", by.name.upper(), "text", 24, "what they have in common", grow=True, priority=9)


def _row(group: Group, share: float, span_ns: int, columns: Sequence[Column]) -> Row:
    """A value for each of the columns."""
    rate = group.events * 1e9 / span_ns if span_ns else None
    known: dict[str, Value] = {
        "count": group.events,
        "rate": rate if group.hz is None else group.hz,
        "failed": group.failed,
        "bad": group.bad,
        "average_us": group.sum_us / group.timed if group.timed else None,
        "max_us": group.max_us if group.timed else None,
        "share": share,
        "key": group.key,
        "comm": group.beside,
    }
    return [known[column.id] for column in columns]


def _shown(column: str, value: Value) -> Value:
    """The value of a column as it is to be seen."""
    if column == "key" and value is None:
        return NONE
    if column in ("failed", "bad"):
        return value or None
    if not isinstance(value, int | float):
        return value
    if column == "count":
        return units.count(value)
    return units.rate(value).removesuffix("/s") if column == "rate" else value
