"""How much is asked of a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from probes.disk_sums import OPS, Op
from tui.findings.scene import Scene
from tui.findings.series import SECOND, Series


class Demand(NamedTuple):
    """On average.

    rates    requests a second, by operation
    bytes    a second
    at_once  requests in the device: by Little's law, for what is told of disks counts the queue as well
    """

    rates: Mapping[Op, float]
    bytes: float
    at_once: float

    @classmethod
    def of(cls, scene: Scene, disk: str) -> Self:
        """Of that disk."""
        every = {op: scene.get(disk, op) for op in OPS}
        return cls(
            {op: series.rate for op, series in every.items()},
            sum(series.rate * mean_size([series]) for series in every.values()),
            sum(series.average_ns * series.rate for series in every.values()) / SECOND,
        )

    @classmethod
    def usual(cls, scene: Scene, disks: Sequence[str]) -> Self:
        """Of these disks, of each on average."""
        every = [cls.of(scene, disk) for disk in disks]
        return cls(
            {op: sum(one.rates[op] for one in every) / len(every) for op in OPS},
            sum(one.bytes for one in every) / len(every),
            sum(one.at_once for one in every) / len(every),
        )

    @property
    def requests(self) -> float:
        """A second, of all operations."""
        return sum(self.rates.values())


def mean_size(series: Sequence[Series]) -> float:
    """Bytes of a request on average."""
    return sum(one.bytes for one in series) / max(sum(one.count for one in series), 1)
