"""Lines that are drawn already, with parts of them in another style: what is selected, what was looked for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui import text as safe_text
from tui.wanted import Wanted
from tui.widgets.line import Look, Role

Part = tuple[range, Role]
"""Cells of a line, and what is in them."""


def marked(strip: Strip, parts: Sequence[Part], look: Look) -> Strip:
    """The line with the styles of those roles over its own; of several at the same place the last wins."""
    cuts = sorted({cell for cells, _ in parts for cell in (cells.start, cells.stop) if 0 < cell < strip.cell_length})
    segments: list[Segment] = []
    start = 0
    for piece in strip.divide([*cuts, strip.cell_length]):
        style = Style()
        for cells, role in parts:
            if cells.start <= start < cells.stop:
                style += look.styles[role]
        segments += [Segment(segment.text, (segment.style or Style()) + style) for segment in piece]
        start += piece.cell_length
    return Strip(segments, strip.cell_length)


def found(strip: Strip, within: Sequence[range], wanted: Wanted) -> list[Part]:
    """Where in those cells of the line is what one looks for."""
    if not wanted.text:
        return []
    parts: list[Part] = []
    for cells in within:
        shown = strip.crop(cells.start, cells.stop).text
        for span in wanted.spans(shown):
            start = cells.start + safe_text.width(shown[: span.start])
            parts.append((range(start, start + safe_text.width(shown[span.start : span.stop])), "found"))
    return parts
