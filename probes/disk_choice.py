"""What of a tick of the block probe is left by a filter on disks and operations. Pure.

Those of its terms count that name nothing else: they hold for all requests of a disk and operation, or for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import NamedTuple, TypeVar

from probes.disk_sums import OPS, Aside, Disk, Hist, Op, Part, Work
from probes.filter import Filter

Series = TypeVar("Series", Hist, Part, Work)
Ops = Set[Op] | None
"""Operations; None: all of them."""


class Chosen(NamedTuple):
    """What is left, what is not, and how many requests that were, with those of them that failed."""

    hists: Sequence[Hist]
    parts: Sequence[Part]
    work: Sequence[Work]
    disks: Sequence[Disk]
    aside: Aside | None = None
    hidden: int = 0
    errors: int = 0


class Choice:
    """Which disks and operations a filter asks for. False: it does not ask."""

    def __init__(self, filter_: Filter) -> None:
        self._both, self._disks = filter_.within("disk", "op"), filter_.within("disk")
        self.whole = filter_.asks_only("disk", "op")
        """Whether the filter asks for nothing else."""
        self._ops: dict[str, Ops] = {}

    def __bool__(self) -> bool:
        return bool(self._both)

    def has(self, disk: str, op: str) -> bool:
        """Whether such requests pass."""
        return self._both.matches({"disk": disk, "op": op})

    def lacks(self, disk: str, op: str) -> bool:
        """Whether such requests do not."""
        return not self.has(disk, op)

    def has_disk(self, disk: str) -> bool:
        """Whether any requests of a disk may pass."""
        return self._disks.matches({"disk": disk})

    def ops(self, disk: str) -> Ops:
        """Which operations of a disk pass."""
        if not self:
            return None
        if disk not in self._ops:
            left = frozenset(op for op in OPS if self.has(disk, op))
            self._ops[disk] = None if len(left) == len(OPS) else left
        return self._ops[disk]

    def of(self, hists: Sequence[Hist], parts: Sequence[Part], work: Sequence[Work], disks: Sequence[Disk]) -> Chosen:
        """What is left. Each request is once in the histograms of the device stage."""
        if not self:
            return Chosen(hists, parts, work, disks)
        aside = Aside(
            _those(self.lacks, hists),
            [disk for disk in disks if not self.has_disk(disk.name)],
            _those(self.lacks, parts),
            _those(self.lacks, work),
        )
        hidden = [hist for hist in aside.hists if hist.stage == "device"]
        return Chosen(
            _those(self.has, hists),
            _those(self.has, parts),
            _those(self.has, work),
            [disk for disk in disks if self.has_disk(disk.name)],
            aside if aside != Aside() else None,
            sum(hist.count for hist in hidden),
            sum(hist.errors for hist in hidden),
        )


def _those(wanted: Callable[[str, str], bool], series: Iterable[Series]) -> list[Series]:
    return [one for one in series if wanted(one.disk, one.op)]
