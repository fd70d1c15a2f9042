"""How often something happens, told of time enough.

What is asked of the collector makes it end a tick at once: in some milliseconds too little happens to tell a rate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

LEAST_NS = 100_000_000


class Rate:
    """Of the newest ticks that last so long together."""

    def __init__(self) -> None:
        self._ticks: deque[tuple[int, int]] = deque()

    def add(self, span_ns: int, events: int) -> None:
        """Take in a tick and how many events there were in it."""
        self._ticks.appendleft((span_ns, events))
        self._ticks = deque(enough(self._ticks))

    @property
    def hz(self) -> float:
        """Events a second."""
        return hz(self._ticks)


def enough(ticks: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """The first of these ticks, of length and number of events, that last long enough; the newest come first."""
    lasted = 0
    for span_ns, events in ticks:
        yield span_ns, events
        lasted += span_ns
        if lasted >= LEAST_NS:
            return


def hz(ticks: Iterable[tuple[int, int]]) -> float:
    """Events a second in these ticks."""
    known = list(ticks)
    return sum(events for _, events in known) * 1e9 / max(sum(span_ns for span_ns, _ in known), 1)
