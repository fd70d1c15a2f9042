"""Open what is selected, or any process. Some panes have a place for it; a process or a file has a page of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from tui.host import Actions, Host
from tui.pages.subject_pages import Session, SubjectPages
from tui.procfs.background import once
from tui.procfs.running import running
from tui.subject import Cell, Disk, Process, Subject
from tui.widgets.menu import Choice
from tui.widgets.prompt import Completion, Problem, Question

HINT = "a PID, or the name of one that runs  Tab completes"
MOST_PID = 1 << 22
"""The largest that there can be, and one more. Source: PID_MAX_LIMIT of the kernel."""


class Opening:
    """only  lets only those rows pass that have a value: the filter"""

    def __init__(self, host: Host, only: Callable[[Cell], None]) -> None:
        self._host, self._only = host, only
        self._running: Mapping[int, str] = {}
        self._listing = False
        self._typed = ""

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"open": self._open_selected, "process": self._ask}

    def open_subject(self, subject: Subject | None) -> bool:
        """Show its page; whether it has one."""
        if subject is None or isinstance(subject, Disk):
            return False
        host = self._host
        if host.page:
            host.page.open(subject)
            return True
        source, held = host.source, host.history.paused
        session = Session(host.keymap, source.hello.host, source.live, source.send, self._only, host.say, self._close)
        host.put_page(SubjectPages(host.shown_look, session, subject, host.history.view, held=held))
        return True

    def _close(self) -> None:
        self._host.put_page(None)

    def _open_selected(self) -> None:
        pane = self._host.pane
        if pane.enter():
            pane.redraw()
        elif not self.open_subject(pane.subject):
            name = self._host.keymap.name
            if pane.grid and pane.grid.current is not None:
                self._host.say(f"there is no page about this: {name('view')} shows it in another way", bad=True)
                return
            keys = f"{name('down')} and {name('up')}"
            self._host.say(f"nothing is selected that can be opened: {keys} select a row", bad=True)

    # Any process

    def _ask(self) -> None:
        self._running, self._typed = {}, ""
        if self._host.source.live and not self._listing:
            self._listing = once(running, self._listed)
        self._host.ask(Question("process", HINT, self._check, self._done, self._note, self._complete))

    def _listed(self, found: Mapping[int, str]) -> None:
        self._listing, self._running = False, found
        self._host.told()

    def _check(self, text: str) -> Problem | None:
        self._typed = text.strip()
        named = self._typed and not self._typed.isdecimal()
        if named and not self._host.source.live:
            return Problem("names are those of now: a recording has PIDs")
        known = any(comm.startswith(self._typed) for comm in self._running.values())
        return Problem("no process of that name runs") if named and self._running and not known else None

    def _note(self) -> str:
        return f"{len(self._running):,} processes" if self._running else ""

    def _complete(self, text: str, at: int) -> Completion:
        begun = text[:at].strip()
        names = sorted({comm for comm in self._running.values() if comm.startswith(begun)})
        pids = [str(pid) for pid in self._running if begun and str(pid).startswith(begun)]
        return Completion(0, len(text), (*pids, *names))

    def _done(self, kept: bool) -> None:
        if not kept or not self._typed:
            return
        if self._typed.isdecimal():
            self._open_pid(self._typed)
            return
        pids = [str(pid) for pid, comm in self._running.items() if comm == self._typed]
        if len(pids) > 1:
            choices = [Choice(pid, "", f"{pid} {self._typed}") for pid in pids]
            self._host.choose(f"{len(pids):,} processes", choices, self._open_pid)
        elif pids:
            self._open_pid(pids[0])
        else:
            self._host.say("no process of that name runs: Tab completes names", bad=True)

    def _open_pid(self, written: str) -> None:
        pid = int(written) if len(written) <= len(str(MOST_PID)) else 0
        if not 0 < pid <= MOST_PID:
            self._host.say(f"a PID is a number from 1 to {MOST_PID:,}", bad=True)
            return
        now = time.time_ns() if self._host.source.live else 0
        self.open_subject(Process(pid, self._running.get(pid, ""), now))
