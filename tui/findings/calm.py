"""How fast disks are when they have little to do: the best that was seen of them lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from probes.disk_sums import Disk, Hist
from tui.findings.series import SECOND

CALM_DEPTH = 2.0
"""Requests that are there on average, at most, where a disk has little to do."""
FEWEST = 20
"""Requests of a tick that tell how fast it is."""
LATELY_NS = 600 * SECOND
"""What is older gives way to what comes, even if that is slower."""


class Calm:
    """Takes in ticks, one figure for each disk."""

    def __init__(self) -> None:
        self._best: dict[str, tuple[float, int]] = {}

    @property
    def device_ns(self) -> Mapping[str, float]:
        """The mean time of a request in the device, by disk; without those that never had little to do."""
        return {disk: best for disk, (best, _) in self._best.items()}

    def add(self, time: int, disks: Mapping[str, Disk], hists: Iterable[Hist]) -> None:
        """Takes in what was done until that time."""
        calm = {name for name, disk in disks.items() if disk.depth is not None and disk.depth <= CALM_DEPTH}
        if not calm:
            return
        sums: dict[str, tuple[int, int]] = {}
        for hist in hists:
            if hist.stage == "device" and hist.op in ("read", "write") and hist.disk in calm:
                count, sum_ns = sums.get(hist.disk, (0, 0))
                sums[hist.disk] = count + hist.count, sum_ns + hist.sum_ns
        for disk, (count, sum_ns) in sums.items():
            best, seen = self._best.get(disk, (0.0, -LATELY_NS))
            if count >= FEWEST and (sum_ns / count < best or time - seen >= LATELY_NS):
                self._best[disk] = sum_ns / count, time

    def keep(self, disks: Set[str]) -> None:
        """Forgets all others: they are gone."""
        self._best = {disk: best for disk, best in self._best.items() if disk in disks}
