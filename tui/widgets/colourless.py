"""What Textual itself draws, without colours: the background of the screen, and what is seen behind a page."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """Takes out all colours; Textual's own filters put grey in their place, or ask for those of the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """See LineFilter."""
        return [Segment(text, (style or Style()).without_color, control) for text, style, control in segments]
