"""A screen over everything else, which is left once: keys that come in a burst find it on its way out."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui.widgets.canvas import Canvas

Shown = TypeVar("Shown", bound=Canvas)


class Overlay(ModalScreen[str], Generic[Shown]):
    """Shows a page. Its result is for whoever opened it; empty where there is none."""

    _left = False

    def __init__(self, page: Shown) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        """See Screen."""
        yield self.page

    @abstractmethod
    def press(self, key: str, character: str | None) -> None:
        """Do what a key means here. It is told at once, not by message: the key after one that closes this screen may
        have been typed already, and is for what is below.
        """

    def leave(self, result: str = "") -> None:
        """Close it; once it is being closed, nothing happens."""
        if not self._left:
            self._left = True
            self.dismiss(result)

    def on_click(self, event: events.Click) -> None:
        """A click beside the page closes it."""
        if event.widget is self:
            self.leave()
