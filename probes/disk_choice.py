"""What of a tick of the block probe is left by a filter on disks and operations. Pure.

Those of its terms count that name nothing else: they hold for all requests of a disk and operation, or for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from probes.filter import Filter
from probes.snapshot import Disk, Hist, Part, Work

Series = TypeVar("Series", Hist, Part, Work)


class Chosen(NamedTuple):
    """What is left, and how many requests are not, with those of them that failed."""

    hists: Sequence[Hist]
    parts: Sequence[Part]
    work: Sequence[Work]
    disks: Sequence[Disk]
    hidden: int = 0
    errors: int = 0


class Choice:
    """Which disks and operations a filter asks for. False: it does not ask."""

    def __init__(self, filter_: Filter) -> None:
        self._both, self._disks = filter_.within("disk", "op"), filter_.within("disk")

    def __bool__(self) -> bool:
        return bool(self._both)

    def has(self, disk: str, op: str) -> bool:
        """Whether such requests pass."""
        return self._both.matches({"disk": disk, "op": op})

    def has_disk(self, disk: str) -> bool:
        """Whether any requests of a disk may pass."""
        return self._disks.matches({"disk": disk})

    def of(self, hists: Sequence[Hist], parts: Sequence[Part], work: Sequence[Work], disks: Sequence[Disk]) -> Chosen:
        """What is left. Each request is once in the histograms of the device stage."""
        if not self:
            return Chosen(hists, parts, work, disks)
        hidden = [hist for hist in hists if hist.stage == "device" and not self.has(hist.disk, hist.op)]
        return Chosen(
            self._among(hists),
            self._among(parts),
            self._among(work),
            [disk for disk in disks if self.has_disk(disk.name)],
            sum(hist.count for hist in hidden),
            sum(hist.errors for hist in hidden),
        )

    def _among(self, series: Iterable[Series]) -> list[Series]:
        return [one for one in series if self.has(one.disk, one.op)]
