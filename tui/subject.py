"""What is selected on the screen: what a page can be opened of, what a filter can be made of."""

from __future__ import annotations

from typing import NamedTuple

from probes.columns import Column, Row


class Process(NamedTuple):
    """A process, as a row tells of it. time: when, in nanoseconds since the epoch."""

    pid: int
    comm: str
    time: int


class File(NamedTuple):
    """A file, by its path."""

    path: str


class Disk(NamedTuple):
    """A disk, by its kernel name."""

    name: str


Subject = Process | File | Disk


def named(subject: Subject | None) -> str:
    """What kind of thing it is, in a word; empty for nothing."""
    return type(subject).__name__.lower() if subject else ""


class Cell(NamedTuple):
    """A value that rows can be filtered by: a key of the filter language, and the value as text.

    begins  it is how values begin: a folder, for what is in it
    """

    key: str
    value: str
    begins: bool = False


class Unfit(NamedTuple):
    """There is nothing that rows can be filtered by: why, and which commands do what instead."""

    why: str
    commands: tuple[str, ...] = ("cell-left", "cell-right")
    do: str = "select another cell"


class Contents(NamedTuple):
    """All that a pane has to tell, as it is sorted and filtered now: what an export writes.

    name  a word for the name of the file, e.g. `open`, `open-by-comm`
    rows  a value for each column
    """

    name: str
    columns: tuple[Column, ...]
    rows: list[Row]
