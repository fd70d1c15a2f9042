"""How busy disks are, tick by tick, and what they are: asked again when disks come or go."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from probes import disks
from probes.disk_sums import DiskFacts
from probes.diskstats import DiskStats, Load, load

SETTLED_NS = 5_000_000_000
"""After a disk came, udev and whoever assembles sets take this long to know more of it."""
AGAIN_NS = 300_000_000_000
"""A set can be assembled of disks that were there all the time."""


class Watched(NamedTuple):
    """What was seen of the disks since the last time.

    load   by name
    facts  of all disks; None where they are as before
    gone   names of those that were there the last time
    """

    load: Mapping[str, Load]
    facts: list[DiskFacts] | None
    gone: Set[str]


class DiskWatch:
    """Reads /proc/diskstats once a tick, by a file that stays open, and sysfs when disks have come or gone."""

    def __init__(self) -> None:
        self._stats = DiskStats()
        self._before, self._read_ns = self._stats.read(), time.monotonic_ns()
        self._facts, self._stamp = _facts(self._before), disks.stamp(self._before)
        self._told = False
        self._due_ns = self._read_ns + AGAIN_NS

    def read(self) -> Watched:
        """What happened since the last call."""
        now_ns, now = time.monotonic_ns(), self._stats.read()
        since = load(self._before, now, now_ns - self._read_ns)
        stamp = disks.stamp(now)
        came_or_went = now.keys() != self._before.keys() or stamp != self._stamp
        gone = self._before.keys() - now.keys()
        self._before, self._stamp, self._read_ns = now, stamp, now_ns
        if came_or_went:
            self._due_ns = min(self._due_ns, now_ns + SETTLED_NS)
        if came_or_went or now_ns >= self._due_ns:
            if now_ns >= self._due_ns:
                self._due_ns = now_ns + AGAIN_NS
            before, self._facts = self._facts, _facts(now)
            self._told = self._told and before == self._facts
        facts = None if self._told else self._facts
        self._told = True
        return Watched(since, facts, gone)

    def close(self) -> None:
        """Closes its file."""
        self._stats.close()


def _facts(names: Iterable[str]) -> list[DiskFacts]:
    """Of disks that hold something: loop devices without a file are none."""
    return [fact for fact in disks.facts(names) if fact.size]
