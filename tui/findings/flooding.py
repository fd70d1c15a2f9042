"""One process makes nearly all the work of a disk, and others wait for it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from probes.snapshot import Work
from probes.unit_names import unit_name
from tui.findings.finding import Finding
from tui.findings.rule import SOME_SECONDS, Candidate
from tui.findings.saturated import KNOWN_NS, saturation
from tui.findings.scene import Scene
from tui.findings.series import SECOND
from tui.findings.words import latency, percent

MOST_OF_IT = 0.8
"""Share of the requests, or of the bytes, of a disk."""
BUSY = 0.9
SUFFERS_NS = 20_000_000
FEWEST = 10
"""A process suffers if it waits that long on average, for that many requests at least."""


class Share(msgspec.Struct, frozen=True):
    """What one process asked of a disk in the last ten seconds. sum_ns: from submission to completion, all together."""

    pid: int
    comm: str
    cgroup: str
    kernel: bool
    count: int
    bytes: int
    sum_ns: int

    @property
    def average_ns(self) -> float:
        return self.sum_ns / self.count if self.count else 0.0


def rule(scene: Scene) -> list[Candidate]:
    """A notice, after some seconds."""
    if scene.covers_ns() < KNOWN_NS:
        return []
    busy = [disk.name for disk in scene.disks.values() if disk.busy is not None and disk.busy >= BUSY]
    return [candidate for disk in busy if (candidate := _candidate(scene, disk))]


def shares(scene: Scene, disk: str) -> list[Share]:
    """Who asked what of a disk."""
    by_process: dict[tuple[int, str, str, bool], list[Work]] = {}
    for moment in scene.moments:
        for work in moment.work.get(disk, ()):
            by_process.setdefault((work.pid, work.comm, work.cgroup, work.kernel), []).append(work)
    return [
        Share(*who, sum(w.count for w in some), sum(w.bytes for w in some), sum(w.sum_ns for w in some))
        for who, some in by_process.items()
    ]


def _candidate(scene: Scene, disk: str) -> Candidate | None:
    everyone = shares(scene, disk)
    # Pid 0 stands for all those for which there was no room.
    flooder = max((one for one in everyone if one.pid), key=lambda one: one.count + one.bytes / 4096, default=None)
    if flooder is None:
        return None
    requests = flooder.count / max(sum(one.count for one in everyone), 1)
    moved = flooder.bytes / max(sum(one.bytes for one in everyone), 1)
    sufferer = _sufferer([one for one in everyone if one is not flooder])
    if max(requests, moved) < MOST_OF_IT or not (sufferer or saturation(scene, disk)):
        return None
    rate = flooder.count * SECOND / scene.covers_ns()
    numbers: dict[str, int | float | str] = {
        "pid": flooder.pid,
        "comm": flooder.comm,
        "cgroup": flooder.cgroup,
        "request_share": requests,
        "byte_share": moved,
        "rate": rate,
        "seconds": round(scene.covers_ns() / SECOND, 1),
    }
    suffers = "the disk is saturated"
    if sufferer:
        suffers = f"{_who(sufferer)} waits {latency(sufferer.average_ns)} on average"
        numbers |= {
            "sufferer_pid": sufferer.pid,
            "sufferer_comm": sufferer.comm,
            "sufferer_us": sufferer.average_ns / 1000,
            "sufferer_requests": sufferer.count,
        }
    finding = Finding(
        id=f"flooding:{disk}:{flooder.pid}",
        kind="flooding",
        severity="notice",
        disk=disk,
        title=f"{flooder.comm} floods {disk}",
        text=(
            f"{_who(flooder)} makes {percent(requests)} of the requests and {percent(moved)} of the bytes of {disk}, "
            f"{rate:,.0f} requests a second; {suffers}"
        ),
        numbers=numbers,
        since=scene.time,
    )
    return Candidate(finding, SOME_SECONDS)


def _sufferer(others: Sequence[Share]) -> Share | None:
    """Who of the others waits longest in all."""
    suffering = [one for one in others if one.pid and one.count >= FEWEST and one.average_ns >= SUFFERS_NS]
    return max(suffering, key=lambda one: one.sum_ns, default=None)


def _who(share: Share) -> str:
    unit = unit_name(share.cgroup).strip("/")
    known = f"pid {share.pid}, {'for ' if share.kernel else ''}{unit}" if unit else f"pid {share.pid}"
    return f"{share.comm} ({known})"
