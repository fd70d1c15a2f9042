"""A disk does little but write out its cache: somebody calls fsync after every few bytes."""

from __future__ import annotations

from probes.disk_sums import OPS
from tui.findings.finding import Finding
from tui.findings.rule import SOME_SECONDS, Candidate
from tui.findings.saturated import KNOWN_NS
from tui.findings.scene import Scene
from tui.findings.series import SECOND
from tui.findings.words import latency, percent

RATE = 20.0
"""Flushes a second, at least."""
FLUSH_NS = 1_000_000
"""Time of a flush on average, at least: some disks have nothing to flush, and say so at once."""
OF_TIME = 0.6
"""Share of the time in which the disk flushes (mean time of a flush times their rate), at least."""
OF_WORK = 0.5
"""Share of flushes in the time of all requests together, at least."""


def rule(scene: Scene) -> list[Candidate]:
    """A warning, after some seconds."""
    if scene.covers_ns() < KNOWN_NS or not scene.whole:
        return []
    flushing = [disk for disk, op in scene.series if op == "flush"]
    return [candidate for disk in flushing if (candidate := _candidate(scene, disk))]


def _candidate(scene: Scene, disk: str) -> Candidate | None:
    flushes = scene.recent(disk, "device", ("flush",))
    rate = flushes.count * SECOND / scene.covers_ns()
    of_time = flushes.sum_ns / scene.covers_ns()
    if rate < RATE or flushes.average_ns < FLUSH_NS or of_time < OF_TIME:
        return None
    of_work = flushes.sum_ns / max(scene.recent(disk, "device", OPS).sum_ns, 1)
    if of_work < OF_WORK:
        return None
    finding = Finding(
        id=f"flush-storm:{disk}",
        kind="flush-storm",
        severity="warning",
        disk=disk,
        title=f"{disk} is busy flushing",
        text=(
            f"{disk}: {rate:,.0f} flushes a second of {latency(flushes.average_ns)} each are {percent(of_work)} of the "
            f"time of all its requests; look for what calls fsync so often"
        ),
        numbers={
            "rate": rate,
            "average_us": flushes.average_ns / 1000,
            "share": of_work,
            "time_share": of_time,
            "flushes": flushes.count,
            "seconds": round(scene.covers_ns() / SECOND, 1),
        },
        since=scene.time,
    )
    return Candidate(finding, SOME_SECONDS)
