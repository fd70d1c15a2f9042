"""Reads what tallies.bpf.h counts: how many events each process had, as it grew from tick to tick."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from probes import decode
from probes.cgroups import Cgroups
from probes.kernel.bpf import Map
from probes.merge import OTHERS
from probes.snapshot import Tally

IDLE_CALLS = 5
"""Ticks after which who did nothing more is forgotten."""
CROWDED = 0.5
"""From this share of its room on, the map is cleared of all who did nothing in the last tick."""

_KEY = struct.Struct("=4IQ16s")
_TALLY = struct.Struct("=4Q16s")
_NONE = bytes(_TALLY.size)


class Tallies:
    """The kernel's sums only grow; each tick gets what they grew by."""

    def __init__(self, maps: Mapping[str, Map]) -> None:
        self._map, self._rest = maps["tallies"], maps["tallies_rest"]
        self._seen: dict[bytes, bytes] = {}
        self._idle: dict[bytes, int] = {}
        self._rest_seen = [_NONE, _NONE]
        self._cgroups: Cgroups | None = None

    def begin(self) -> None:
        """Begins from nothing; to be called while the kernel does not count."""
        for key, _value in self._map.items():  # noqa: PERF102  a map, not a dict
            self._map.delete(key)
        self._seen.clear()
        self._idle.clear()
        self._rest_seen = [self._rest_now(failed) for failed in (0, 1)]
        if self._cgroups is None:
            self._cgroups = Cgroups()

    def grown(self) -> list[Tally]:
        """What was counted since the last call."""
        grown = [*self._grown(), *self._grown_rest()]
        most = 1 if len(self._seen) > CROWDED * self._map.entries else IDLE_CALLS
        grown += self._forget([key for key, idle in self._idle.items() if idle >= most])
        return grown

    def close(self) -> None:
        """Gives back what it opened."""
        if self._cgroups is not None:
            self._cgroups.close()

    def _grown(self) -> Iterator[Tally]:
        for key, now in self._map.items():
            before = self._seen.get(key, _NONE)
            if before == now:
                self._idle[key] = self._idle.get(key, 0) + 1
                continue
            self._idle.pop(key, None)
            self._seen[key] = now
            yield self._tally(key, now, before)

    def _grown_rest(self) -> Iterator[Tally]:
        for failed, before in enumerate(self._rest_seen):
            self._rest_seen[failed] = now = self._rest_now(failed)
            if now != before:
                yield Tally(0, 0, OTHERS, "", 0, "", "", OTHERS if failed else None, *_growth(now, before))

    def _rest_now(self, failed: int) -> bytes:
        return self._rest.lookup(struct.pack("=I", failed)) or _NONE

    def _forget(self, keys: list[bytes]) -> Iterator[Tally]:
        """Takes keys out, with what they gained since they were read."""
        for key in keys:
            before = self._seen.pop(key, _NONE)
            self._idle.pop(key, None)
            now = self._map.lookup(key) or before
            self._map.delete(key)
            if now != before:
                yield self._tally(key, now, before)

    def _tally(self, key: bytes, now: bytes, before: bytes) -> Tally:
        tgid, ppid, uid, error, cgroup, comm = _KEY.unpack(key)
        return Tally(
            tgid,
            ppid,
            decode.comm(comm),
            decode.comm(now[-16:]),
            uid,
            decode.user(uid),
            self._cgroups.path(cgroup) if self._cgroups else "",
            decode.error_name(error) if error else None,
            *_growth(now, before),
        )


def _growth(now: bytes, before: bytes) -> tuple[int, int, int, int]:
    """What was gained: count, timed, sum_ns and max_ns.

    The kernel keeps the maximum of all time: where it did not rise, that of this tick is at most what they all took.
    """
    (count, timed, total, most, _), (count_before, timed_before, total_before, most_before, _) = (
        _TALLY.unpack(now),
        _TALLY.unpack(before),
    )
    gained = total - total_before
    return count - count_before, timed - timed_before, gained, most if most > most_before else min(most, gained)
