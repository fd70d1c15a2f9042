"""What a column means beyond its own table: as a key of the filter language, as a process, a file or a disk."""

from __future__ import annotations

from collections.abc import Mapping

from probes.columns import Column, Value
from probes.filter import duration
from probes.unit_names import unit_name
from tui.subject import Cell, Disk, File, Process, Subject, Unfit

FILTER_KEYS: Mapping[str, str] = {
    "pid": "pid", "tid": "tid", "ppid": "ppid", "parent_comm": "ppid", "comm": "comm", "user": "user", "uid": "user",
    "unit": "unit", "cgroup": "unit", "tree": "tree", "path": "path", "filename": "path", "argv": "arg", "ret": "ret",
    "fd": "ret", "error": "err", "disk": "disk", "op": "op", "flags": "flags", "code": "exit", "signal": "exit",
    "age_ms": "age", "latency_us": "lat", "queue_us": "queue", "device_us": "device",
}  # fmt: skip
"""The key that the filter has for the values of a column."""
TOLD_BY: Mapping[str, tuple[str, ...]] = {
    "parent_comm": ("ppid",), "user": ("user", "uid"), "code": ("signal", "code"), "signal": ("signal", "code"),
}  # fmt: skip
"""The columns that have what such a column is filtered by; the first that has anything."""
KEYLESS = ("interpreter", "argv_note", "argc", "path_note", "sector", "bytes")
"""Columns of rows for which it has none; there may be others in recordings."""
NO_TIME = Unfit("a filter has no times of day", ("goto",), "goes to one")
SPANS_NS: Mapping[str, int] = {"latency_us": 1_000, "queue_us": 1_000, "device_us": 1_000, "age_ms": 1_000_000}
"""Columns of how long something took, and their units in nanoseconds."""
PARENT = ("ppid", "parent_comm")
PATHS = ("path", "filename")
NO_ERROR = "none"

Fields = Mapping[str, Value]
"""A row by the ids of its columns."""


def cell(column: str, fields: Fields, title: str) -> Cell | Unfit:
    """The value of a column as the filter language can have it, or why it cannot."""
    if column == "time":
        return NO_TIME
    key = FILTER_KEYS.get(column)
    if key is None:
        return Unfit(f"a filter has no key for {title}")
    text = _text(column, fields)
    return Cell(key, text) if text else Unfit(f"there is no {title} here")


def _text(column: str, fields: Fields) -> str:
    """What is filtered by where that column is selected; empty where a row does not tell."""
    text = next(filter(None, (as_text(fields.get(one)) for one in TOLD_BY.get(column, (column,)))), "")
    if column in SPANS_NS:
        return duration(fields.get(column), SPANS_NS[column])
    if column == "cgroup":
        return unit_name(text)
    if column == "tree":
        return text.partition(",")[0]
    return text or (NO_ERROR if column == "error" else "")


def subject(column: str, fields: Fields) -> Subject | None:
    """What the selected cell of a row is: a file for a path, a disk for a disk, for all else the process of the row."""
    if column in PATHS and (path := as_text(fields.get(column))):
        return File(path)
    if column == "disk" and (disk := as_text(fields.get(column))):
        return Disk(disk)
    time = fields.get("time")
    when = time if isinstance(time, int) else 0
    if column in PARENT and isinstance(parent := fields.get("ppid"), int):
        return Process(parent, as_text(fields.get("parent_comm")), when)
    pid = fields.get("pid")
    return Process(pid, as_text(fields.get("comm")), when) if isinstance(pid, int) and pid else None


def usual(columns: list[str]) -> str:
    """The column that is selected until another one is: what a group has in common, the name of a process, its id."""
    first = next((column for column in ("key", "comm", "pid") if column in columns), None)
    return first or next((column for column in columns if column in FILTER_KEYS), columns[0] if columns else "")


def by_id(columns: tuple[Column, ...], row: list[Value]) -> Fields:
    """The row by the ids of its columns."""
    return {column.id: value for column, value in zip(columns, row, strict=False)}


def as_text(value: Value) -> str:
    """A value as a filter and a search read it; empty where there is none."""
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else str(value)
