"""What stands in the place of a map on which nothing is to be seen. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tui.panes.block.strands import Choice
from tui.widgets.heatmap import NOWHERE, Strand
from tui.widgets.line import Line, Look, blank


def is_empty(columns: Sequence[Strand]) -> bool:
    """Whether no request is on it."""
    return all(one.tail == NOWHERE for one in columns)


def draw(look: Look, choice: Choice, disk: str, width: int, lines: int) -> list[Strip]:
    """Why that is so, in the middle of so many lines."""
    middle = Line(look, width, "dim").put(" ")
    middle.put(middle.clipped(_why(choice, disk), middle.room))
    strips = [blank(look, width)] * lines
    strips[(lines - 1) // 2] = middle.strip()
    return strips


def _why(choice: Choice, disk: str) -> str:
    what = choice.op or "request"
    if not choice.op and choice.filtered.ops(disk) is not None:
        return "no request passes the filter"
    return f"no {what} was queued" if choice.stage == "queue" else f"no {what} in this time"
