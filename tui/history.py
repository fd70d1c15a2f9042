"""What has been seen, bounded: rows of each probe, latencies of the last seconds and of the last hour, counts, rates.

Rows are kept as they came over the wire, packed: a tenth of the memory of Python's lists, and unpacked only
when one is looked at. A `View` is what panes draw; while paused it stays as it was and history goes on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from probes.filter import Filter
from probes.snapshot import (
    Column,
    Counts,
    Disk,
    DiskFacts,
    Exit,
    Hello,
    Op,
    Part,
    ProbeInfo,
    ProbeTick,
    Row,
    Snapshot,
    State,
    Threshold,
    Work,
)
from tui.findings.finding import Finding
from tui.findings.watch import Watch
from tui.tails import Tail
from tui.timeline import Timeline
from tui.window import Moving, Window

MOST_ROWS = 20_000
MOST_BYTES = 6 << 20
"""Bounds of the rows kept of a probe; whichever is reached first."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Row).decode


class Log:
    """The rows of one probe, by number; only the newest are kept."""

    def __init__(self, columns: Sequence[Column], most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> None:
        self._ids = tuple(column.id for column in columns)
        self._later = {column.id: at for at, column in enumerate(columns) if column.later}
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._packed: deque[bytes] = deque()
        self._bytes = 0
        self._filter = Filter()
        self._matching: deque[int] = deque()
        self.first = 0

    @property
    def end(self) -> int:
        """Number of the row that comes next."""
        return self.first + len(self._packed)

    @property
    def filter(self) -> Filter:
        """The filter that rows must pass."""
        return self._filter

    def __len__(self) -> int:
        """Rows that pass the filter."""
        return len(self._matching) if self._filter.terms else len(self._packed)

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, Row]]:
        """Rows that pass the filter with their numbers, from the `start`-th to before the `stop`-th."""
        for at in range(max(start, 0), min(stop, len(self))):
            number = self._matching[at] if self._filter.terms else self.first + at
            yield number, _unpack(self._packed[number - self.first])

    def index(self, number: int) -> int:
        """How many of the rows that pass the filter are older than that number."""
        if not self._filter.terms:
            return min(max(number - self.first, 0), len(self))
        return bisect_left(self._matching, number)

    def add(self, first: int, rows: Sequence[Row], *, tested: bool) -> None:
        """Append rows. `tested`: the collector has put the same filter to them already."""
        if rows and first != self.end:
            self._restart(first)
        for number, row in enumerate(rows, first):
            packed = _pack(self._fitted(row))
            self._packed.append(packed)
            self._bytes += len(packed)
            if self._filter.terms and (tested or self._matches(row)):
                self._matching.append(number)
        while len(self._packed) > self._most_rows or self._bytes > self._most_bytes:
            self._bytes -= len(self._packed.popleft())
            self.first += 1
        while self._matching and self._matching[0] < self.first:
            self._matching.popleft()

    def finish(self, ended: Sequence[Exit]) -> None:
        """Fill the later columns of rows whose process has ended."""
        for end in ended:
            at = end.row - self.first
            if not 0 <= at < len(self._packed):
                continue
            row = _unpack(self._packed[at])
            for name, column in self._later.items():
                row[column] = getattr(end, name, None)
            packed = _pack(row)
            self._bytes += len(packed) - len(self._packed[at])
            self._packed[at] = packed

    def select(self, chosen: Filter) -> None:
        """Let only matching rows through."""
        self._filter = chosen
        self._matching.clear()
        if chosen.terms:
            numbered = enumerate(self._packed, self.first)
            self._matching.extend(number for number, packed in numbered if self._matches(_unpack(packed)))

    def copy(self) -> Log:
        """The log as it is now; the rows themselves are shared."""
        twin = Log((), self._most_rows, self._most_bytes)
        twin._ids, twin._later, twin._filter = self._ids, self._later, self._filter
        twin._packed, twin._bytes, twin.first = self._packed.copy(), self._bytes, self.first
        twin._matching = self._matching.copy()
        return twin

    def _fitted(self, row: Row) -> Row:
        """The row with a value for each column, whatever a foreign collector sent."""
        wanted = len(self._ids)
        return row if len(row) == wanted else (row + [None] * wanted)[:wanted]

    def _matches(self, row: Row) -> bool:
        return self._filter.matches(dict(zip(self._ids, row, strict=False)))

    def _restart(self, first: int) -> None:
        self._packed.clear()
        self._matching.clear()
        self._bytes, self.first = 0, first


class ProbeView(msgspec.Struct, frozen=True):
    """What a pane draws of its probe.

    counts      since the probe was attached
    seen_hz     events a second in the last tick
    log         its rows; of a probe that makes histograms: the slow requests
    moving, work, parts   over the last seconds
    span_ns     what those cover
    tails       of each disk, over the same time
    facts       what is known of the disks, by name
    thresholds  from which latency on requests are rows
    selected    how many events of the session were to be rows
    findings    what holds now, the worst first
    timeline    what each disk did in the last hour
    """

    info: ProbeInfo
    state: State
    message: str
    counts: Counts
    seen_hz: float
    log: Log
    moving: Moving
    disks: tuple[Disk, ...]
    span_ns: int
    tails: Mapping[str, Tail]
    work: Sequence[Work]
    parts: Sequence[Part]
    facts: Mapping[str, DiskFacts]
    thresholds: Mapping[tuple[str, Op], Threshold]
    selected: int
    findings: tuple[Finding, ...]
    timeline: Timeline


class View(msgspec.Struct, frozen=True):
    """What the screen shows: the last tick (None before the first), what each probe has to tell, and what was found:
    what holds, the worst first, and what has been, the newest first.
    """

    tick: Snapshot | None
    probes: tuple[ProbeView, ...]
    findings: tuple[Finding, ...]
    past: tuple[Finding, ...]


class Track:
    """All that is remembered of one probe."""

    def __init__(self, info: ProbeInfo) -> None:
        self.info = info
        self.log = Log(info.columns)
        self.window = Window()
        self.timeline = Timeline()
        self.facts: Mapping[str, DiskFacts] = {}
        self.thresholds: Mapping[tuple[str, Op], Threshold] = {}
        self.tick = ProbeTick(info.id, "compiling")
        self.seen_hz = 0.0

    def add(self, tick: ProbeTick, time: int, span_ns: int, *, tested: bool) -> None:
        """Take in what the probe saw in a tick that ended at `time`."""
        self.seen_hz = (tick.counts.seen - self.tick.counts.seen) * 1e9 / max(span_ns, 1)
        self.log.add(tick.first, tick.rows, tested=tested)
        self.log.finish(tick.exits)
        if self.info.view == "latency":
            self.window.add(span_ns, tick)
            self.timeline.add(time, span_ns, tick.hists, tick.disks)
        if tick.facts is not None:
            self.facts = {disk.name: disk for disk in tick.facts}
        if tick.thresholds is not None:
            self.thresholds = {(threshold.disk, threshold.op): threshold for threshold in tick.thresholds}
        self.tick = msgspec.structs.replace(tick, rows=[], exits=[], hists=[], parts=[], work=[])

    def view(self, findings: tuple[Finding, ...]) -> ProbeView:
        """The probe until the next tick."""
        tick, window = self.tick, self.window
        return ProbeView(
            self.info, tick.state, tick.message, tick.counts, self.seen_hz, self.log,
            window.moving(), tuple(tick.disks), window.span_ns, window.tails, window.work(), window.parts(),
            self.facts, self.thresholds, tick.selected, findings, self.timeline,
        )  # fmt: skip

    def held(self, findings: tuple[Finding, ...]) -> ProbeView:
        """The probe as it is now, for as long as one likes."""
        view = self.view(findings)
        return msgspec.structs.replace(view, log=view.log.copy(), timeline=view.timeline.copy())


class History:
    """The memory of a session."""

    def __init__(self, hello: Hello) -> None:
        self._probes = hello.probes
        self._filter = Filter()
        self.clear()

    def clear(self) -> None:
        """Forget everything: a recording begins anew."""
        self._tracks = {info.id: Track(info) for info in self._probes}
        self._watch = Watch()
        self._last: Snapshot | None = None
        self._held: View | None = None
        self.select(self._filter)

    def add(self, tick: Snapshot, *, live: bool) -> None:
        """Take in a tick. What the kernel filtered from its start to its end is not tested again: it knows more."""
        before = self._last or tick
        tested = live and tick.filter.strip() == before.filter.strip() == self._filter.text
        for part in tick.probes:
            if track := self._tracks.get(part.id):
                track.add(part, tick.time, tick.span_ns, tested=tested)
        self._watch.take(tick)
        self._last = msgspec.structs.replace(tick, probes=tuple(track.tick for track in self._tracks.values()))

    def select(self, chosen: Filter) -> None:
        """Put a filter to the rows, past and future; those of a held view too."""
        self._filter = chosen
        for track in self._tracks.values():
            track.log.select(chosen)
        for probe in self._held.probes if self._held else ():
            probe.log.select(chosen)

    @property
    def paused(self) -> bool:
        """Whether the view is held."""
        return self._held is not None

    def hold(self) -> None:
        """Keep the view as it is now while more comes in."""
        self._held = self._view(Track.held)

    def release(self) -> None:
        """Show the present again."""
        self._held = None

    @property
    def present(self) -> View:
        """What there is now, whether the view is held or not."""
        return self._view(Track.view)

    @property
    def view(self) -> View:
        """What is to be shown."""
        return self._held or self.present

    def _view(self, of: Callable[[Track, tuple[Finding, ...]], ProbeView]) -> View:
        found = self._watch.current
        return View(self._last, tuple(of(track, found) for track in self._tracks.values()), found, self._watch.past)
