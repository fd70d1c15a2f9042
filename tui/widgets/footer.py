"""The footer: the keys, as many as fit; each can be clicked."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.keys import Command, key_name
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look


class Footer(Canvas):
    """A line at the bottom."""

    class Chosen(Message):
        """A command was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, look: Look, commands: Sequence[Command]) -> None:
        super().__init__(look, id="footer")
        self._commands = commands
        self._places: list[tuple[range, str]] = []

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        line = Line(self.look, width, "heading")
        self._places = []
        for command in self._commands:
            key = key_name(command.keys[0])
            cells = len(key) + len(command.title) + 3
            if cells <= line.room:
                self._places.append((range(line.x, line.x + cells), command.id))
                line.put(f" {key} ", "key").put(f"{command.title} ")
        return [line.strip()]

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        for place, command in self._places:
            if event.x in place:
                self.post_message(self.Chosen(command))
