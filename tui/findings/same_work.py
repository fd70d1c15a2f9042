"""Whether disks do the same work, and which of their requests can be compared if not all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from probes.disk_sums import OPS, Op, Part
from probes.lanes import latency_of
from probes.latency import EMPTY, Latency, merge
from tui.findings.comparison import FEWEST
from tui.findings.scene import Scene
from tui.findings.series import SECOND, Series
from tui.findings.siblings import Family

BUSIER = 3.0
"""A disk that is asked for so many times the requests may be slower for that."""
IDLER = 4.0
"""A disk of the same model, but of no common set, that has so few of the others' requests may be saving power, ..."""
IDLE = 0.3
"""... if it has something to do for less than this share of the time: a disk that stalls is asked for less as well."""
RATHER_BUSIER, DEEPER = 1.3, 4.0
"""Of the same model, one that does so many times the requests with so many more at once is not slow: it is in use."""
MORE_TO_DO, QUEUED = 1.15, 0.5
"""With so many times the requests or bytes a disk has more to do; and from so many requests on that it has at once on
average they wait for each other in it: that explains all but a hump of its own.
"""
LARGER = 2.0
"""Requests so many times as large are other work."""
OTHER_MIX = 0.2
"""So large a difference of shares of sequential requests, or of one size, is other work."""


class Kind(NamedTuple):
    """Requests that are alike: in the class of their size, and in whether they follow each other on the disk."""

    size: int
    sequential: bool


class Pair(NamedTuple):
    """Device times of comparable requests.

    kind    those requests alone are compared; None: all of the operation
    others  what the disk has besides, then: its requests wait behind those
    busier  the disk has rather more to do than its siblings, and requests wait for each other in it
    rested  it has so little to do that it may have to be woken
    """

    mine: Latency
    theirs: Latency
    kind: Kind | None = None
    others: Latency = EMPTY
    busier: bool = False
    rested: bool = False


def comparable(scene: Scene, family: Family, disk: str, siblings: Sequence[str], op: Op) -> Pair | None:
    """The requests of a disk and of its siblings that can be compared; None where the work is another."""
    if not _alike_busy(scene, family, disk, siblings, op):
        return None
    pair = _pair(scene, disk, siblings, op)
    if pair is None:
        return None
    busier = _more_to_do(scene, disk, siblings) > MORE_TO_DO
    return pair._replace(busier=busier, rested=_rested(scene, disk, siblings, op))


def _pair(scene: Scene, disk: str, siblings: Sequence[str], op: Op) -> Pair | None:
    """Requests that are alike; None where there are none."""
    mine = _by_kind(scene, (disk,), op)
    theirs = _by_kind(scene, siblings, op)
    sizes = _size((scene.get(disk, op),)), _size([scene.get(other, op) for other in siblings])
    alike = max(sizes) <= LARGER * min(sizes)
    if not (mine and theirs):
        return _everything(scene, disk, siblings, op) if alike else None
    if alike and _alike_mixed(mine, theirs):
        return _everything(scene, disk, siblings, op)
    kind = max(mine, key=lambda kind: mine[kind].count)
    others = [*(mine[other] for other in mine if other != kind)]
    others += [latency_of(scene.get(disk, other)) for other in OPS if other != op]
    return Pair(mine[kind], theirs.get(kind, EMPTY), kind, merge(others))


def _everything(scene: Scene, disk: str, siblings: Sequence[str], op: Op) -> Pair:
    return Pair(latency_of(scene.get(disk, op)), latency_of(*(scene.get(other, op) for other in siblings)))


def _size(series: Sequence[Series]) -> float:
    """Bytes of a request on average."""
    return sum(one.bytes for one in series) / max(sum(one.count for one in series), 1)


def _alike_busy(scene: Scene, family: Family, disk: str, siblings: Sequence[str], op: Op) -> bool:
    """Whether the disk has not much more to do than its siblings, with any operation, nor much less."""
    rates = {which: scene.get(disk, which).rate for which in OPS}
    usual = {which: sum(scene.get(other, which).rate for other in siblings) / len(siblings) for which in OPS}
    little = 0.1 * sum(usual.values())
    if any(rates[which] > BUSIER * max(usual[which], little) for which in OPS):
        return False
    if family.is_set:
        return True
    # What they have in the device at once: by Little's law, for what is told of disks counts the queue as well.
    mine = _at_once(scene, disk)
    theirs = sum(_at_once(scene, other) for other in siblings) / len(siblings)
    if sum(rates.values()) > RATHER_BUSIER * sum(usual.values()) and mine > DEEPER * max(theirs, 1.0):
        return False
    if rates[op] * IDLER >= usual[op]:
        return True
    busy = scene.busy(disk)
    return min(mine, mine if busy is None else busy) >= IDLE and mine * IDLER >= theirs


def _more_to_do(scene: Scene, disk: str, siblings: Sequence[str]) -> float:
    """How many times the requests or the bytes of its siblings a disk has; 1.0 where none waits for another in it."""
    if _at_once(scene, disk) < QUEUED:
        return 1.0
    (requests, size), others = _load(scene, disk), [_load(scene, other) for other in siblings]
    usual = sum(one for one, _ in others) / len(others)
    usual_size = sum(one for _, one in others) / len(others)
    return max(requests / max(usual, 1.0), size / max(usual_size, 1.0))


def _load(scene: Scene, disk: str) -> tuple[float, float]:
    """Requests and bytes a second."""
    every = [scene.get(disk, op) for op in OPS]
    return sum(one.rate for one in every), sum(one.rate * _size([one]) for one in every)


def _rested(scene: Scene, disk: str, siblings: Sequence[str], op: Op) -> bool:
    """Whether it has so much less to do than its siblings that its requests come as a surprise."""
    usual = sum(scene.get(other, op).rate for other in siblings) / len(siblings)
    busy = scene.busy(disk)
    return scene.get(disk, op).rate * IDLER < usual and busy is not None and busy < IDLE


def _at_once(scene: Scene, disk: str) -> float:
    """Requests that a disk had in the device on average."""
    every = [scene.get(disk, op) for op in OPS]
    return sum(one.average_ns * one.rate for one in every) / SECOND


def _by_kind(scene: Scene, disks: Sequence[str], op: Op) -> Mapping[Kind, Latency]:
    """What the last ten seconds' requests were; nothing where that is not known."""
    parts: dict[Kind, list[Part]] = {}
    for moment in scene.moments:
        for disk in disks:
            for part in moment.parts.get(disk, ()):
                if part.op == op:
                    parts.setdefault(Kind(part.size, part.sequential), []).append(part)
    whole = {kind: latency_of(*some) for kind, some in parts.items()}
    return whole if sum(latency.count for latency in whole.values()) >= FEWEST else {}


def _alike_mixed(mine: Mapping[Kind, Latency], theirs: Mapping[Kind, Latency]) -> bool:
    """Whether both have about the same shares of each kind of request."""
    mine_all = sum(latency.count for latency in mine.values())
    theirs_all = sum(latency.count for latency in theirs.values())
    return all(
        abs(mine.get(kind, EMPTY).count / mine_all - theirs.get(kind, EMPTY).count / theirs_all) <= OTHER_MIX
        for kind in mine.keys() | theirs.keys()
    )
