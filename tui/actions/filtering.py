"""The filter of a session: taken over from how it began, typed, taken back, made of a cell, and told to the kernel."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from probes.filter import Filter, FilterError
from probes.snapshot import SetFilter
from tui.host import Actions, Host
from tui.widgets.prompt import Problem, Question

SETTLE_S = 0.15
"""How long after the last keystroke a filter goes to the kernel, in seconds."""
HINT = "pid:1,2  ppid:1  comm:part  comm=name  user:name  ! negates   Enter keeps it, Esc takes it back"


class Filtering:
    """`now` is the filter in force.

    later   calls something after some seconds
    """

    def __init__(self, host: Host, later: Callable[[float, Callable[[], None]], Timer]) -> None:
        self._host, self._later = host, later
        self.now = self._kept = Filter()
        self._adopted = not host.source.live
        self._settling: Timer | None = None
        self._past: list[str] = []

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"filter": self._begin, "filter-clear": lambda: self._choose(Filter())}

    def pop(self) -> None:
        """Take the last term out of the filter."""

    def adopt(self, text: str) -> None:
        """The filter that a live session began with is ours, unless another was chosen already."""
        if self._adopted:
            return
        self._adopted = True
        try:
            self.now = self._host.source.parse(text)
        except FilterError:  # it holds in the kernel all the same, and its text is shown
            return
        self._put_in_force()

    def _begin(self) -> None:
        self._kept = self.now
        self._host.ask(Question("filter", HINT, self._typed, self._done, past=tuple(self._past)), self.now.text)

    def _typed(self, text: str) -> Problem | None:
        """Puts what is typed in force; where that cannot be, the last good one stays."""
        try:
            self._choose(self._host.source.parse(text))
        except FilterError as error:
            return Problem(str(error), error.position)
        return None

    def _done(self, kept: bool) -> None:
        if not kept:
            self._choose(self._kept)
        elif text := self.now.text:
            self._past = [*(past for past in self._past if past != text), text]

    def _choose(self, filter_: Filter) -> None:
        """Filters what is shown now, and what the kernel tells as soon as the typing has settled."""
        self._adopted = True
        self.now = filter_
        if self._settling:
            self._settling.stop()
        self._settling = self._later(SETTLE_S, lambda: self._host.source.send(SetFilter(filter_.text)))
        self._put_in_force()

    def _put_in_force(self) -> None:
        self._host.history.select(self.now)
        self._host.show()
