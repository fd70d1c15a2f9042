"""Requests that are under way, as the block probe's programs know them."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import NamedTuple

from probes.kernel.bpf import Map

SUSPECT_NS = 1_000_000_000
"""A request in flight for longer is looked up in sysfs."""
CROWDED = 0.75
"""From this share of the room on, entries of requests at rest are taken out."""
MOST = 1 << 20

LEAST_ROOM = 256
"""Entries that are taken out at once at most: it takes time, while the programs go on."""
MOMENT_S = 0.005
"""So much later, a request that the kernel is just ending has ended."""

_REQUEST = struct.Struct("=QQ28xIBBBB")
"""Of `struct request`: inserted, issued, .., disk, op, kind, filtered, requeued."""
_AT_REST = bytes(16)
_COUNTED = (0, 1, 3)
"""Operations that sysfs counts: reads, writes and discards, but not flushes nor what is handed through."""


class Waiting(NamedTuple):
    """How many requests a disk has in flight, and the age of the oldest of them in ns."""

    requests: int
    oldest_ns: int


class Pending(NamedTuple):
    """A request that is in flight: since when, its address, and whether sysfs counts it too."""

    issued: int
    rq: bytes
    counted: bool


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
        suspect = {
            name
            for name, disk in there.items()
            if any(request.counted and now - request.issued > SUSPECT_NS for request in disk)
        }
        if suspect and self._settle(suspect, there):
            there = self._pending()
        return {
            name: Waiting(len(disk), max(now - min(request.issued for request in disk), 0))
            for name, disk in there.items()
        }

    def _pending(self) -> dict[str, list[Pending]]:
        """The requests that are in flight, by disk."""
        there: dict[str, list[Pending]] = {}
        entries = self._requests.items()
        at_rest = []
        for rq, value in entries:
            if value.startswith(_AT_REST):
                at_rest.append(rq)
                continue
            _inserted, issued, disk, op, _kind, filtered, requeued = _REQUEST.unpack_from(value)
            if issued and not filtered:
                there.setdefault(self._names(disk), []).append(Pending(issued, rq, op in _COUNTED and not requeued))
        if len(entries) > CROWDED * self._requests.entries:
            self._make_room(at_rest[:LEAST_ROOM])
        return there

    def _make_room(self, at_rest: Sequence[bytes]) -> None:
        for rq in at_rest:
            now = self._requests.lookup(rq)
            if now is not None and now.startswith(_AT_REST):
                self._requests.delete(rq)

    def forget(self, numbers: Set[int]) -> None:
        """Takes out the entries of disks that are gone: what has their address next may be of another one."""
        for rq, value in self._requests.items():
            if _REQUEST.unpack_from(value)[2] in numbers:
                self._requests.delete(rq)

    def settle(self) -> None:
        """Finds requests whose end was missed: they would seem to be stuck for ever."""
        there = self._pending()
        self._settle(there.keys(), there)

    def _settle(self, names: Set[str], before: Mapping[str, Sequence[Pending]]) -> int:
        """How many were found on these disks.

        What was pending both before and after the kernel was asked was so at that moment: where the kernel itself
        counts fewer requests, the oldest of them have ended. Asked twice, for it counts none that it is just ending.
        """
        once, after = self._excess(names, before)
        if not once:
            return 0
        time.sleep(MOMENT_S)
        twice, _ = self._excess(names, after)
        found = sum(self._requests.delete(rq) for rq in once & twice)
        self.missed += found
        return found

    def _excess(
        self, names: Set[str], before: Mapping[str, Sequence[Pending]]
    ) -> tuple[set[bytes], Mapping[str, Sequence[Pending]]]:
        """Addresses of requests that the kernel seems to have no longer, and what is pending now."""
        counted = {name: _kernels_in_flight(name) for name in names}
        after = self._pending()
        excess: set[bytes] = set()
        for name in names:
            both = sorted(set(before.get(name, ())) & set(after.get(name, ())))
            known = [request.rq for request in both if request.counted]
            excess.update(known[: max(0, len(known) - counted[name])])
        return excess, after


def _kernels_in_flight(name: str) -> int:
    """Requests that the kernel counts as issued to a disk; as many as there can be where it does not count."""
    disk = Path(f"/sys/block/{name.replace('/', '!')}")
    try:
        if (disk / "queue/iostats").read_text().strip() == "0":
            return MOST
        return sum(int(n) for n in (disk / "inflight").read_text().split())
    except (OSError, ValueError):
        return MOST
