"""What is around the body of a pane: a frame with a title in it, or a rule with that above. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.strip import Strip

from tui import text as safe_text
from tui.widgets.line import Line, Look, Role, blank

FRAME = 2
"""Cells and lines that a frame takes; without one, the title takes a line."""


class Border(NamedTuple):
    """A frame, or where it is not boxed a rule.

    name    of the pane, with its number
    status  what is said beside the name, as far as it has room; the first is the most important
    notice  what is said at the right end
    """

    look: Look
    focused: bool
    boxed: bool
    name: str
    status: Sequence[tuple[str, Role]]
    notice: str

    @property
    def role(self) -> Role:
        """What its lines are."""
        return "focus" if self.focused else "rule"

    @property
    def across(self) -> str:
        """The glyph of its lines from left to right."""
        glyphs = self.look.glyphs
        return glyphs.focus_across if self.focused else glyphs.across

    @property
    def down(self) -> str:
        """The glyph of its lines at the sides."""
        glyphs = self.look.glyphs
        return glyphs.focus_down if self.focused else glyphs.down

    @property
    def corners(self) -> str:
        """The glyphs of its corners, from the upper left to the lower right."""
        glyphs = self.look.glyphs
        return glyphs.focus_corners if self.focused else glyphs.corners


def bordered(border: Border, body: list[Strip], width: int, height: int, thumb: range) -> list[Strip]:
    """The body with its border, in so many lines; beside those of the body in `thumb` is that of a scroll bar."""
    if not border.boxed:
        return [_title(border, width), *body]
    look, role, corners = border.look, border.role, border.corners
    inner = max(height - FRAME, 0)
    body = body + [blank(look, max(width - FRAME, 0))] * (inner - len(body))
    lines = [_title(border, width)]
    for y, strip in enumerate(body):
        line = Line(look, width, role).bars(border.down).join(strip)
        lines.append(line.bars(look.glyphs.thumb if y in thumb else border.down).strip())
    foot = Line(look, width, role).put(corners[2]).pad(width - 1, role, border.across).put(corners[3])
    return [*lines, foot.strip()]


def _title(border: Border, width: int) -> Strip:
    role, across, corners = border.role, border.across, border.corners
    ends = (corners[0], corners[1]) if border.boxed else (across, across)
    line = Line(border.look, width, role).put(ends[0])
    line.put(f" {border.name} ", "focus" if border.focused else "bright")
    until = width - (safe_text.width(border.notice) + 3 if border.notice else 1)
    for text, part in border.status:
        if line.x + safe_text.width(text) + 3 <= until:
            line.put(across).put(f" {text} ", part)
    if border.notice:
        line.pad(until, role, across).put(f" {border.notice} ", "badge")
    return line.pad(width - 1, role, across).put(ends[1]).strip()
