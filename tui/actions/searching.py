"""Find a text in the focused pane, and go from one place to the next."""

from __future__ import annotations

from tui.host import Actions, Host
from tui.wanted import Wanted
from tui.widgets.prompt import Problem, Question

HINT = "Enter goes there  Esc takes it back  in lower case: either case"


class Searching:
    """What is looked for is the same in all panes."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._wanted = Wanted("")
        self._kept = self._wanted
        self._past: list[str] = []

    @property
    def actions(self) -> Actions:
        """By command."""
        return {
            "find": self._begin,
            "find-next": lambda: self._go(1),
            "find-previous": lambda: self._go(-1),
        }

    def forget(self) -> bool:
        """Look for nothing; whether something was looked for."""
        had = bool(self._wanted.text)
        self._look_for(Wanted(""))
        return had

    def _begin(self) -> None:
        self._kept = self._wanted
        self._host.ask(Question("find", HINT, self._typed, self._done, self._note, past=tuple(self._past)))

    def _typed(self, text: str) -> Problem | None:
        self._look_for(Wanted(text))
        return None

    def _done(self, kept: bool) -> None:
        if not kept or not self._wanted.text:
            self._look_for(self._kept)
            return
        self._past = [*(text for text in self._past if text != self._wanted.text), self._wanted.text]
        self._go(0)

    def _look_for(self, wanted: Wanted) -> None:
        self._wanted = wanted
        for pane in self._host.panes:
            pane.look_for(wanted)

    def _note(self) -> str:
        if not self._wanted.text:
            return ""
        pane = self._host.pane
        return f"{pane.matches():,}{'' if pane.searched else '+'} found"

    def _go(self, step: int) -> None:
        if not self._wanted.text:
            self._begin()
        elif not self._host.pane.find(step):
            self._host.say(f"{self._wanted.text!r} is not in {self._host.pane.title()}", bad=True)
