"""What actions may ask of the screen that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from textual.timer import Timer

from tui.history import History
from tui.keys import Keymap
from tui.pages.subject_pages import SubjectPages
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

    @property
    def page(self) -> SubjectPages | None:
        """The page about a process or a file that lies over the panes, if there is one."""

    def put_page(self, page: SubjectPages | None) -> None:
        """Lay a page over the panes, or take it away."""

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
        """Draw prompt and time line again where they are there: what they tell of the whole has changed."""

    def later(self, call: Callable[[], None]) -> None:
        """Call it once the screen has been drawn."""

    def put_on(self, theme: str) -> None:
        """Draw everything in the theme of that name."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call it after some seconds."""

    def export_screenshot(self) -> str:
        """The screen as SVG, as Textual draws it."""

    def copy_to_clipboard(self, text: str) -> None:
        """Put it into the clipboard of the terminal."""

    def exit(self) -> None:
        """Leave."""

    def command(self, command: str) -> None:
        """Do what the command of that id does."""
