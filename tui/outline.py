"""A recording as a whole: how busy it was from its beginning to its end, and what of it was played.

It grows with every tick that is read, in their order, whether that is to be played or only to know what is to come. Its
memory is bounded: of a long recording several ticks together are a stretch.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from probes.columns import ProbeInfo
from probes.snapshot import Snapshot
from tui.findings.finding import Severity
from tui.tape import GRAVEST

MOST_STRETCHES = 1024
"""More than a terminal has columns."""


class Stretch(NamedTuple):
    """Some ticks in a row.

    time    their end, nanoseconds since the epoch
    rates   the highest rate of each probe, in events a nanosecond
    began   how grave the worst finding is that began
    played  whether any of them was: findings are known of no others
    """

    time: int
    rates: tuple[float, ...]
    began: Severity | None = None
    played: bool = True


def joined(stretches: Sequence[Stretch]) -> Stretch:
    """One stretch for all of them."""
    return Stretch(
        stretches[-1].time,
        tuple(map(max, zip(*(one.rates for one in stretches), strict=True))),
        worst(one.began for one in stretches),
        any(one.played for one in stretches),
    )


def worst(severities: Iterable[Severity | None]) -> Severity | None:
    """The gravest of those that there are."""
    return min((one for one in severities if one), key=GRAVEST.index, default=None)


class Outline:
    """The stretches of a recording of these probes, the oldest first.

    begins  when its first tick began, nanoseconds since the epoch
    whole   whether it was read to its end
    """

    def __init__(self, probes: Sequence[ProbeInfo]) -> None:
        self._seen = {probe.id: 0 for probe in probes}
        self._stretches: list[Stretch] = []
        self._ticks, self._in_last = 1, 0
        self.begins, self.whole = 0, False

    def __len__(self) -> int:
        return len(self._stretches)

    @property
    def ends(self) -> int:
        """When the last tick ended that was read."""
        return self._stretches[-1].time if self._stretches else 0

    def add(self, tick: Snapshot) -> None:
        """Take in a tick that was read; nothing is done where it, or a later one, is known already."""
        if self._stretches and tick.time <= self.ends:
            return
        if not self._stretches:
            self.begins = tick.time - tick.span_ns
        self._append(Stretch(tick.time, self._rates(tick), played=False))

    def play(self, time: int, began: Severity | None) -> None:
        """The tick that ended then was played, and this is the worst finding that began with it."""
        if self._stretches:
            at = self.index(time)
            known = self._stretches[at]
            self._stretches[at] = known._replace(began=worst((known.began, began)), played=True)

    def end(self, time: int) -> None:
        """Nothing can be played beyond that time, whatever there seemed to be."""
        self.whole = True
        if time < self.ends:
            del self._stretches[self.index(time) + 1 :]
            self._stretches[-1] = self._stretches[-1]._replace(time=time)

    def index(self, time: int) -> int:
        """In which stretch that time is, the nearest where it is in none."""
        return max(min(bisect_left(self._stretches, time, key=lambda one: one.time), len(self) - 1), 0)

    def time(self, number: int) -> int:
        """The end of that stretch, or of the nearest that there is."""
        return self._stretches[max(min(number, len(self) - 1), 0)].time

    def stretch(self, start: int, stop: int) -> Stretch:
        """The stretches from the `start`-th to before the `stop`-th as one."""
        return joined(self._stretches[start:stop])

    def _rates(self, tick: Snapshot) -> tuple[float, ...]:
        before = self._seen
        self._seen = before | {part.id: part.counts.seen for part in tick.probes if part.id in before}
        return tuple((self._seen[probe] - before[probe]) / max(tick.span_ns, 1) for probe in before)

    def _append(self, stretch: Stretch) -> None:
        """Add a tick; where there are too many stretches, two become one."""
        if self._in_last < self._ticks and self._stretches:
            self._stretches[-1] = joined((self._stretches[-1], stretch))
            self._in_last += 1
            return
        self._stretches.append(stretch)
        self._in_last = 1
        if len(self) > MOST_STRETCHES:
            self._stretches = [joined(self._stretches[at : at + 2]) for at in range(0, len(self), 2)]
            self._ticks *= 2
