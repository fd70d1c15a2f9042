"""One process, or those of one unit, makes nearly all the work of a disk, and others wait for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from probes.disk_sums import Work
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
_KBLOCKD = re.compile(r"kworker/\d+:\d+H")


class Share(msgspec.Struct, frozen=True):
    """What a process, or those of a unit, asked of a disk in the last ten seconds.

    pid        0 stands for all those for which there was no room
    comm       of the most requests
    processes  how many they are
    sum_ns     from submission to completion, all together
    """

    pid: int
    comm: str
    cgroup: str
    kernel: bool
    count: int
    bytes: int
    sum_ns: int
    processes: int = 1

    @property
    def average_ns(self) -> float:
        return self.sum_ns / self.count if self.count else 0.0

    @property
    def unit(self) -> str:
        """Empty for those of none. For the kernel's threads it is the owner of what they write."""
        return unit_name(self.cgroup).strip("/")

    @property
    def known(self) -> bool:
        """Whether it says who did it: the kernel's own queue (kblockd) sends off what somebody else has asked for."""
        return self.pid > 0 and not (self.kernel and _KBLOCKD.match(self.comm))


def rule(scene: Scene) -> list[Candidate]:
    """A notice, after some seconds."""
    if scene.covers_ns() < KNOWN_NS or not scene.whole:
        return []
    busy = [disk.name for disk in scene.disks.values() if disk.busy is not None and disk.busy >= BUSY]
    return [candidate for disk in busy if (candidate := _candidate(scene, disk))]


def shares(scene: Scene, disk: str) -> list[Share]:
    """Who asked what of a disk: a process is one whatever its threads are called."""
    by_process: dict[tuple[int, str, bool], list[Work]] = {}
    for moment in scene.moments:
        for work in moment.work.get(disk, ()):
            by_process.setdefault((work.pid, work.cgroup, work.kernel), []).append(work)
    return [
        Share(
            pid,
            max(some, key=lambda work: work.count).comm,
            cgroup,
            kernel,
            sum(work.count for work in some),
            sum(work.bytes for work in some),
            sum(work.sum_ns for work in some),
        )
        for (pid, cgroup, kernel), some in by_process.items()
    ]


def units(everyone: Sequence[Share]) -> list[Share]:
    """The same by unit, where several processes are of one: with what the kernel writes for it."""
    by_unit: dict[str, list[Share]] = {}
    for one in everyone:
        if one.known and one.unit:
            by_unit.setdefault(one.unit, []).append(one)
    return [
        msgspec.structs.replace(
            max(some, key=lambda one: one.count),
            count=sum(one.count for one in some),
            bytes=sum(one.bytes for one in some),
            sum_ns=sum(one.sum_ns for one in some),
            processes=len(some),
        )
        for some in by_unit.values()
        if some[1:]
    ]


def _candidate(scene: Scene, disk: str) -> Candidate | None:
    everyone = shares(scene, disk)
    count, moved = sum(one.count for one in everyone), sum(one.bytes for one in everyone)
    flooder = _most(everyone, count, moved) or _most(units(everyone), count, moved)
    if flooder is None:
        return None
    requests, byte_share = flooder.count / max(count, 1), flooder.bytes / max(moved, 1)
    sufferer = _sufferer([one for one in everyone if not _within(one, flooder)])
    if not (sufferer or saturation(scene, disk)):
        return None
    is_one = flooder.processes == 1
    name = flooder.comm if is_one else flooder.unit
    rate = flooder.count * SECOND / scene.covers_ns()
    numbers: dict[str, int | float | str] = {
        **({"pid": flooder.pid} if is_one else {"unit": flooder.unit, "processes": flooder.processes}),
        "comm": flooder.comm,
        "cgroup": flooder.cgroup,
        "request_share": requests,
        "byte_share": byte_share,
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
        id=f"flooding:{disk}:{flooder.pid if is_one else flooder.unit}",
        kind="flooding",
        severity="notice",
        disk=disk,
        title=f"{name} floods {disk}",
        text=(
            f"{_who(flooder)} makes {percent(requests)} of the requests and {percent(byte_share)} of the bytes of "
            f"{disk}, {rate:,.0f} requests a second; {suffers}"
        ),
        numbers=numbers,
        since=scene.time,
    )
    return Candidate(finding, SOME_SECONDS)


def _most(shares: Sequence[Share], count: int, moved: int) -> Share | None:
    """Who has most of the requests or of the bytes, if anybody has."""
    known = [one for one in shares if one.known]
    most = max(known, key=lambda one: one.count + one.bytes / 4096, default=None)
    return most if most and max(most.count / max(count, 1), most.bytes / max(moved, 1)) >= MOST_OF_IT else None


def _within(one: Share, flooder: Share) -> bool:
    """Whether it is a part of the flood."""
    return one is flooder if flooder.processes == 1 else one.unit == flooder.unit


def _sufferer(others: Sequence[Share]) -> Share | None:
    """Who of the others waits longest in all."""
    suffering = [one for one in others if one.known and one.count >= FEWEST and one.average_ns >= SUFFERS_NS]
    return max(suffering, key=lambda one: one.sum_ns, default=None)


def _who(share: Share) -> str:
    if share.processes > 1:
        return f"{share.unit} ({share.processes} processes, most of it {share.comm})"
    known = f"pid {share.pid}, {'for ' if share.kernel else ''}{share.unit}" if share.unit else f"pid {share.pid}"
    return f"{share.comm} ({known})"
