"""The filter of a session: taken over from how it began, typed, taken back, and told to the kernel."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from probes.filter import Filter, FilterError
from probes.snapshot import SetFilter
from tui.source import Source

SETTLE_S = 0.15
"""How long after the last keystroke a filter goes to the kernel, in seconds."""


class Filtering:
    """`now` is the filter in force.

    chosen  called with every new one
    later   calls something after some seconds
    """

    def __init__(
        self,
        source: Source,
        chosen: Callable[[Filter], None],
        later: Callable[[float, Callable[[], None]], Timer],
    ) -> None:
        self._source, self._chosen, self._later = source, chosen, later
        self.now = self._kept = Filter()
        self._adopted = not source.live
        self._settling: Timer | None = None

    def adopt(self, text: str) -> None:
        """The filter that a live session began with is ours, unless another was chosen already."""
        if self._adopted:
            return
        self._adopted = True
        try:
            self.now = self._source.parse(text)
        except FilterError:  # it holds in the kernel all the same, and its text is shown
            return
        self._chosen(self.now)

    def begin(self) -> None:
        """What is in force now is what `take_back` goes back to."""
        self._kept = self.now

    def typed(self, text: str) -> FilterError | None:
        """Puts what is typed in force; what is wrong with it, and then the last good one stays."""
        try:
            self.choose(self._source.parse(text))
        except FilterError as error:
            return error
        return None

    def take_back(self) -> None:
        """As if nothing had been typed."""
        self.choose(self._kept)

    def choose(self, filter_: Filter) -> None:
        """Filters what is shown now, and what the kernel tells as soon as the typing has settled."""
        self._adopted = True
        self.now = filter_
        if self._settling:
            self._settling.stop()
        self._settling = self._later(SETTLE_S, lambda: self._source.send(SetFilter(filter_.text)))
        self._chosen(filter_)
