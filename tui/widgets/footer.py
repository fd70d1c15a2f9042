"""The footer: the keys that are of use now, as many as fit; each can be clicked."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.hints import Hint, Scene, hints
from tui.keys import Keymap, key_name
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look


class Footer(Canvas):
    """A line at the bottom."""

    class Chosen(Message):
        """A command was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, look: Look, keymap: Keymap) -> None:
        super().__init__(look, id="footer")
        self._keymap = keymap
        self._scene = Scene()
        self._hints = hints(self._scene, keymap)
        self._places: list[tuple[range, str]] = []

    def show(self, scene: Scene) -> None:
        """Tell the keys of another scene."""
        if scene != self._scene:
            self._scene, self._hints = scene, hints(scene, self._keymap)
            self.redraw()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        line = Line(self.look, width, "heading")
        self._places = []
        for hint in self._hints:
            keys = [key_name(command.keys[0]) for command in hint.commands]
            if len(f" {' '.join(keys)} {hint.title} ") <= line.room:
                self._put(hint, keys, line)
        return [line.strip()]

    def _put(self, hint: Hint, keys: list[str], line: Line) -> None:
        """Add it; what is said behind the keys is the last one's too."""
        for command, key in zip(hint.commands, keys, strict=True):
            begin = line.x
            line.put(f" {key}", "key")
            if command is hint.commands[-1]:
                line.put(" ", "key").put(f"{hint.title} ")
            self._places.append((range(begin, line.x), command.id))

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        for place, command in self._places:
            if event.x in place:
                self.post_message(self.Chosen(command))
