"""What actions may ask of the screen that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tui.history import History
from tui.keys import Keymap
from tui.panes.pane import Pane
from tui.source import Source
from tui.widgets.line import Look
from tui.widgets.menu import Choice
from tui.widgets.page import PageScreen
from tui.widgets.prompt import Question

Actions = Mapping[str, Callable[[], None]]
"""What to do, by the ids of commands (see `tui.keys`)."""


class Host(Protocol):
    """The screen, as its actions see it."""

    history: History
    keymap: Keymap

    @property
    def source(self) -> Source: ...
    @property
    def shown_look(self) -> Look:
        """How everything is drawn."""

    @property
    def pane(self) -> Pane:
        """The pane that has the focus, or had it last."""

    @property
    def panes(self) -> Sequence[Pane]: ...

    def show(self) -> None:
        """Draw what there is to be seen now."""

    def say(self, line: str, *, bad: bool = False) -> None:
        """Tell the user something, for some seconds."""

    def ask(self, question: Question, text: str = "") -> None:
        """Let something be typed."""

    def choose(self, title: str, choices: Sequence[Choice], chosen: Callable[[str], None]) -> None:
        """Let something be chosen; called with its id, and not at all where nothing was."""

    def open_page(self, screen: PageScreen) -> None:
        """Show a page over everything else; its result is a command to do, if any."""

    def told(self) -> None:
        """Draw the prompt again, if it is there: what it tells beside the text has changed."""

    def later(self, call: Callable[[], None]) -> None:
        """Call it once the screen has been drawn."""

    def command(self, command: str) -> None:
        """Do what the command of that id does."""
