"""Commands, and what does them: an action of the screen, the disks, or the pane that has the focus."""

from __future__ import annotations

from tui.actions.appearance import Appearance
from tui.actions.evidence import Evidence
from tui.actions.filtering import Filtering
from tui.actions.opening import Opening
from tui.actions.pages import Pages
from tui.actions.recording import Recording
from tui.actions.searching import Searching
from tui.actions.session import Session
from tui.actions.travel import Travel
from tui.focus import Focus
from tui.host import Actions, Host
from tui.keys import Keymap, Where
from tui.pages.subject_pages import SubjectPages
from tui.panes.arrangement import Arrangement
from tui.settings.setup import Setup

ON_DISKS = ("stage", "marks")
"""What only disks have, and what is done to them from wherever the focus is."""


class Dispatch:
    """The actions that a screen has; those that others ask how things stand have a name."""

    def __init__(
        self,
        host: Host,
        setup: Setup,
        keymap: Keymap,
        arrangement: Arrangement,
        focus: Focus,
    ) -> None:
        self._host, self._focus = host, focus
        self._searching = Searching(host)
        self.appearance = Appearance(host, setup, arrangement)
        self.session = Session(host, arrangement)
        self.filtering = Filtering(host)
        self.travel = Travel(host, focus.to_time_line)
        self.recording = Recording(host)
        self._actions: Actions = {
            "quit": host.exit,
            "back": self._back,
            "focus-next": focus.go_on,
            "focus-previous": focus.go_back,
            "down": lambda: host.pane.scroll_lines(1),
            "up": lambda: host.pane.scroll_lines(-1),
            "page-down": lambda: host.pane.scroll_pages(1),
            "page-up": lambda: host.pane.scroll_pages(-1),
            "top": lambda: host.pane.scroll_top(),  # noqa: PLW0108  it may be another pane by then
            "bottom": lambda: host.pane.scroll_bottom(),  # noqa: PLW0108
            **self.appearance.actions,
            **self.session.actions,
            **self.filtering.actions,
            **self._searching.actions,
            **Opening(host, self.filtering.add).actions,
            **self.travel.actions,
            **self.recording.actions,
            **Evidence(host).actions,
            **Pages(host, keymap, lambda: focus.where, self._enter).actions,
        }

    def command(self, command: str) -> None:
        """What is not for the screen is for its panes."""
        if action := self._actions.get(command):
            action()
        elif command in ON_DISKS:
            self._act_on_disks(command)
        elif command:
            self._host.pane.act(command)

    def on_page(self, page: SubjectPages, command: str) -> bool:
        """Whether it was for the page that lies over the panes."""
        return (command == "page-back" and self.travel.interrupt()) or page.act(command)

    def _act_on_disks(self, command: str) -> None:
        if self._focus.to_pane("disks"):
            self._host.pane.act(command)

    def _enter(self, place: Where) -> bool:
        """Give the focus to such a place, whatever has to be done for that; whether there is one."""
        if place == "time":
            return self.travel.enter()
        if not self._focus.to_pane(place):
            return False
        # Lists of disks are in a view of their own, before the maps.
        if place != self._host.pane.where[0]:
            self._host.pane.back()
        return True

    def _back(self) -> None:
        if not self._searching.forget() and not self.travel.back() and not self._host.pane.back():
            self.filtering.pop()
