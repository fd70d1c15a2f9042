"""Disks that serve one request after the other: it waits in the device, and then is served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from probes.disk_sums import SIZES, Disk, DiskFacts, Hist, Part
from probes.lanes import lanes
from probes.latency import slot_of
from probes.snapshot import ProbeTick, Snapshot
from tests.distributions.load import BOX, SECOND, START, sums


class Asked(NamedTuple):
    """Reads of a disk: so many a second, each served for so many milliseconds."""

    rate: float
    serve: Callable[[Random], float]
    size: int = 4096
    sequential: bool = False


def session(
    random: Random, disks: dict[str, Sequence[Asked]], facts: Sequence[DiskFacts], seconds: int
) -> list[Snapshot]:
    """A tick a second."""
    served = {name: _served(random, asked, seconds) for name, asked in disks.items()}
    ticks = []
    for second in range(seconds):
        found = [_told(name, asked, served[name][second]) for name, asked in disks.items()]
        tick = ProbeTick(
            "block",
            "on",
            hists=[hist for hist, _, _ in found if hist],
            parts=[part for _, parts, _ in found for part in parts],
            disks=[disk for _, _, disk in found],
            facts=None if second else list(facts),
        )
        ticks.append(Snapshot(START + (second + 1) * SECOND, SECOND, "", BOX, (tick,), 1_000_000))
    return ticks


Served = list[dict[int, int]]
"""For each kind of reads that is asked for, the slots of those that ended."""


def _served(random: Random, asked: Sequence[Asked], seconds: int) -> list[Served]:
    ended: list[Served] = [[{} for _ in asked] for _ in range(seconds)]
    total = sum(one.rate for one in asked)
    now_ms = free_ms = 0.0
    while True:
        now_ms += random.expovariate(total / 1000)
        (kind,) = random.choices(range(len(asked)), [one.rate for one in asked])
        free_ms = max(now_ms, free_ms) + asked[kind].serve(random)
        if free_ms >= seconds * 1000:
            return ended
        slots, slot = ended[int(free_ms / 1000)][kind], slot_of(int((free_ms - now_ms) * 1e6))
        slots[slot] = slots.get(slot, 0) + 1


def _told(name: str, asked: Sequence[Asked], served: Served) -> tuple[Hist | None, list[Part], Disk]:
    parts = [
        Part(
            name,
            "read",
            (),
            _class(one.size),
            one.sequential,
            lanes(slots),
            *sums(slots),
            sum(slots.values()) * one.size,
        )
        for one, slots in zip(asked, served, strict=True)
        if slots
    ]
    together: dict[int, int] = {}
    for slots in served:
        for slot, count in slots.items():
            together[slot] = together.get(slot, 0) + count
    at_once = sum(part.sum_ns for part in parts) / SECOND
    hist = Hist(name, "read", "device", lanes(together), *sums(together), sum(part.bytes for part in parts))
    return (hist if together else None), parts, Disk(name, 1, 0, min(at_once, 0.99), at_once)


def _class(size: int) -> int:
    return next((most for most in SIZES if size <= most), 0)
