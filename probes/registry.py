"""The probes there are, by name and question. Imports nothing, so that the command line can list them at once."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A probe: its id is also the name of its module and of its C source in this package."""

    id: str
    title: str
    question: str


PROBES = (
    Entry("exec", "Exec", "Which programs start, by whom, with which arguments, and how do they end?"),
    Entry("open", "Open", "Which files are opened, by whom, how fast, and which opens fail?"),
    Entry("block", "Block I/O", "How long does each disk really take, for which operation?"),
)


BY_ID = {entry.id: entry for entry in PROBES}
