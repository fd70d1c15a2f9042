"""What was seen of a process or a file, as a table to be exported: execs and opens by their time. Pure."""

from __future__ import annotations

from probes.columns import Column
from tui.pages.seen import Exec, Open, Seen
from tui.subject import Contents

COLUMNS = (
    Column("event", "EVENT", "word", 5, "exec or open"),
    Column("time", "TIME", "time", 12, "when"),
    Column("pid", "PID", "pid", 7, "process id"),
    Column("comm", "COMM", "word", 15, "its name"),
    Column("ppid", "PPID", "pid", 7, "its parent"),
    Column("parent", "PARENT", "word", 15, "name of the parent"),
    Column("user", "USER", "word", 10, "who runs it"),
    Column("cgroup", "CGROUP", "text", 20, "where it belongs"),
    Column("error", "ERROR", "error", 8, "why it failed"),
    Column("filename", "FILE", "text", 20, "what was executed"),
    Column("argv", "ARGUMENTS", "argv", 24, "its arguments"),
    Column("code", "EXIT", "number", 4, "exit code"),
    Column("signal", "SIGNAL", "word", 7, "the signal that ended it"),
    Column("age_ms", "AGE ms", "ms", 8, "from fork to end"),
    Column("path", "PATH", "text", 24, "what was opened"),
    Column("flags", "FLAGS", "word", 22, "O_ flags"),
    Column("latency_us", "LAT us", "us", 8, "how long the call took"),
)


def contents(seen: Seen, name: str) -> Contents:
    """A row for each exec and each open; empty where a column is not of that event."""
    events: list[Exec | Open] = sorted((*seen.execs, *seen.opens), key=lambda one: one.time)
    told = ({"event": type(one).__name__.lower()} | one._asdict() for one in events)
    rows = [[_value(fields.get(column.id)) for column in COLUMNS] for fields in told]
    return Contents(name, COLUMNS, rows)


def _value(value: object) -> str | int | float | list[str] | None:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | float) and value != "" else None
