"""Whether disks do the same work, and which of their requests can be compared if not all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from probes.disk_sums import OPS, Op, Part
from probes.lanes import latency_of
from probes.latency import EMPTY, Latency, merge
from tui.findings.comparison import FEWEST
from tui.findings.demand import Demand, mean_size
from tui.findings.scene import Scene
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
    mine, usual, busy = Demand.of(scene, disk), Demand.usual(scene, siblings), scene.busy(disk)
    if not (_alike_busy(mine, usual) and (family.is_set or _alike_used(mine, usual, busy, op))):
        return None
    pair = _pair(scene, disk, siblings, op)
    if pair is None:
        return None
    rested = mine.rates[op] * IDLER < usual.rates[op] and busy is not None and busy < IDLE
    return pair._replace(busier=_more_to_do(mine, usual), rested=rested)


def _pair(scene: Scene, disk: str, siblings: Sequence[str], op: Op) -> Pair | None:
    """Requests that are alike; None where there are none."""
    mine = _by_kind(scene, (disk,), op)
    theirs = _by_kind(scene, siblings, op)
    sizes = mean_size((scene.get(disk, op),)), mean_size([scene.get(other, op) for other in siblings])
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


def _alike_busy(mine: Demand, usual: Demand) -> bool:
    """Whether the disk has not much more to do than its siblings, with any operation."""
    little = 0.1 * usual.requests
    return all(mine.rates[op] <= BUSIER * max(usual.rates[op], little) for op in OPS)


def _alike_used(mine: Demand, usual: Demand, busy: float | None, op: Op) -> bool:
    """Whether disks that have no more than their model in common are about as much in use, neither more nor less."""
    if mine.requests > RATHER_BUSIER * usual.requests and mine.at_once > DEEPER * max(usual.at_once, 1.0):
        return False
    if mine.rates[op] * IDLER >= usual.rates[op]:
        return True
    used = mine.at_once if busy is None else min(mine.at_once, busy)
    return used >= IDLE and mine.at_once * IDLER >= usual.at_once


def _more_to_do(mine: Demand, usual: Demand) -> bool:
    """Whether the disk has rather more to do than its siblings, and requests wait for each other in it."""
    more = max(mine.requests / max(usual.requests, 1.0), mine.bytes / max(usual.bytes, 1.0))
    return mine.at_once >= QUEUED and more > MORE_TO_DO


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
