"""Pages over the screen: help, the palette of commands, what was found to be wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.host import Actions, Host
from tui.keys import PLACES, Keymap, Where, key_name, told
from tui.widgets.findings_page import FindingsPage, FindingsScreen
from tui.widgets.help import HelpPage, HelpScreen
from tui.widgets.menu import Choice


class Pages:
    """where  what has the focus, see `tui.keys`
    enter  gives the focus to such a place; whether there is one
    """

    def __init__(
        self, host: Host, keymap: Keymap, where: Callable[[], Sequence[Where]], enter: Callable[[Where], bool]
    ) -> None:
        self._host, self._keymap, self._where, self._enter = host, keymap, where, enter

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"help": self._help, "palette": self._palette, "findings": self._findings}

    def _help(self) -> None:
        title = "a page" if self._host.page else self._host.pane.view.info.title
        page = HelpPage(self._host.shown_look, self._keymap, self._host.source.hello.probes, title, self._where())
        self._host.open_page(HelpScreen(page, self._keymap))

    def _palette(self) -> None:
        here = self._here()
        choices = [
            Choice(command.id, " ".join(map(key_name, command.keys[:2])), command.title, told(command))
            for command in self._keymap.commands
            if command.id != "palette"
        ]
        elsewhere = {command.id for command in self._keymap.commands if command.where not in here}
        # The first one is what Enter alone does: it must do no harm.
        choices.sort(key=lambda choice: (choice.id == "quit", choice.id in elsewhere))
        self._host.choose("Commands: type to find, Enter does it, Esc closes", choices, self._do)

    def _here(self) -> Sequence[Where]:
        """Where commands apply without another place being entered: of the places of a pane, the first is seen."""
        where = self._where()
        return ("anywhere", *where[: 2 if where[0] == "time" else 1])

    def _do(self, chosen: str) -> None:
        """Do it, where it applies: there is the focus then."""
        place = next(command.where for command in self._keymap.commands if command.id == chosen)
        if place in self._here() or self._enter(place):
            self._host.command(chosen)
        else:
            self._host.say(f"there is nothing {PLACES[place]} to be seen", bad=True)

    def _findings(self) -> None:
        view = self._host.history.view
        now = view.tick.time if view.tick else 0
        page = FindingsPage(self._host.shown_look, self._keymap, view.findings, view.past, now)
        self._host.open_page(FindingsScreen(page, self._keymap))
