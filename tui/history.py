"""What has been seen, bounded: rows of each probe, latencies of the last seconds and of the last hour, counts, rates.

A `View` is what panes draw; while paused it stays as it was and history goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from time import monotonic

import msgspec

from probes.columns import ProbeInfo
from probes.disk_sums import Disk, DiskFacts, Op, Part, Threshold, Work
from probes.filter import Filter
from probes.snapshot import Counts, Hello, ProbeTick, Snapshot, State
from tui.exact import Exact
from tui.findings.finding import Finding
from tui.findings.watch import MOST_PAST, Watch
from tui.lineage import Lineage
from tui.log import Enough, Log
from tui.rate import Rate
from tui.rewind import Moment, PastLog, ended, moment
from tui.tails import Tail
from tui.tape import HISTORY_S, Tape
from tui.tape import MOST_BYTES as MOST_TAPE_BYTES
from tui.timeline import Timeline
from tui.window import Moving, Window


class ProbeView(msgspec.Struct, frozen=True):
    """What a pane draws of its probe.

    counts      of the session, as `probes.snapshot.Counts`
    seen_hz     events a second lately, see tui.rate
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
    collected   the filter that the collector had then: histograms are of what passed it
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
    cursor: int | None = None
    exact: Exact | None = None
    collected: str = ""

    def nothing(self, what: str) -> str:
        """Says that there is nothing of a kind: now it may still come, back in time it does not."""
        return f"{what}: waiting" if self.cursor is None else what


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

    def __init__(self, info: ProbeInfo, lineage: Lineage) -> None:
        self.info = info
        self.log = Log(info.columns, lineage=lineage)
        self.window = Window()
        self.timeline = Timeline()
        self.exact = Exact()
        self.facts: Mapping[str, DiskFacts] = {}
        self.thresholds: Mapping[tuple[str, Op], Threshold] = {}
        self.tick = ProbeTick(info.id, "compiling")
        self.rate = Rate()

    def add(self, tick: ProbeTick, time: int, span_ns: int, *, tested: bool, number: int = 0) -> None:
        """Take in what the probe saw in a tick that ended at `time` and has that number on the tape."""
        self.rate.add(span_ns, tick.counts.seen - self.tick.counts.seen)
        self.log.add(tick.first, tick.rows, tested=tested)
        self.log.finish(tick.exits, number)
        if self.info.view == "latency":
            self.window.add(span_ns, tick)
            self.timeline.add(time, span_ns, tick.hists, tick.disks)
        if tick.facts is not None:
            self.facts = {disk.name: disk for disk in tick.facts}
        if tick.thresholds is not None:
            self.thresholds = {(threshold.disk, threshold.op): threshold for threshold in tick.thresholds}
        self.tick = msgspec.structs.replace(
            tick, rows=[], exits=[], hists=[], parts=[], work=[], tallies=None, aside=None, kin={}
        )

    def view(self, findings: tuple[Finding, ...], collected: str) -> ProbeView:
        """The probe until the next tick."""
        tick, window = self.tick, self.window
        return ProbeView(
            self.info, tick.state, tick.message, tick.counts, self.rate.hz, self.log,
            window.moving(), tuple(tick.disks), window.span_ns, window.tails, window.work(), window.parts(),
            self.facts, self.thresholds, tick.selected, findings, self.timeline, None, self.exact, collected,
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

    tape     the ticks one can go back to
    lineage  who started whom
    """

    def __init__(
        self,
        hello: Hello,
        history_s: float = HISTORY_S,
        most_bytes: int = MOST_TAPE_BYTES,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._probes, self._clock = hello.probes, clock
        self._filter = Filter()
        self._live = True
        self.tape = Tape(hello.probes, history_s, most_bytes)
        self.clear()

    def clear(self) -> None:
        """Forget everything: a recording begins anew."""
        self.lineage = Lineage()
        self._tracks = {info.id: Track(info, self.lineage) for info in self._probes}
        self._watch = Watch(self._probes)
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
                self.lineage.learn(part.kin, tick.time - tick.span_ns)
                self.lineage.add(track.info.columns, part.rows)
        for part in tick.probes:
            if track := self._tracks.get(part.id):
                track.add(part, tick.time, tick.span_ns, tested=tested, number=number)
                track.exact.add(part.tallies, tick.time, tick.span_ns, tick.filter)
        changed = self._watch.take(tick)
        self._ended.extend((number, finding) for finding in changed if finding.until is not None)
        self.tape.add(tick, self._watch.current, [finding for finding in changed if finding.until is None])
        self._last = msgspec.structs.replace(tick, probes=tuple(track.tick for track in self._tracks.values()))

    def select(self, chosen: Filter, seconds: float = inf) -> None:
        """Put a filter to the rows, past and future; those of a held view too: so long to those of each log."""
        self._filter = chosen
        for log in self._every_log():
            log.select(chosen, self._after(seconds))

    def sift(self, seconds: float) -> bool:
        """Put the filter to more rows for so long, one log after the other; whether it was put to all."""
        enough = self._after(seconds)
        return all(log.sift(enough) for log in self._every_log())

    def _after(self, seconds: float) -> Enough:
        """That it is enough after so long."""
        end = self._clock() + seconds
        return lambda: self._clock() >= end

    def _every_log(self) -> Iterator[Log]:
        yield from (track.log for track in self._tracks.values())
        yield from (log.own for log in self._logs if log.own)
        yield from (probe.log for probe in (self._held.probes if self._held else ()))

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
            probes.append(msgspec.structs.replace(view, exact=exact, collected=tick.filter))
        self._held = View(tick, tuple(probes), found, past)

    def release(self) -> None:
        """Show the present again."""
        self._held = None
        for log in self._logs:
            log.clear()

    @property
    def present(self) -> View:
        """What there is now, whether the view is held or not."""
        found, collected = self._watch.current, self._last.filter if self._last else ""
        probes = tuple(track.view(found, collected) for track in self._tracks.values())
        return View(self._last, probes, found, self._watch.past)

    @property
    def view(self) -> View:
        """What is to be shown."""
        return self._held or self.present
