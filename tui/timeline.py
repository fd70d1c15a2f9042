"""What each disk did, tick by tick, for an hour and longer: what heat maps are drawn from.

The newest ticks are kept one by one, older ones merged by tens, and still older ones by the minute. All are packed
and unpacked only where they are drawn. Where bytes are short, merging begins earlier, and at the far end the oldest go.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import msgspec

from probes.disk_choice import Ops
from probes.disk_sums import Disk, Hist, Stage
from probes.lanes import latency_of
from probes.latency import Latency
from probes.merge import merge_hists

STAGES: tuple[Stage, ...] = ("device", "queue")


class Level(NamedTuple):
    """Frames of the same length: at most so many, and of about so many bytes.

    ticks  how many frames of the level before are merged into one of this
    """

    ticks: int
    frames: int
    bytes: int


LEVELS = (Level(1, 600, 12 << 20), Level(10, 300, 10 << 20), Level(6, 60, 10 << 20))
OVERHEAD_BYTES = 80
"""What Python takes for an entry of a frame besides its bytes."""


class Column(msgspec.Struct, frozen=True, array_like=True):
    """What a disk did in the time of a frame; busy and depth as in `Disk`."""

    busy: float | None
    depth: float | None
    hists: Sequence[Hist]

    def of(self, stage: Stage, ops: Ops) -> list[Hist]:
        """The histograms of that stage."""
        return [hist for hist in self.hists if hist.stage == stage and (ops is None or hist.op in ops)]

    def latency(self, stage: Stage, ops: Ops) -> Latency:
        """The latencies at that stage."""
        return latency_of(*self.of(stage, ops))


class Frame(NamedTuple):
    """A stretch of time and what was in it, by disk.

    time     its end, nanoseconds since the epoch
    packed   a packed `Column` of each disk that did something
    reach    the lowest and the highest slot of any disk, by stage
    busiest  requests of the disk that had the most
    bytes    memory that it takes, roughly
    """

    time: int
    span_ns: int
    packed: Mapping[str, bytes]
    reach: Mapping[Stage, tuple[int, int]]
    busiest: int
    bytes: int


_pack = msgspec.msgpack.Encoder().encode
unpacked = lru_cache(512)(msgspec.msgpack.Decoder(Column).decode)
"""The column in those bytes."""


class Timeline:
    """The frames of a session, the oldest first."""

    def __init__(self, levels: Sequence[Level] = LEVELS) -> None:
        self._levels = levels
        self._frames: list[deque[Frame]] = [deque() for _ in levels]
        self._bytes = [0] * len(levels)
        self._seen: dict[str, int] = {}

    def add(self, time: int, span_ns: int, hists: Sequence[Hist], disks: Sequence[Disk]) -> None:
        """Take in a tick that ended at `time`."""
        frame = _frame(time, span_ns, _columns(hists, disks))
        self._seen.update(dict.fromkeys(frame.packed, time))
        self._append(0, frame)

    def __len__(self) -> int:
        return sum(map(len, self._frames))

    @property
    def bytes(self) -> int:
        """Memory that it takes, roughly."""
        return sum(self._bytes)

    @property
    def since(self) -> int:
        """The beginning of what it knows, nanoseconds since the epoch; 0 where it knows nothing."""
        first = next(iter(self), None)
        return first.time - first.span_ns if first else 0

    @property
    def span_ns(self) -> int:
        """How far it reaches back from the newest frame, in nanoseconds."""
        newest = next((level[-1] for level in self._frames if level), None)
        return newest.time - self.since if newest else 0

    def __iter__(self) -> Iterator[Frame]:
        return chain.from_iterable(reversed(self._frames))

    def frames(self, start: int, stop: int) -> list[Frame]:
        """The frames from the `start`-th oldest to before the `stop`-th."""
        found: list[Frame] = []
        for level in reversed(self._frames):
            found += (level[at] for at in range(max(start, 0), min(stop, len(level))))
            start, stop = start - len(level), stop - len(level)
        return found

    def index(self, time: int) -> int:
        """Which frame, counted from the oldest, `time` is in; the nearest where it is in none."""
        times = [frame.time for frame in self]
        return max(min(bisect_left(times, time), len(times) - 1), 0)

    def disks(self) -> frozenset[str]:
        """Every disk that it knows something of."""
        since = self.since
        return frozenset(name for name, time in self._seen.items() if time > since)

    def copy(self) -> Timeline:
        """The timeline as it is now; the frames themselves are shared."""
        twin = Timeline(self._levels)
        twin._frames, twin._bytes = [level.copy() for level in self._frames], self._bytes.copy()
        twin._seen = self._seen.copy()
        return twin

    def _append(self, at: int, frame: Frame) -> None:
        """Add a frame to a level; what it has no room for is merged into the next one."""
        level, frames = self._levels[at], self._frames[at]
        frames.append(frame)
        self._bytes[at] += frame.bytes
        together = self._levels[at + 1].ticks if at + 1 < len(self._levels) else 1
        while len(frames) > together and (len(frames) > level.frames or self._bytes[at] > level.bytes):
            oldest = [frames.popleft() for _ in range(together)]
            self._bytes[at] -= sum(frame.bytes for frame in oldest)
            if at + 1 < len(self._levels):
                self._append(at + 1, _merged(oldest))


def _columns(hists: Sequence[Hist], disks: Sequence[Disk]) -> dict[str, Column]:
    by_disk: dict[str, list[Hist]] = {disk.name: [] for disk in disks if disk.in_flight or disk.busy}
    for hist in hists:
        by_disk.setdefault(hist.disk, []).append(hist)
    known = {disk.name: disk for disk in disks}
    return {name: _column(known.get(name), found) for name, found in by_disk.items()}


def _column(disk: Disk | None, hists: Sequence[Hist]) -> Column:
    return Column(disk.busy if disk else None, disk.depth if disk else None, hists)


def _frame(time: int, span_ns: int, columns: Mapping[str, Column]) -> Frame:
    hists = [hist for column in columns.values() for hist in column.hists]
    reach: dict[Stage, tuple[int, int]] = {}
    for stage in STAGES:
        if filled := [hist.lanes for hist in hists if hist.stage == stage and hist.lanes.counts]:
            reach[stage] = min([lanes.first for lanes in filled]), max([lanes.end for lanes in filled]) - 1
    busiest = max([hist.count for hist in hists], default=0)
    packed = {name: _pack(column) for name, column in columns.items()}
    return Frame(time, span_ns, packed, reach, busiest, sum(len(one) + OVERHEAD_BYTES for one in packed.values()))


def _merged(frames: Sequence[Frame]) -> Frame:
    """One frame for all of them."""
    decode = msgspec.msgpack.Decoder(Column).decode
    span_ns = sum(frame.span_ns for frame in frames)
    columns: dict[str, Column] = {}
    for name in dict.fromkeys(chain.from_iterable(frame.packed for frame in frames)):
        found = [
            (frame.span_ns / max(span_ns, 1), decode(frame.packed[name])) for frame in frames if name in frame.packed
        ]
        columns[name] = Column(
            _mean((share, column.busy) for share, column in found),
            _mean((share, column.depth) for share, column in found),
            merge_hists(hist for _, column in found for hist in column.hists),
        )
    return _frame(frames[-1].time, span_ns, columns)


def _mean(parts: Iterable[tuple[float, float | None]]) -> float | None:
    """Figures by their shares of the time: where a disk is not mentioned, it had nothing to do."""
    known = [share * value for share, value in parts if value is not None]
    return sum(known) if known else None
