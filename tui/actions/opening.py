"""Open what is selected: some panes have a place for it, and a process or a file has a page of its own."""

from __future__ import annotations

from collections.abc import Callable

from tui.host import Actions, Host
from tui.pages.subject_screen import Session, SubjectScreen
from tui.subject import Cell, Disk, Subject


class Opening:
    """only  lets only those rows pass that have a value: the filter"""

    def __init__(self, host: Host, only: Callable[[Cell], None]) -> None:
        self._host, self._only = host, only

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"open": self._open_selected}

    def open_subject(self, subject: Subject | None) -> bool:
        """Show its page; whether it has one."""
        if subject is None or isinstance(subject, Disk):
            return False
        host = self._host
        session = Session(host.source.hello.host, host.source.live, host.source.send, self._only)
        held = host.history.paused
        host.open_page(SubjectScreen(host.shown_look, session, subject, host.history.view, held=held))
        return True

    def _open_selected(self) -> None:
        pane = self._host.pane
        if pane.enter():
            pane.redraw()
        elif not self.open_subject(pane.subject):
            self._host.say("nothing is selected that can be opened: j and k select a row", bad=True)
