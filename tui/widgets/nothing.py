"""What is seen where all panes are hidden: the keys that bring them back."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tui import text as safe_text
from tui.keys import Command, key_name
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look


class Nothing(Canvas):
    """toggles  the commands that show and hide each pane"""

    def __init__(self, look: Look, toggles: Sequence[Command]) -> None:
        super().__init__(look, id="nothing")
        self._toggles = toggles

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        keys = "  ".join(f"{key_name(command.keys[0])} {command.title}" for command in self._toggles)
        said = f"all panes are hidden: {keys}"
        return [Line(self.look, width).put(" ").put(line, "dim").strip() for line in safe_text.wrap(said, width - 2)]
