"""What a column means beyond its own table: as a key of the filter language, as a process, a file or a disk."""

from __future__ import annotations

from collections.abc import Mapping

from probes.snapshot import Column, Value
from probes.unit_names import unit_name
from tui.subject import Cell, Disk, File, Process, Subject

FILTER_KEYS: Mapping[str, str] = {
    "pid": "pid", "tid": "tid", "ppid": "ppid", "comm": "comm", "user": "user", "uid": "user", "unit": "unit",
    "cgroup": "unit", "path": "path", "filename": "path", "argv": "arg", "fd": "ret", "error": "err", "disk": "disk",
    "op": "op", "code": "exit", "signal": "exit",
}  # fmt: skip
"""The key that the filter has for the values of a column; other columns cannot be filtered by."""
PARENT = ("ppid", "parent_comm")
PATHS = ("path", "filename")
NO_ERROR = "none"

Fields = Mapping[str, Value]
"""A row by the ids of its columns."""


def cell(column: str, value: Value) -> Cell | None:
    """The value as the filter language can have it; None where it cannot, or where there is no value."""
    key = FILTER_KEYS.get(column)
    if key is None:
        return None
    text = as_text(value)
    if column == "cgroup":
        text = unit_name(text)
    if column == "error":
        text = text or NO_ERROR
    return Cell(key, text) if text else None


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
