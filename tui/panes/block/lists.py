"""The views that are lists."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tui.history import ProbeView
from tui.panes.block import parts, slow, who
from tui.panes.table.memory import Memory
from tui.panes.table.sheet import Sheet

Kind = Literal["who", "slow", "parts"]


class Wanted(NamedTuple):
    """Which list; `disk` and `by` are for parts."""

    kind: Kind
    disk: str | None
    by: parts.By


def sheet(view: ProbeView, wanted: Wanted, memory: Memory, clear: str) -> Sheet:
    """That list. `clear` is the name of the key that clears the filter."""
    if wanted.kind == "who":
        return who.WhoSheet(view, clear)
    if wanted.kind == "slow":
        return slow.SlowSheet(view, memory, clear)
    return parts.PartsSheet(view, wanted.disk, wanted.by, clear)
