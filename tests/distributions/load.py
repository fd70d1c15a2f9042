"""Sessions made of distributions: disks that work as they are told to, tick by tick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

import msgspec

from probes.disk_sums import Disk, DiskFacts, Hist, Op, Part, Stage, Work
from probes.lanes import lanes
from probes.snapshot import Box, ProbeTick, Snapshot
from tests.distributions.shapes import Shape, draw, lognormal, middle_ns

SECOND = 1_000_000_000
START = 1_795_359_600 * SECOND
BOX = Box(1000.0, (0.1, 0.2, 0.3), 0.05, 2, 1 << 30, 2 << 30)
STAGES: tuple[Stage, ...] = ("device", "queue")
QUEUED = lognormal(0.01, 0.5)


@dataclass
class Doing:
    """What a disk does with one operation: device times, requests a second, and bytes of a request."""

    shape: Shape
    rate: float
    size: int = 4096
    queued: Shape = field(default_factory=lambda: QUEUED)


@dataclass
class Fake:
    """A disk. `busy` and `depth` are what it says of itself."""

    name: str
    doing: dict[Op, Doing]
    busy: float | None = 0.3
    depth: float | None = 1.0
    oldest_us: int = 0


@dataclass
class Session:
    """Makes snapshots; facts come with the first."""

    random: Random
    disks: Sequence[Fake]
    facts: Sequence[DiskFacts] = ()
    parts: Sequence[Part] = ()
    now: int = START
    begun: bool = False
    filter: str = ""

    def tick(self, seconds: float = 1.0, work: Sequence[Work] = (), errors: int = 0) -> Snapshot:
        """The next tick; `errors` of the first disk's reads fail."""
        span_ns = round(seconds * SECOND)
        self.now += span_ns
        hists = [hist for disk in self.disks for hist in self._hists(disk, seconds)]
        if errors:
            hists[0] = msgspec.structs.replace(hists[0], errors=errors)
        states = [Disk(disk.name, 1, disk.oldest_us, disk.busy, disk.depth) for disk in self.disks]
        facts = None if self.begun else list(self.facts)
        self.begun = True
        tick = ProbeTick("block", "on", hists=hists, disks=states, work=list(work), parts=list(self.parts), facts=facts)
        return Snapshot(self.now, span_ns, self.filter, BOX, (tick,), 1_000_000)

    def _hists(self, disk: Fake, seconds: float) -> Iterator[Hist]:
        for op, doing in disk.doing.items():
            for stage, shape in zip(STAGES, (doing.shape, doing.queued), strict=True):
                slots = draw(self.random, shape, doing.rate * seconds)
                if slots:
                    moved = sum(slots.values()) * doing.size if stage == "device" else 0
                    yield Hist(disk.name, op, stage, lanes(slots), *sums(slots), moved)


def sums(slots: dict[int, int]) -> tuple[int, int, int]:
    """Count, sum and maximum in nanoseconds, as near as slots tell."""
    total = round(sum(middle_ns(slot) * count for slot, count in slots.items()))
    return sum(slots.values()), total, round(middle_ns(max(slots)))


def raid(names: Sequence[str], name: str = "md0", model: str = "ACME 4T") -> list[DiskFacts]:
    """Disks that do not turn, of one model, members of one set."""
    return [
        DiskFacts(disk, model, f"S-{disk}", f"slot {at}", rotational=False, size=1 << 42, sets=(name,) if name else ())
        for at, disk in enumerate(names)
    ]
