"""Requests that are under way, as the block probe's programs know them."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from probes.kernel.bpf import Map

SUSPECT_NS = 1_000_000_000
"""A request in flight for longer is looked up in sysfs."""
CROWDED = 0.75
"""From this share of the room on, entries of requests at rest are taken out."""
MOST = 1 << 20

_REQUEST = struct.Struct("=QQ28xIBBB")
"""Of `struct request`: inserted, issued, .., disk, op, kind, filtered."""
_AT_REST = bytes(16)


class Waiting(NamedTuple):
    """How many requests a disk has in flight, and the age of the oldest of them in ns."""

    requests: int
    oldest_ns: int


class InFlight:
    """Reads the map of requests. `names` gives the name of a disk by its number."""

    def __init__(self, requests: Map, names: Callable[[int], str]) -> None:
        self._requests, self._names = requests, names
        self.missed = 0
        """Requests found so far that the kernel did not tell the end of."""

    def read(self) -> Mapping[str, Waiting]:
        """What each disk has in flight now; disks that have nothing are left out."""
        there = self._pending()
        now = time.monotonic_ns()  # after they were read: none of them is younger
        if any(now - issued > SUSPECT_NS for disk in there.values() for issued, _rq in disk):
            self.settle()
            there = self._pending()
        return {name: Waiting(len(disk), max(now - min(disk)[0], 0)) for name, disk in there.items()}

    def _pending(self) -> dict[str, list[tuple[int, bytes]]]:
        """The requests that are in flight, by disk: when issued, and their address."""
        there: dict[str, list[tuple[int, bytes]]] = {}
        entries = self._requests.items()
        at_rest = []
        for rq, value in entries:
            if value.startswith(_AT_REST):
                at_rest.append(rq)
                continue
            _inserted, issued, disk, _op, _kind, filtered = _REQUEST.unpack_from(value)
            if issued and not filtered:
                there.setdefault(self._names(disk), []).append((issued, rq))
        if len(entries) > CROWDED * self._requests.entries:
            for rq in at_rest:
                self._requests.delete(rq)
        return there

    def forget(self, number: int) -> None:
        """Takes out the entries of a disk that is gone: what has their address next may be of another one."""
        for rq, value in self._requests.items():
            if _REQUEST.unpack_from(value)[2] == number:
                self._requests.delete(rq)

    def settle(self) -> None:
        """Finds requests whose end was missed: they would seem to be stuck for ever.

        What was pending both before and after the kernel was asked was so at that moment: where the kernel itself
        counts fewer requests, the oldest of them have ended, and are lost.
        """
        before = self._pending()
        counted = {name: _kernels_in_flight(name) for name in before}
        after = self._pending()
        for name, pending in before.items():
            both = sorted(set(pending) & set(after.get(name, [])))
            for _issued, rq in both[: max(0, len(both) - counted[name])]:
                self.missed += self._requests.delete(rq)


def _kernels_in_flight(name: str) -> int:
    """Requests that the kernel counts as issued to a disk; as many as there can be where it does not tell."""
    try:
        return sum(int(n) for n in Path(f"/sys/block/{name.replace('/', '!')}/inflight").read_text().split())
    except (OSError, ValueError):
        return MOST
