"""Groups of the rows that are kept: of the newest, until the memory has caught up with the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from probes.columns import Column, Row
from probes.unit_names import unit_name
from tui import format as units
from tui.log import Log
from tui.panes.rows.groups import By, Event, Group, Groups, Shared, counted, together
from tui.panes.rows.paths import folder
from tui.panes.table.fields import as_text
from tui.panes.table.memory import Memory

LATENCY = "latency_us"

SECOND = 1_000_000_000
SAMPLE = 1000
"""Rows whose paths tell how deep the folders are that are to be seen."""

_Told = dict[int, Event | None]
"""By the number of the row; None: it is not below the folder."""


def groups(log: Log, columns: Sequence[Column], by: By, inside: str, depth: int, memory: Memory) -> Groups:  # noqa: PLR0913, PLR0917
    """The groups of the rows that pass the filter; of paths, those below `inside` by their folders."""
    told = _told(log, columns, by, inside, depth, memory)
    events = _events(told)
    newest = "newest " if len(told) < len(log) else ""
    said = f"of the {newest}{units.count(len(events))} rows kept"
    return Groups(by, counted(events), _span_ns(log, columns, len(told)), said, can_end(columns))


def before(log: Log, columns: Sequence[Column], by: By, since: int, memory: Memory) -> list[Group]:
    """The groups of those rows alone that came before `since`, in nanoseconds since the epoch: none of them comes any
    more. Bad ends are of all rows, whenever they came.
    """
    events = _events(_told(log, columns, by, "", 1, memory))
    ends = [Group(event.key, event.beside, 0, 0, bad=1) for event in events if event.bad and event.time >= since]
    return together([*counted(event for event in events if event.time < since), *ends])


def _told(log: Log, columns: Sequence[Column], by: By, inside: str, depth: int, memory: Memory) -> _Told:  # noqa: PLR0913, PLR0917
    return memory.begun(f"{by} {inside} {depth}", log, _event(columns, by, inside, depth))


def _events(told: _Told) -> list[Event]:
    return [event for event in told.values() if event is not None]


def can_end(columns: Sequence[Column]) -> bool:
    """Whether rows tell how their processes end."""
    return {"code", "signal"} <= {column.id for column in columns}


def paths(log: Log, columns: Sequence[Column], by: By) -> list[str]:
    """The paths of the newest rows that pass the filter."""
    at = [column.id for column in columns].index(by.column)
    return [as_text(row[at]) for _, row in log.rows(len(log) - SAMPLE, len(log))]


def _event(columns: Sequence[Column], by: By, inside: str, depth: int) -> Callable[[Row], Event | None]:
    """What is counted of a row with these columns; None of one that is not below that folder."""
    ids = [column.id for column in columns]
    at, beside = ids.index(by.column), _maybe(ids, by.beside)
    time = next((at for at, column in enumerate(columns) if column.kind == "time"), None)
    error, latency = _maybe(ids, "error"), _maybe(ids, LATENCY)
    ends = [ids.index(column) for column in ("code", "signal")] if can_end(columns) else []

    def event(row: Row) -> Event | None:
        value = row[at]
        if by.name == "path":
            path = as_text(value)
            if not path.startswith(inside):
                return None
            key: Shared = folder(path, inside, depth) or None
        elif by.name == "unit":
            key = unit_name(as_text(value)) or None
        else:
            key = None if isinstance(value, list) else value
        us = row[latency] if latency is not None else None
        failed = error is not None and row[error] is not None
        told = as_text(row[beside]) if beside is not None else ""
        bad = any(row[end] not in (None, 0) for end in ends)
        when = row[time] if time is not None else None
        return Event(
            when if isinstance(when, int) else 0, key, told, failed, us if isinstance(us, int | float) else None, bad
        )

    return event


def _maybe(ids: Sequence[str], wanted: str) -> int | None:
    return ids.index(wanted) if wanted in ids else None


def _span_ns(log: Log, columns: Sequence[Column], newest: int) -> int:
    """From the first of the newest rows to the last; a second at least, or two rows that came together would be a
    flood.
    """
    at = next((at for at, column in enumerate(columns) if column.kind == "time"), None)
    if at is None or newest < 2:  # noqa: PLR2004
        return 0
    ends = (len(log) - newest, len(log) - 1)
    first, last = (next(row[at] for _, row in log.rows(which, which + 1)) for which in ends)
    return max(last - first, SECOND) if isinstance(first, int) and isinstance(last, int) else 0
