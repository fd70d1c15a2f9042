"""Reads of a tick only what lasts and how much was seen: fast enough to go to any time of a long recording."""

from __future__ import annotations

import msgspec

from probes import wire
from probes.disk_sums import DiskFacts, Threshold
from probes.snapshot import Answer, Box, Bye, Counts, Hello, ProbeTick, Snapshot, State

NOTHING = Counts()


class _Part(msgspec.Struct, frozen=True):
    """What lasts of a `ProbeTick`."""

    id: str
    state: State
    counts: Counts = NOTHING
    facts: list[DiskFacts] | None = None
    thresholds: list[Threshold] | None = None


class _Tick(msgspec.Struct, frozen=True, tag="tick"):
    """What lasts of a `Snapshot`; all else in its bytes is passed over."""

    time: int
    span_ns: int
    filter: str
    box: Box
    probes: tuple[_Part, ...]


class Skimmer:
    """Takes frames that are whole."""

    def __init__(self) -> None:
        self._ticks = wire.Decoder(msgspec.msgpack.Decoder(_Tick | Hello | Bye | Answer))

    def tick(self, frame: bytes, since: int) -> Snapshot | None:
        """The tick in a frame, without its rows and sums, if it ended before that time (nanoseconds since the epoch):
        None for a later one, and for whatever else it may be. Raises WireError."""
        found = next(iter(self._ticks.feed(frame)), None)
        if not isinstance(found, _Tick) or found.time >= since:
            return None
        parts = (
            ProbeTick(one.id, one.state, one.counts, facts=one.facts, thresholds=one.thresholds) for one in found.probes
        )
        return Snapshot(found.time, found.span_ns, found.filter, found.box, tuple(parts), 0)
