"""Pages over the screen: help, the palette of commands, what was found to be wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.host import Actions, Host
from tui.keys import Keymap, Where, key_name
from tui.widgets.findings_page import FindingsPage, FindingsScreen
from tui.widgets.help import HelpPage, HelpScreen
from tui.widgets.menu import Choice


class Pages:
    """where  what has the focus, see `tui.keys`"""

    def __init__(self, host: Host, keymap: Keymap, where: Callable[[], Sequence[Where]]) -> None:
        self._host, self._keymap, self._where = host, keymap, where

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"help": self._help, "palette": self._palette, "findings": self._findings}

    def _help(self) -> None:
        title = self._host.pane.view.info.title
        page = HelpPage(self._host.shown_look, self._keymap, self._host.source.hello.probes, title, self._where())
        self._host.open_page(HelpScreen(page, self._keymap))

    def _palette(self) -> None:
        where = ("anywhere", *self._where())
        choices = [
            Choice(command.id, " ".join(map(key_name, command.keys[:2])), command.title, command.help)
            for command in self._keymap.commands
            if command.where in where and command.id != "palette"
        ]
        # The first one is what Enter alone does: it must do no harm.
        choices.sort(key=lambda choice: choice.id == "quit")
        self._host.choose("Commands: type to find, Enter does it, Esc closes", choices, self._host.command)

    def _findings(self) -> None:
        view = self._host.history.view
        now = view.tick.time if view.tick else 0
        page = FindingsPage(self._host.shown_look, self._keymap, view.findings, view.past, now)
        self._host.open_page(FindingsScreen(page, self._keymap))
