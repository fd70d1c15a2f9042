"""The views that are lists."""

from __future__ import annotations

from typing import Literal

from tui.history import ProbeView
from tui.panes.block import parts, slow, who
from tui.panes.table.logged import Memory
from tui.panes.table.sheet import Sheet

Kind = Literal["who", "slow", "parts"]


def sheet(view: ProbeView, kind: Kind, disk: str | None, by: parts.By, memory: Memory) -> Sheet:
    """The list of that kind; `disk` and `by` are for parts."""
    if kind == "who":
        return who.WhoSheet(view)
    return slow.SlowSheet(view, memory) if kind == "slow" else parts.PartsSheet(view, disk, by)
