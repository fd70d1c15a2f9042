"""Which disks can be compared with each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from probes.disk_sums import DiskFacts


class Family(NamedTuple):
    """Disks that should do alike: the members of a set (`md0`), or disks of one model and size."""

    name: str
    is_set: bool
    members: tuple[str, ...]


def families(facts: Iterable[DiskFacts]) -> tuple[Family, ...]:
    """The families of at least two; every disk is in one of them at most.

    A set goes before a model, and of several sets the first that unites it with another disk: the nearest.
    Disks that turn and disks that do not are not compared.
    """
    disks = sorted(facts, key=lambda disk: disk.name)
    united: dict[tuple[str, bool | None], list[str]] = {}
    for disk in disks:
        for name in disk.sets:
            united.setdefault((name, disk.rotational), []).append(disk.name)
    members: dict[tuple[str, bool, bool | None, int], list[str]] = {}
    for disk in disks:
        nearest = next((name for name in disk.sets if len(united[name, disk.rotational]) > 1), "")
        if name := nearest or disk.model:
            # Volumes of a cloud or of a RAID controller are all of one model: those of one size may be alike.
            size = 0 if nearest else disk.size
            members.setdefault((name, bool(nearest), disk.rotational, size), []).append(disk.name)
    return tuple(
        Family(name, is_set, tuple(names))
        for (name, is_set, *_), names in sorted(members.items(), key=str)
        if names[1:]
    )
