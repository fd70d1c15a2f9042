"""A menu over everything else: choices, narrowed down while one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.strip import Strip

from tui.widgets.edit import Edit, edited
from tui.widgets.line import Line, Look
from tui.widgets.overlay import Overlay
from tui.widgets.page import Lines, Page

KEY_CELLS = 12
TITLE_CELLS = 16


class Choice(NamedTuple):
    """Something to choose: its id, the key that chooses it elsewhere, a word or two, and what it is."""

    id: str
    key: str
    title: str
    help: str = ""


def matching(choices: Sequence[Choice], text: str) -> list[Choice]:
    """Those which have every word of the text in them; where a title begins with the text, it comes first."""
    words = text.lower().split()
    found = [
        choice for choice in choices if all(word in f"{choice.title} {choice.help}".lower() for word in words)
    ]  # fmt: skip
    return sorted(found, key=lambda choice: (not choice.title.lower().startswith(text.lower()),))


class MenuPage(Page):
    """What is typed, and the choices that have it: `found`."""

    def __init__(self, look: Look, title: str, choices: Sequence[Choice]) -> None:
        super().__init__(look, "menu-page", title)
        self._choices = choices
        self.found = matching(choices, "")
        self._edit = Edit()
        self._at = 0

    @property
    def chosen(self) -> str:
        """The id of the selected choice, empty where there is none."""
        return self.found[self._at].id if self.found else ""

    def content(self, width: int) -> Sequence[Strip]:
        """See Page."""
        return Lines(1 + max(len(self.found), 1), lambda at: self._line(at, width))

    def _line(self, at: int, width: int) -> Strip:
        if not at:
            line = Line(self.look, width, "typed").put(" > ", "key").put(self._edit.text)
            return line.put(" ", "caret").strip()
        if not self.found:
            return Line(self.look, width).put(" nothing has that in it", "dim").strip()
        return self._choice(self.found[at - 1], width, selected=at - 1 == self._at)

    def _choice(self, choice: Choice, width: int, *, selected: bool) -> Strip:
        line = Line(self.look, width, "selected" if selected else "text")
        line.cell(f" {choice.key}", KEY_CELLS, None if selected else "name")
        return line.cell(choice.title, TITLE_CELLS).put(" ").put(choice.help, None if selected else "dim").strip()

    def type(self, key: str, character: str | None) -> None:
        """Narrow down."""
        before = self._edit.text
        self._edit = edited(self._edit, key, character)
        if self._edit.text != before:
            self.found, self._at = matching(self._choices, self._edit.text), 0
        self.redraw()

    def move(self, lines: int) -> None:
        """Select another one."""
        self._at = max(min(self._at + lines, len(self.found) - 1), 0)
        self.reveal(self._at + 1)
        self.redraw()

    def choose_at(self, y: int) -> str:
        """The id of the choice in that line of the widget, empty where there is none."""
        at = self.line_at(y) - 1
        return self.found[at].id if 0 <= at < len(self.found) else ""


class MenuScreen(Overlay[MenuPage]):
    """The screen of a menu; its result is the id of what was chosen, empty where nothing was."""

    def press(self, key: str, character: str | None) -> None:
        """Type, move, choose or close."""
        moves = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1, "pagedown": 10, "pageup": -10}
        if key in ("escape", "ctrl+c"):
            self.leave()
        elif key == "enter":
            self.leave(self.page.chosen)
        elif key in moves:
            self.page.move(moves[key])
        else:
            self.page.type(key, character)

    def on_click(self, event: events.Click) -> None:
        """A click on a choice chooses it."""
        if event.widget is not self and (chosen := self.page.choose_at(event.y)):
            self.leave(chosen)
