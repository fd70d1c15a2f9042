"""The order of the disks: the worst first, and calm enough to be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tui.tails import Tail

CLEARLY = 1.5
"""A disk goes before another one when its p99 is so many times as high."""

SILENT = -1.0


class Order:
    """Remembers where each disk is, so that noise moves none of them."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def update(self, names: Collection[str], tails: Mapping[str, Tail], marked: Collection[str]) -> tuple[str, ...]:
        """The disks, those that are marked first, then by p99. A disk that is silent has none, and is at the end."""
        kept = [name for name in self._names if name in names]
        known = set(kept)
        new = sorted((name for name in names if name not in known), key=lambda name: (-_p99(name, tails), name))
        self._names = []
        for name in (*kept, *new):
            self._insert(name, tails)
        # Sorting is stable: among themselves both keep their order.
        self._names.sort(key=lambda name: name not in marked)
        return tuple(self._names)

    def _insert(self, name: str, tails: Mapping[str, Tail]) -> None:
        """Put a disk behind the last one that is not clearly faster."""
        mine, at = _p99(name, tails), len(self._names)
        while at and _passes(mine, _p99(self._names[at - 1], tails)):
            at -= 1
        self._names.insert(at, name)


def _p99(name: str, tails: Mapping[str, Tail]) -> float:
    return tails[name].p99_ns if name in tails else SILENT


def _passes(mine: float, other: float) -> bool:
    return mine > (other if other == SILENT else other * CLEARLY)
