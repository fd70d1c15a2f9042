"""What a probe makes: rows of typed columns. Part of the contract with the UI, see `probes.snapshot`."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "time",  # int, nanoseconds since the epoch
    "pid",  # int, process or thread id
    "number",  # int
    "bytes",  # int
    "us",  # float, microseconds
    "ms",  # float, milliseconds
    "word",  # str from the kernel, short (comm, user, flags)
    "error",  # str, an errno name, or None for success
    "text",  # str from the kernel, long (paths)
    "argv",  # list[str], the arguments of a process
]
"""How a column's values are typed, and so how they are formatted and sorted."""

Value = int | float | str | list[str] | None
"""One cell of a row. Which of them it is follows from the column's kind; any may be None."""

Row = list[Value]
"""One event, a value for each of the probe's columns, in their order."""


class Column(msgspec.Struct, frozen=True):
    """A column of a probe's rows: `id` is its JSON key and filter field, `title` its heading.

    width     cells it wants on the screen; 0 means that it is not shown unless asked for
    grow      takes a share of what room is left
    later     None when the row is made, filled by an `Exit`
    priority  where there is no room for all columns, those with a higher one stay longer
    """

    id: str
    title: str
    kind: Kind
    width: int
    help: str
    grow: bool = False
    later: bool = False
    priority: int = 0


class ProbeInfo(msgspec.Struct, frozen=True):
    """What a probe is: `view` tells whether it makes rows (exec, open) or histograms (block).

    What makes histograms has rows as well, of the single events that its kernel side picks out: slow requests.
    """

    id: str
    title: str
    question: str
    view: Literal["rows", "latency"]
    columns: tuple[Column, ...] = ()
