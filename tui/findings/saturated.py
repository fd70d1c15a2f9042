"""A disk is asked for more than it can do: requests wait longer for their turn than they then take.

Without a scheduler they wait for it within the disk: there they take many times as long as when it has little to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tui.findings.finding import Finding
from tui.findings.rule import SOME_SECONDS, Candidate
from tui.findings.scene import Scene, Totals
from tui.findings.series import SECOND
from tui.findings.words import latency, percent

BUSY = 0.95
DEPTH = 4.0
QUEUED_NS = 5_000_000
"""Time in the queue on average, at least: a disk in memory that does all it can is busy, and nobody waits."""
SLOWED = 4.0
"""How many times as long they take in the device as when it has little to do, at least."""
KNOWN_NS = 3 * SECOND
"""How much must be known of a disk."""


class Load(NamedTuple):
    """What a saturated disk does: its utilisation (0..1), requests there on average (None: not known), and times.

    calm_ns  where requests wait within the disk: the mean time in the device when it had little to do
    """

    busy: float
    depth: float | None
    queue: Totals
    device: Totals
    calm_ns: float | None = None


def saturation(scene: Scene, disk: str) -> Load | None:
    """The load of a disk that is saturated; None for any other."""
    now = scene.disks.get(disk)
    if now is None or now.busy is None or now.busy < BUSY or scene.covers_ns() < KNOWN_NS:
        return None
    busy, depth = scene.busy(disk), scene.depth(disk)
    if busy is None or busy < BUSY or (depth is not None and depth < DEPTH):
        return None
    queue, device = scene.recent(disk, "queue"), scene.recent(disk, "device")
    if queue.average_ns >= max(QUEUED_NS, device.average_ns):
        return Load(busy, depth, queue, device)
    calm_ns = scene.calm_ns.get(disk)
    if depth is None or calm_ns is None or device.average_ns < max(QUEUED_NS + calm_ns, SLOWED * calm_ns):
        return None
    return Load(busy, depth, queue, device, calm_ns)


def rule(scene: Scene) -> list[Candidate]:
    """A warning, after some seconds."""
    loads = {disk: load for disk in scene.disks if (load := saturation(scene, disk))}
    return [_candidate(scene, disk, load) for disk, load in loads.items()]


def _candidate(scene: Scene, disk: str, load: Load) -> Candidate:
    rate = load.device.count * SECOND / scene.covers_ns()
    depth: Mapping[str, float] = {} if load.depth is None else {"depth": load.depth}
    there = "" if load.depth is None else f" with {load.depth:,.0f} requests there on average"
    calm: Mapping[str, float] = {} if load.calm_ns is None else {"calm_device_us": load.calm_ns / 1000}
    waits = f"wait {latency(load.queue.average_ns)} for their turn and take {latency(load.device.average_ns)}"
    if load.calm_ns is not None:
        waits = f"take {latency(load.device.average_ns)}, and took {latency(load.calm_ns)} when it had little to do"
    finding = Finding(
        id=f"saturated:{disk}",
        kind="saturated",
        severity="warning",
        disk=disk,
        title=f"{disk} is saturated",
        text=(
            f"{disk} is busy {percent(load.busy)} of the time{there}: requests {waits}; it does {rate:,.0f} a second"
        ),
        numbers={
            "busy": load.busy,
            **depth,
            "queue_us": load.queue.average_ns / 1000,
            "device_us": load.device.average_ns / 1000,
            **calm,
            "requests": load.device.count,
            "rate": rate,
            "seconds": round(scene.covers_ns() / SECOND, 1),
        },
        since=scene.time,
    )
    return Candidate(finding, SOME_SECONDS)
