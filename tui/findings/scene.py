"""What the rules look at: the last seconds of all disks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import msgspec

from probes.disk_sums import OPS, Disk, DiskFacts, Hist, Op, Part, Stage, Work
from tui.findings.series import SECOND, Key, Series
from tui.findings.siblings import Family

_NOTHING = Series()

OfDisk = TypeVar("OfDisk", Hist, Part, Work)


class Totals(msgspec.Struct, frozen=True):
    """A number of requests and their time together, in nanoseconds."""

    count: int = 0
    sum_ns: int = 0

    @property
    def average_ns(self) -> float:
        """0.0 where there are none."""
        return self.sum_ns / self.count if self.count else 0.0


@dataclass(frozen=True)
class Moment:
    """A tick as it came. What is asked of single disks is sorted by disk once it is asked.

    whole  nothing that a disk did was kept out by a filter, unless all of it was
    """

    time: int
    span_ns: int
    disks: Mapping[str, Disk]
    all_hists: Sequence[Hist]
    all_work: Sequence[Work]
    all_parts: Sequence[Part]
    whole: bool = True

    @cached_property
    def hists(self) -> Mapping[str, Sequence[Hist]]:
        """By disk."""
        return _by_disk(self.all_hists)

    @cached_property
    def work(self) -> Mapping[str, Sequence[Work]]:
        """By disk."""
        return _by_disk(self.all_work)

    @cached_property
    def parts(self) -> Mapping[str, Sequence[Part]]:
        """By disk."""
        return _by_disk(self.all_parts)


def _by_disk(items: Sequence[OfDisk]) -> Mapping[str, Sequence[OfDisk]]:
    found: dict[str, list[OfDisk]] = {}
    for item in items:
        found.setdefault(item.disk, []).append(item)
    return found


@dataclass(frozen=True)
class Failures:
    """Requests of a disk and operation that ended with an error. Times in nanoseconds since the epoch.

    requests  all of that disk and operation since the tick of the first error
    kinds     how many of which errors (`EIO`) there were among the single requests that are known
    """

    first: int
    last: int
    errors: int
    requests: int
    kinds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """The window as it is at `time`. Rules read, and change nothing.

    series   by disk and operation; those without requests are not in it
    moments  ticks of the last ten seconds, oldest first
    calm_ns  mean time in the device of those disks' requests that were seen to have little to do
    """

    time: int
    series: Mapping[Key, Series]
    moments: Sequence[Moment]
    facts: Mapping[str, DiskFacts]
    families: Sequence[Family]
    failures: Mapping[tuple[str, Op], Failures]
    calm_ns: Mapping[str, float]

    @property
    def disks(self) -> Mapping[str, Disk]:
        """As they were at the end of the last tick."""
        return self.moments[-1].disks if self.moments else {}

    @property
    def whole(self) -> bool:
        """Whether what a process or an operation does can be told as a share of what the disk does."""
        return all(moment.whole for moment in self.moments)

    def get(self, disk: str, op: Op) -> Series:
        """A series; an empty one where there were no requests."""
        return self.series.get((disk, op), _NOTHING)

    def recent(self, disk: str, stage: Stage, ops: Sequence[Op] = OPS) -> Totals:
        """What a disk did in the last ten seconds."""
        hists = [hist for m in self.moments for hist in m.hists.get(disk, ()) if hist.stage == stage and hist.op in ops]
        return Totals(sum(hist.count for hist in hists), sum(hist.sum_ns for hist in hists))

    def covers_ns(self) -> int:
        """How much of the last ten seconds is known."""
        return sum(moment.span_ns for moment in self.moments)

    def busy(self, disk: str) -> float | None:
        """The share of the last ten seconds in which a disk had something to do; None if not known."""
        return self._mean([(m.span_ns, m.disks[disk].busy) for m in self.moments if disk in m.disks])

    def depth(self, disk: str) -> float | None:
        """The requests that a disk had on average in the last ten seconds; None if not known."""
        return self._mean([(m.span_ns, m.disks[disk].depth) for m in self.moments if disk in m.disks])

    @staticmethod
    def _mean(weighted: Sequence[tuple[int, float | None]]) -> float | None:
        known = [(span_ns, value) for span_ns, value in weighted if value is not None]
        total = sum(span_ns for span_ns, _ in known)
        if total < SECOND // 10:
            return None
        return sum(span_ns * value for span_ns, value in known) / total
