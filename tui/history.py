"""What has been seen, bounded: rows of each probe, latencies of the last seconds and of the last hour, counts, rates.

Rows are kept as they came over the wire, packed: a tenth of the memory of Python's lists, and unpacked only
when one is looked at. A `View` is what panes draw; while paused it stays as it was and history goes on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

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
from tui.exact import Exact
from tui.findings.finding import Finding
from tui.findings.watch import MOST_PAST, Watch
from tui.rewind import Moment, PastLog, ended, moment
from tui.tails import Tail
from tui.tape import HISTORY_S, Tape
from tui.tape import MOST_BYTES as MOST_TAPE_BYTES
from tui.timeline import Timeline
from tui.window import Key, Moving, Window

MOST_ROWS = 20_000
MOST_BYTES = 6 << 20
"""Bounds of the rows kept of a probe; whichever is reached first."""

Derived = TypeVar("Derived")
Told = tuple[bytes, Derived]
"""Something that was made of a row, and the row as it was then, packed."""

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
        self._finished: deque[tuple[int, int]] = deque()
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

    def derive(self, of: Callable[[Row], Derived], known: Mapping[int, Told[Derived]]) -> dict[int, Told[Derived]]:
        """What `of` makes of each row that passes the filter, by number; `known` is what was told the last time, and is
        taken over for rows that have not changed since.
        """
        numbers = self._matching if self._filter.terms else range(self.first, self.end)
        told: dict[int, Told[Derived]] = {}
        for number, packed in zip(numbers, self._kept(), strict=True):
            before = known.get(number)
            told[number] = before if before and before[0] is packed else (packed, of(_unpack(packed)))
        return told

    def _kept(self) -> Iterator[bytes]:
        if not self._filter.terms:
            return iter(self._packed)
        return (self._packed[number - self.first] for number in self._matching)

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
        if len(self._finished) > 2 * len(self._packed):
            self._finished = deque(one for one in self._finished if one[1] >= self.first)

    def finish(self, ended: Sequence[Exit], moment: int = 0) -> None:
        """Fill the later columns of rows whose process has ended; `moment` is the number of the tick that tells so."""
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
            self._finished.append((moment, end.row))

    def select(self, chosen: Filter) -> None:
        """Let only matching rows through."""
        self._filter = chosen
        self._matching.clear()
        if chosen.terms:
            numbered = enumerate(self._packed, self.first)
            self._matching.extend(number for number, packed in numbered if self._matches(_unpack(packed)))

    def empty(self) -> Log:
        """A log of the same kind, with the same filter, that has no rows yet."""
        twin = Log((), self._most_rows, self._most_bytes)
        twin._ids, twin._later, twin._filter = self._ids, self._later, self._filter
        return twin

    def copy(self) -> Log:
        """The log as it is now; the rows themselves are shared."""
        twin = self.empty()
        twin._packed, twin._bytes, twin.first = self._packed.copy(), self._bytes, self.first
        twin._matching, twin._finished = self._matching.copy(), self._finished.copy()
        return twin

    def upto(self, end: int, moment: int) -> Log:
        """The log as it was at an earlier moment, when `end` was the number of the row to come next; what it had kept
        then and has not any more is missing.
        """
        twin = self.copy()
        while twin._packed and twin.end > end:
            twin._bytes -= len(twin._packed.pop())
        while twin._matching and twin._matching[-1] >= end:
            twin._matching.pop()
        while twin._finished and twin._finished[-1][0] > moment:
            _, number = twin._finished.pop()
            if self.first <= number < end:
                twin._reopen(number - twin.first)
        return twin

    def _reopen(self, at: int) -> None:
        """Forget how the process of a row ended."""
        row = _unpack(self._packed[at])
        for column in self._later.values():
            row[column] = None
        packed = _pack(row)
        self._bytes += len(packed) - len(self._packed[at])
        self._packed[at] = packed

    def _fitted(self, row: Row) -> Row:
        """The row with a value for each column, whatever a foreign collector sent."""
        wanted = len(self._ids)
        return row if len(row) == wanted else (row + [None] * wanted)[:wanted]

    def _matches(self, row: Row) -> bool:
        return self._filter.matches(dict(zip(self._ids, row, strict=False)))

    def _restart(self, first: int) -> None:
        self._packed.clear()
        self._matching.clear()
        self._finished.clear()
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
    cursor      the time that is looked at, nanoseconds since the epoch; None: now
    exact       what the kernel counts by who did it; None: not known of that time
    """

    info: ProbeInfo
    state: State
    message: str
    counts: Counts
    seen_hz: float
    log: Log
    moving: Mapping[Key, Moving]
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
    cursor: int | None = None
    exact: Exact | None = None


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
        self.exact = Exact()
        self.facts: Mapping[str, DiskFacts] = {}
        self.thresholds: Mapping[tuple[str, Op], Threshold] = {}
        self.tick = ProbeTick(info.id, "compiling")
        self.seen_hz = 0.0

    def add(self, tick: ProbeTick, time: int, span_ns: int, *, tested: bool, number: int = 0) -> None:
        """Take in what the probe saw in a tick that ended at `time` and has that number on the tape."""
        self.seen_hz = (tick.counts.seen - self.tick.counts.seen) * 1e9 / max(span_ns, 1)
        self.log.add(tick.first, tick.rows, tested=tested)
        self.log.finish(tick.exits, number)
        if self.info.view == "latency":
            self.window.add(span_ns, tick)
            self.timeline.add(time, span_ns, tick.hists, tick.disks)
        if tick.facts is not None:
            self.facts = {disk.name: disk for disk in tick.facts}
        if tick.thresholds is not None:
            self.thresholds = {(threshold.disk, threshold.op): threshold for threshold in tick.thresholds}
        self.tick = msgspec.structs.replace(tick, rows=[], exits=[], hists=[], parts=[], work=[], tallies=None)

    def view(self, findings: tuple[Finding, ...]) -> ProbeView:
        """The probe until the next tick."""
        tick, window = self.tick, self.window
        return ProbeView(
            self.info, tick.state, tick.message, tick.counts, self.seen_hz, self.log,
            window.moving(), tuple(tick.disks), window.span_ns, window.tails, window.work(), window.parts(),
            self.facts, self.thresholds, tick.selected, findings, self.timeline, None, self.exact,
        )  # fmt: skip

    def past(self, then: Moment, findings: tuple[Finding, ...], log: Log, timeline: Timeline, cursor: int) -> ProbeView:
        """The probe as it was, for as long as one likes."""
        tick, window = then.tick, then.window
        return ProbeView(
            self.info, tick.state, tick.message, tick.counts, then.seen_hz, log,
            window.moving(), tuple(tick.disks), window.span_ns, window.tails, window.work(), window.parts(),
            then.facts, then.thresholds, tick.selected, findings, timeline, cursor,
        )  # fmt: skip


class History:
    """The memory of a session: what it is now, and with a cursor in time what it was. All there is to see at the cursor
    stays as it is until the cursor is moved, even where the tape has let go of it meanwhile.

    tape  the ticks one can go back to
    """

    def __init__(self, hello: Hello, history_s: float = HISTORY_S, most_bytes: int = MOST_TAPE_BYTES) -> None:
        self._probes = hello.probes
        self._filter = Filter()
        self._live = True
        self.tape = Tape(hello.probes, history_s, most_bytes)
        self.clear()

    def clear(self) -> None:
        """Forget everything: a recording begins anew."""
        self._tracks = {info.id: Track(info) for info in self._probes}
        self._watch = Watch()
        self._ended: deque[tuple[int, Finding]] = deque(maxlen=2 * MOST_PAST)
        self._last: Snapshot | None = None
        self._held: View | None = None
        self._cursor = 0
        self.tape.clear()
        self._logs = [PastLog(self.tape, at, info.id) for at, info in enumerate(self._probes)]
        self.select(self._filter)

    def add(self, tick: Snapshot, *, live: bool) -> None:
        """Take in a tick. What the kernel filtered from its start to its end is not tested again: it knows more."""
        before, number = self._last or tick, self.tape.end
        self._live = live
        tested = live and tick.filter.strip() == before.filter.strip() == self._filter.text
        for part in tick.probes:
            if track := self._tracks.get(part.id):
                track.add(part, tick.time, tick.span_ns, tested=tested, number=number)
                track.exact.add(part.tallies, tick.time, tick.span_ns, tick.filter)
        changed = self._watch.take(tick)
        self._ended.extend((number, finding) for finding in changed if finding.until is not None)
        self.tape.add(tick, self._watch.current, [finding for finding in changed if finding.until is None])
        self._last = msgspec.structs.replace(tick, probes=tuple(track.tick for track in self._tracks.values()))

    def select(self, chosen: Filter) -> None:
        """Put a filter to the rows, past and future; those of a held view too."""
        self._filter = chosen
        for track in self._tracks.values():
            track.log.select(chosen)
        for log in self._logs:
            log.select(chosen)
        for probe in self._held.probes if self._held else ():
            probe.log.select(chosen)

    # The cursor

    @property
    def paused(self) -> bool:
        """Whether there is a cursor: the view stands still."""
        return self._held is not None

    @property
    def cursor(self) -> int | None:
        """Number of the tick that is looked at; None while the newest is followed."""
        return self._cursor if self.paused else None

    def hold(self) -> None:
        """Put the cursor on the newest tick."""
        if len(self.tape):
            self.look_at(self.tape.end - 1)

    def step(self, ticks: int) -> None:
        """Move it by so many ticks, back if negative, within what there is."""
        if len(self.tape):
            self.look_at((self._cursor if self.paused else self.tape.end - 1) + ticks)

    def go(self, time: int) -> None:
        """Put it on the tick in which that time (nanoseconds since the epoch) is. Before the oldest one, only
        what reaches back further goes there.
        """
        if len(self.tape):
            number = self.tape.number_at(time)
            self.look_at(number, min(time, self.tape.mark(number).time) if number == self.tape.first else None)

    def look_at(self, number: int, time: int | None = None) -> None:
        """Put it on that tick or the nearest there is; `time` is told where it is not the end of the tick."""
        tape = self.tape
        self._cursor = number = tape.nearest(number)
        found, past = tape.findings(number), ended(self._ended, number, MOST_PAST)
        cursor = tape.mark(number).time if time is None else time
        tick = tape.rest(number)
        probes = []
        for at, (track, log) in enumerate(zip(self._tracks.values(), self._logs, strict=True)):
            then = moment(tape, number, at, track.info)
            rows = log.upto(number, track.log, from_kernel=self._live)
            view = track.past(then, found, rows, track.timeline.copy(), cursor)
            exact = track.exact.copy() if number == tape.end - 1 else None
            probes.append(msgspec.structs.replace(view, exact=exact))
        self._held = View(tick, tuple(probes), found, past)

    def release(self) -> None:
        """Show the present again."""
        self._held = None
        for log in self._logs:
            log.clear()

    @property
    def present(self) -> View:
        """What there is now, whether the view is held or not."""
        found = self._watch.current
        return View(self._last, tuple(track.view(found) for track in self._tracks.values()), found, self._watch.past)

    @property
    def view(self) -> View:
        """What is to be shown."""
        return self._held or self.present
