"""Figures over time, as bars in lines of their own."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tui import format as units
from tui.widgets.line import Line, Look, Role


def render_spark_line(shares: Sequence[float | None], look: Look, role: Role, *, cursor: int | None) -> Strip:
    """A bar for each share (0..1) of the height; None is no bar at all, and any value a visible one.

    The highest bar leaves some room, so that lines above each other stay apart.
    """
    bars = look.glyphs.bars
    full = len(bars) - 2
    bar = {share: bars[0 if share is None else max(1, min(round(share * full), full))] for share in set(shares)}
    cells = "".join([bar[share] for share in shares])
    line = Line(look, len(cells))
    if cursor is None:
        return line.bars(cells, role).strip()
    return line.bars(cells[:cursor], role).bars(cells[cursor], "caret").bars(cells[cursor + 1 :], role).strip()


def render_sideways(heights: Sequence[int], roles: Sequence[Role], width: int, look: Look) -> list[Strip]:
    """Bars to the right, one a line from the top: `width * steps(look)` is a full one."""
    sides, full = look.glyphs.sides, steps(look)
    strips = []
    for height, role in zip(heights, roles, strict=True):
        whole, rest = divmod(height, full)
        strips.append(Line(look, width).bars(sides[full] * whole + (sides[rest] if rest else ""), role).strip())
    return strips


def share_bar(share: float, cells: int, look: Look) -> str:
    """A share (0..1) as a figure, and where there is room in so many cells as a bar."""
    figure, sides = f"{units.percent(share):>4}", look.glyphs.sides
    whole, rest = divmod(max(round(share * (cells - len(figure) - 1) * steps(look)), 0), steps(look))
    return f"{figure} {sides[-1] * whole}{sides[rest]}".rstrip()


def steps(look: Look) -> int:
    """Lengths of a sideways bar that can be told apart in a cell."""
    return len(look.glyphs.sides) - 1
