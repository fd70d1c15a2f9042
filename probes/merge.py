"""Several ticks as one: what was counted apart is added up by what it is of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from probes.disk_sums import Aside, Disk, Hist, Part, Work
from probes.lanes import add_up
from probes.snapshot import Tally

MOST_WORK = 4096
"""Processes, disks and operations that are told apart; those that asked the least go into OTHERS."""
MOST_TALLIES = 8192
"""Tallies that are told apart; those of the fewest events go into OTHERS."""
MOST_KIN = 16384
"""Processes whose parents are kept while they wait to be told."""
OTHERS = "(others)"
"""Stands for the name of a process where many were counted as one; its pid is 0."""

Counted = TypeVar("Counted", Hist, Part, Work)


def merge_hists(hists: Iterable[Hist]) -> list[Hist]:
    """One histogram for each disk, operation and stage."""
    return _grouped(hists, lambda hist: (hist.disk, hist.op, hist.stage))


def merge_parts(parts: Iterable[Part]) -> list[Part]:
    """One for each disk, operation and kind of request."""
    return _grouped(parts, lambda part: (part.disk, part.op, part.flags, part.size, part.sequential))


def merge_work(work: Iterable[Work], most: int | None = MOST_WORK) -> list[Work]:
    """One for each process, disk and operation. Beyond `most`, one for the rest of each disk and operation."""
    merged = _grouped(work, _worker)
    if most is None or len(merged) <= most:
        return merged
    merged.sort(key=lambda done: (done.pid == 0, -done.sum_ns))
    rest = [msgspec.structs.replace(done, pid=0, comm=OTHERS, cgroup="", kernel=False) for done in merged[most:]]
    return _grouped(merged[:most] + rest, _worker)


def _worker(done: Work) -> Hashable:
    return done.pid, done.comm, done.cgroup, done.kernel, done.disk, done.op


def merge_tallies(
    before: Sequence[Tally] | None, now: Sequence[Tally] | None, most: int = MOST_TALLIES
) -> list[Tally] | None:
    """One for each process, user, cgroup and error. Beyond `most`, one for the rest that went well and one for what
    failed. None: nothing was tallied at the end, so that of what went before not all is known.
    """
    if before is None or now is None:
        return None if now is None else list(now)
    merged = _tallied([*before, *now])
    if len(merged) <= most:
        return merged
    merged.sort(key=lambda tally: (tally.pid == 0, -tally.count))
    rest = [
        msgspec.structs.replace(
            tally,
            pid=0, ppid=0, comm=OTHERS, parent_comm="", uid=0, user="", cgroup="", error=tally.error and OTHERS,
        )
        for tally in merged[most:]
    ]  # fmt: skip
    return _tallied(merged[:most] + rest)


def _tallied(tallies: Iterable[Tally]) -> list[Tally]:
    sums: dict[Hashable, Tally] = {}
    for one in tallies:
        key = one.pid, one.ppid, one.comm, one.uid, one.cgroup, one.error
        known = sums.get(key)
        sums[key] = one if known is None else _sum_of_tallies(known, one)
    return list(sums.values())


def _sum_of_tallies(a: Tally, b: Tally) -> Tally:
    return msgspec.structs.replace(
        a,
        count=a.count + b.count,
        timed=a.timed + b.timed,
        sum_ns=a.sum_ns + b.sum_ns,
        max_ns=max(a.max_ns, b.max_ns),
    )


def merge_disks(before: Sequence[Disk], now: Sequence[Disk], spans: tuple[int, int]) -> list[Disk]:
    """The disks as they are now; how busy and how deep they were is of both spans, each counted by its length."""
    was = {disk.name: disk for disk in before}
    return [
        msgspec.structs.replace(
            disk,
            busy=_mean(was[disk.name].busy, disk.busy, spans),
            depth=_mean(was[disk.name].depth, disk.depth, spans),
        )
        if disk.name in was
        else disk
        for disk in now
    ]


def merge_kin(before: Mapping[int, int], now: Mapping[int, int], most: int = MOST_KIN) -> dict[int, int]:
    """The parents of both; beyond `most`, those that were told last."""
    merged = dict(before)
    for pid, parent in now.items():
        merged.pop(pid, None)
        merged[pid] = parent
    return dict(islice(merged.items(), max(len(merged) - most, 0), None))


def merge_aside(before: Aside | None, now: Aside | None, spans: tuple[int, int]) -> Aside | None:
    """What was left out of either."""
    if before is None or now is None:
        return before or now
    return Aside(
        merge_hists(before.hists + now.hists),
        merge_disks(before.disks, now.disks, spans),
        merge_parts(before.parts + now.parts),
        merge_work(before.work + now.work),
    )


def _grouped(items: Iterable[Counted], key: Callable[[Counted], Hashable]) -> list[Counted]:
    groups: dict[Hashable, list[Counted]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return [_sum(group) if len(group) > 1 else group[0] for group in groups.values()]


def _sum(group: Sequence[Counted]) -> Counted:
    return msgspec.structs.replace(
        group[0],
        lanes=add_up([one.lanes for one in group]),
        count=sum([one.count for one in group]),
        sum_ns=sum([one.sum_ns for one in group]),
        max_ns=max([one.max_ns for one in group]),
        bytes=sum([one.bytes for one in group]),
        errors=sum([one.errors for one in group]),
    )


def _mean(a: float | None, b: float | None, spans: tuple[int, int]) -> float | None:
    if a is None or b is None:
        return a if b is None else b
    return (a * spans[0] + b * spans[1]) / max(sum(spans), 1)
