"""The ticks of the last minutes, packed: what one can go back to.

Ticks are numbered consecutively for as long as the tape is used; the oldest go first. A tick is kept in pieces, so that
what is not asked for is not unpacked: the rows of each probe, and all else. What a session tells only when it changes
(facts, thresholds, findings) is kept by the tick at which it did.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from probes.columns import ProbeInfo, Row
from probes.disk_sums import DiskFacts, Threshold
from probes.snapshot import Exit, ProbeTick, Snapshot
from tui.findings.finding import Finding, Severity

HISTORY_S = 900.0
MOST_BYTES = 64 << 20
WORTH_BYTES = 256
"""What is smaller is not compressed."""
ENTRY_BYTES, PROBE_BYTES = 500, 150
"""What Python takes for a tick besides what is packed, and for each probe in it, roughly."""
CACHED_BYTES = 4 << 20
"""How much of what was unpacked is kept at hand, by its size in packed form before compression."""
GRAVEST: tuple[Severity, ...] = ("critical", "warning", "notice")


class Mark(NamedTuple):
    """A tick in a few figures; where they are of probes, these are in the order of the session.

    time    its end, nanoseconds since the epoch
    filter  the filter in force
    seen    events of the session so far
    events  those of this tick
    rows    how many rows came with it
    ends    number of the row that comes next
    lost    events of all probes that were lost in the session so far
    began   how grave the worst finding is that began with it
    """

    time: int
    span_ns: int
    filter: str
    seen: tuple[int, ...]
    events: tuple[int, ...]
    rows: tuple[int, ...]
    ends: tuple[int, ...]
    lost: int
    began: Severity | None


class _Packed(NamedTuple):
    """MessagePack, compressed where `size`, what it takes without that, is given."""

    data: bytes
    size: int

    def unpacked(self) -> bytes:
        return zlib.decompress(self.data) if self.size else self.data


class _Entry(NamedTuple):
    """A tick: `rows` are those of each probe with the ends of processes, where there are any."""

    mark: Mark
    rest: _Packed
    rows: Mapping[str, _Packed]
    bytes: int


_pack = msgspec.msgpack.Encoder().encode
_unpack_rest = msgspec.msgpack.Decoder(Snapshot).decode
_unpack_rows = msgspec.msgpack.Decoder(tuple[list[Row], list[Exit]]).decode
_DECODERS: Mapping[str, msgspec.msgpack.Decoder[Any]] = {
    "facts": msgspec.msgpack.Decoder(list[DiskFacts]),
    "thresholds": msgspec.msgpack.Decoder(list[Threshold]),
    "findings": msgspec.msgpack.Decoder(tuple[Finding, ...]),
}


class Tape:
    """The ticks of a session.

    probes      those of the session, see Hello
    history_s   seconds that it reaches back
    most_bytes  bound of the memory that it takes; what does not fit is not kept, however short the history is then

    `most_ns` is how far it reaches back at most, `first` the number of the oldest tick.
    """

    def __init__(self, probes: Sequence[ProbeInfo], history_s: float = HISTORY_S, most_bytes: int = MOST_BYTES) -> None:
        self._ids = tuple(probe.id for probe in probes)
        self.most_ns, self._most_bytes = int(history_s * 1e9), most_bytes
        nothing = (0,) * len(self._ids)
        self._start = Mark(0, 0, "", nothing, nothing, nothing, nothing, 0, None)
        self.first = 0
        self._entries: deque[_Entry] = deque()
        self._held: tuple[Finding, ...] = ()
        self._forget()

    @property
    def end(self) -> int:
        """Number of the tick that comes next."""
        return self.first + len(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """Memory that it takes, roughly."""
        return self._bytes + sum(lasting.bytes for lasting in self._lasting.values())

    @property
    def span_ns(self) -> int:
        """The time that its ticks cover."""
        return self._span_ns

    @property
    def cut(self) -> bool:
        """Whether it would reach further back if it had more room."""
        return self._cut

    def clear(self) -> None:
        """Forget all ticks; numbers go on."""
        self.first = self.end
        self._forget()

    def add(self, tick: Snapshot, findings: tuple[Finding, ...] = (), began: Sequence[Finding] = ()) -> None:
        """Append a tick, with the findings that held at its end and those of them that were new."""
        number = self.end
        mark = self._mark(tick, began)
        for part in tick.probes:
            self._keep(number, f"facts {part.id}", part.facts)
            self._keep(number, f"thresholds {part.id}", part.thresholds)
        if findings != self._held:
            self._keep(number, "findings", findings)
            self._held = findings
        rest = _packed(msgspec.structs.replace(tick, probes=tuple(map(_without_rows, tick.probes))))
        rows = {part.id: _packed((part.rows, part.exits)) for part in tick.probes if part.rows or part.exits}
        size = ENTRY_BYTES + PROBE_BYTES * len(self._ids) + len(rest.data) + sum(len(one.data) for one in rows.values())
        self._entries.append(_Entry(mark, rest, rows, size))
        self._bytes += size
        self._span_ns += mark.span_ns
        self._trim()

    def mark(self, number: int) -> Mark:
        """A tick that is there in a few figures."""
        return self._entries[number - self.first].mark

    def nearest(self, number: int) -> int:
        """That number, or that of the nearest tick that is there."""
        return max(min(number, self.end - 1), self.first)

    def number_at(self, time: int) -> int:
        """The tick in which that time is, the nearest where it is in none."""
        return self.nearest(self.first + bisect_left(self._entries, time, key=lambda entry: entry.mark.time))

    def rest(self, number: int) -> Snapshot:
        """A tick without its rows and exits, and without facts and thresholds."""
        if number in self._recent:
            self._recent.move_to_end(number)
        else:
            packed = self._entries[number - self.first].rest
            self._recent[number] = _unpack_rest(packed.unpacked())
            self._recent_bytes += _size(packed)
            while self._recent_bytes > CACHED_BYTES and len(self._recent) > 1:
                self._let_go(next(iter(self._recent)))
        return self._recent[number]

    def rows(self, number: int, probe: str) -> tuple[list[Row], list[Exit]]:
        """What rows a probe had in a tick, and which ended."""
        packed = self._entries[number - self.first].rows.get(probe)
        return _unpack_rows(packed.unpacked()) if packed else ([], [])

    def tick(self, number: int, *, whole: bool = False) -> Snapshot:
        """A tick that is there as it came; `whole`: with facts and thresholds also where they had not changed."""
        rest = self.rest(number)
        parts = tuple(self._put_together(part, number, whole) for part in rest.probes)
        return msgspec.structs.replace(rest, probes=parts)

    def facts(self, number: int, probe: str) -> list[DiskFacts]:
        """What was known of the disks at that tick."""
        found: list[DiskFacts] | None = self._known(number, f"facts {probe}", exactly=False)
        return found or []

    def thresholds(self, number: int, probe: str) -> list[Threshold]:
        """The thresholds that held at that tick."""
        found: list[Threshold] | None = self._known(number, f"thresholds {probe}", exactly=False)
        return found or []

    def findings(self, number: int) -> tuple[Finding, ...]:
        """The findings that held at the end of that tick, as they were told then."""
        found: tuple[Finding, ...] | None = self._known(number, "findings", exactly=False)
        return found or ()

    # How it is kept

    def _forget(self) -> None:
        self._entries.clear()
        self._bytes = self._span_ns = self._recent_bytes = 0
        self._cut = False
        self._lasting: dict[str, _Lasting] = {}
        self._held = ()
        self._recent: OrderedDict[int, Snapshot] = OrderedDict()

    def _mark(self, tick: Snapshot, began: Sequence[Finding]) -> Mark:
        before = self._entries[-1].mark if self._entries else self._start
        parts = {part.id: part for part in tick.probes}
        seen, rows, ends = list(before.seen), [0] * len(self._ids), list(before.ends)
        for at, name in enumerate(self._ids):
            if part := parts.get(name):
                seen[at], rows[at] = part.counts.seen, len(part.rows)
                ends[at] = part.first + len(part.rows) if part.rows else ends[at]
        events = tuple(now - then for now, then in zip(seen, before.seen, strict=True))
        filter_ = before.filter if before.filter == tick.filter else tick.filter
        worst = min((finding.severity for finding in began), key=GRAVEST.index, default=None)
        lost = sum(part.counts.lost for part in tick.probes)
        return Mark(tick.time, tick.span_ns, filter_, tuple(seen), events, tuple(rows), tuple(ends), lost, worst)

    def _keep(self, number: int, what: str, told: object) -> None:
        if told is not None:
            self._lasting.setdefault(what, _Lasting()).add(number, _packed(told))

    def _known(self, number: int, what: str, *, exactly: bool) -> Any:  # noqa: ANN401  as the decoder's
        """What was told last, or `exactly` with that tick."""
        packed = self._lasting[what].find(number, exactly=exactly) if what in self._lasting else None
        return _DECODERS[what.partition(" ")[0]].decode(packed.unpacked()) if packed else None

    def _put_together(self, part: ProbeTick, number: int, whole: bool) -> ProbeTick:
        rows, exits = self.rows(number, part.id)
        facts = self._known(number, f"facts {part.id}", exactly=not whole)
        thresholds = self._known(number, f"thresholds {part.id}", exactly=not whole)
        return msgspec.structs.replace(part, rows=rows, exits=exits, facts=facts, thresholds=thresholds)

    def _trim(self) -> None:
        while len(self) > 1 and (self._span_ns > self.most_ns or self.bytes > self._most_bytes):
            self._cut = self._span_ns <= self.most_ns
            self._let_go(self.first)
            oldest = self._entries.popleft()
            self._bytes -= oldest.bytes
            self._span_ns -= oldest.mark.span_ns
            self.first += 1
            for lasting in self._lasting.values():
                lasting.trim(self.first)

    def _let_go(self, number: int) -> None:
        if self._recent.pop(number, None):
            self._recent_bytes -= _size(self._entries[number - self.first].rest)


class _Lasting:
    """Something that holds until it is told anew, by the number of the tick with which it was told."""

    def __init__(self) -> None:
        self._told: deque[tuple[int, _Packed]] = deque()
        self.bytes = 0

    def add(self, number: int, packed: _Packed) -> None:
        self._told.append((number, packed))
        self.bytes += len(packed.data) + PROBE_BYTES

    def find(self, number: int, *, exactly: bool) -> _Packed | None:
        at = bisect_right(self._told, number, key=lambda told: told[0]) - 1
        if at < 0 or (exactly and self._told[at][0] != number):
            return None
        return self._told[at][1]

    def trim(self, first: int) -> None:
        """Forget what had been replaced by then."""
        while len(self._told) > 1 and self._told[1][0] <= first:
            self.bytes -= len(self._told.popleft()[1].data) + PROBE_BYTES


def _without_rows(part: ProbeTick) -> ProbeTick:
    return msgspec.structs.replace(part, rows=[], exits=[], facts=None, thresholds=None)


def _packed(value: object) -> _Packed:
    data = _pack(value)
    if len(data) < WORTH_BYTES:
        return _Packed(data, 0)
    return _Packed(zlib.compress(data, 1), len(data))


def _size(packed: _Packed) -> int:
    return packed.size or len(packed.data)
