"""Whether disks do the same work, and which of their requests can be compared if not all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from probes.lanes import latency_of
from probes.latency import EMPTY, Latency
from probes.snapshot import OPS, Op, Part
from tui.findings.comparison import FEWEST
from tui.findings.scene import Scene
from tui.findings.series import Series
from tui.findings.siblings import Family

BUSIER = 3.0
"""A disk that is asked for so many times the requests may be slower for that."""
IDLER = 4.0
"""A disk of the same model, but of no common set, that has so few of the others' requests may be saving power."""
LARGER = 2.0
"""Requests so many times as large are other work."""
OTHER_MIX = 0.2
"""So large a difference of shares of sequential requests, or of one size, is other work."""


class Pair(NamedTuple):
    """Device times of comparable requests."""

    mine: Latency
    theirs: Latency


class _Kind(NamedTuple):
    """Requests that are alike: in the class of their size, and in whether they follow each other on the disk."""

    size: int
    sequential: bool


def comparable(scene: Scene, family: Family, disk: str, siblings: Sequence[str], op: Op) -> Pair | None:
    """The requests of a disk and of its siblings that can be compared; None where the work is another."""
    if not _alike_busy(scene, family, disk, siblings, op):
        return None
    mine = _by_kind(scene, (disk,), op)
    theirs = _by_kind(scene, siblings, op)
    if mine and theirs:
        if _alike_mixed(mine, theirs):
            return _everything(scene, disk, siblings, op)
        kind = max(mine, key=lambda kind: mine[kind].count)
        return Pair(mine[kind], theirs.get(kind, EMPTY))
    sizes = _size((scene.get(disk, op),)), _size([scene.get(other, op) for other in siblings])
    return _everything(scene, disk, siblings, op) if max(sizes) <= LARGER * min(sizes) else None


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
    return family.is_set or rates[op] * IDLER >= usual[op]


def _by_kind(scene: Scene, disks: Sequence[str], op: Op) -> Mapping[_Kind, Latency]:
    """What the last ten seconds' requests were; nothing where that is not known."""
    parts: dict[_Kind, list[Part]] = {}
    for moment in scene.moments:
        for disk in disks:
            for part in moment.parts.get(disk, ()):
                if part.op == op:
                    parts.setdefault(_Kind(part.size, part.sequential), []).append(part)
    whole = {kind: latency_of(*some) for kind, some in parts.items()}
    return whole if sum(latency.count for latency in whole.values()) >= FEWEST else {}


def _alike_mixed(mine: Mapping[_Kind, Latency], theirs: Mapping[_Kind, Latency]) -> bool:
    """Whether both have about the same shares of each kind of request."""
    mine_all = sum(latency.count for latency in mine.values())
    theirs_all = sum(latency.count for latency in theirs.values())
    return all(
        abs(mine.get(kind, EMPTY).count / mine_all - theirs.get(kind, EMPTY).count / theirs_all) <= OTHER_MIX
        for kind in mine.keys() | theirs.keys()
    )
