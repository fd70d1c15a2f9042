"""Where snapshots come from: the collector, now, or a recording. The screen asks nothing else of either."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Protocol

import msgspec

from probes.facts import Missing
from probes.filter import Filter, parse, parse_local
from probes.snapshot import Answer, Ask, Bye, Control, Hello, Message, ProbeTick, Snapshot

LONGEST_GAP_NS = 60_000_000_000
"""A tick of a recording is never waited for longer than this."""
GONE = Missing("not answered: the collector is gone")
SHORTEST_GAP_NS = 1_000_000
"""And never for less."""
FRAME_S = 0.04
"""What is due within so many seconds is shown at once."""


def gap_s(span_ns: int, speed: float) -> float:
    """How long a tick of a recording that took so long is waited for, at a speed, in seconds."""
    return max(min(span_ns, LONGEST_GAP_NS), SHORTEST_GAP_NS) / 1e9 / speed


class Sink(Protocol):
    """Whoever shows what comes."""

    def tick(self, snapshot: Snapshot) -> None:
        """A snapshot came."""

    def passed(self, snapshot: Snapshot) -> None:
        """A snapshot came that need not be shown: more will come at once."""

    def restart(self) -> None:
        """A recording begins anew: forget what was."""

    def finished(self, notice: str) -> None:
        """A recording is over; there is a notice if it was cut short."""

    def answered(self, answer: Answer) -> None:
        """The collector answered a question."""

    def ended(self, reason: str) -> None:
        """The collector has gone. `reason` is one line, empty where it was asked to go."""


class Source(Protocol):
    """A session to be shown. All methods are called from within the event loop."""

    @property
    def hello(self) -> Hello: ...
    @property
    def live(self) -> bool:
        """Whether probes can be turned on and off, and filters reach the kernel."""

    @property
    def speed(self) -> float:
        """How many times as fast as it was recorded it is played; 1 for what is live."""

    @speed.setter
    def speed(self, speed: float) -> None: ...

    def parse(self, text: str) -> Filter:
        """The filter that `text` means here. Raises FilterError."""

    def start(self, sink: Sink) -> None:
        """Begin to hand over snapshots."""

    def send(self, control: Control) -> None:
        """Ask for something; a recording ignores it."""

    def pause(self, paused: bool) -> None:
        """Told when the view is held, and when it is released."""

    def advance(self, since: int = 0) -> Snapshot | None:
        """The next tick of a recording that stands still, out of its turn: None at its end, and for what is live.

        It is handed over as `passed`, unless it ended before `since` (nanoseconds since the epoch): then all that is
        kept of it are facts and thresholds, for the first one that is handed over.
        """

    def begin_anew(self) -> None:
        """Go back to the beginning of a recording that stands still."""

    def stop(self) -> None:
        """Hand over nothing more."""


class Link(Protocol):
    """The wire to a collector. The text of whatever `read` and `send` raise is one line for the user."""

    @property
    def hello(self) -> Hello: ...
    def fileno(self) -> int: ...
    def read(self) -> list[Message]: ...
    def send(self, control: Control) -> None: ...


class LiveSource:
    """A running collector at the other end of a link, which stays open: whoever made it closes it."""

    live = True
    speed = 1.0

    def __init__(self, link: Link) -> None:
        self._link = link
        self._sink: Sink | None = None
        self._over = False
        self.hello = link.hello

    def parse(self, text: str) -> Filter:
        """See Source."""
        return parse_local(text)

    def start(self, sink: Sink) -> None:
        """See Source."""
        self._sink = sink
        asyncio.get_running_loop().add_reader(self._link.fileno(), self._read)

    def send(self, control: Control) -> None:
        """See Source; where the collector is gone it is not asked, and questions are answered with that."""
        if self._over:
            if isinstance(control, Ask) and self._sink:
                self._sink.answered(Answer(control, GONE))
            return
        try:
            self._link.send(control)
        except Exception as error:  # the link's own kind of error, which this need not know
            self._end(str(error))

    def pause(self, paused: bool) -> None:
        """See Source: collecting goes on."""

    def advance(self, since: int = 0) -> Snapshot | None:
        """See Source: what is to come is not there yet."""
        return None

    def begin_anew(self) -> None:
        """See Source: there is no going back."""

    def stop(self) -> None:
        """See Source."""
        if self._sink and not self._over:
            asyncio.get_running_loop().remove_reader(self._link.fileno())
        self._sink = None

    def _read(self) -> None:
        try:
            messages = self._link.read()
        except Exception as error:  # as in `send`
            self._end(str(error))
            return
        for message in messages:
            if isinstance(message, Snapshot) and self._sink:
                self._sink.tick(message)
            elif isinstance(message, Answer) and self._sink:
                self._sink.answered(message)
            elif isinstance(message, Bye):
                self._end(message.reason)

    def _end(self, reason: str) -> None:
        if self._sink and not self._over:
            asyncio.get_running_loop().remove_reader(self._link.fileno())
            self._over = True
            self._sink.ended(reason)


class Recording(Protocol):
    """A recorded session; each iteration begins at its start. `cut` tells, at the end, that some of it is missing.

    since  ticks that ended before that time may come without rows and sums
    """

    since: int

    @property
    def hello(self) -> Hello: ...
    @property
    def cut(self) -> str | None: ...
    def __iter__(self) -> Iterator[Snapshot]: ...
    def whole(self, tick: Snapshot) -> Snapshot:
        """The last tick that was read, with its rows and sums."""


class ReplaySource:
    """A recording at the pace at which it was made, times `speed`; with `loop`, over and over.

    prelude  ticks with which the screen begins, each time
    """

    live = False

    def __init__(self, recording: Recording, *, loop: bool = False, prelude: int = 0) -> None:
        self._recording, self._loop, self._prelude = recording, loop, prelude
        self._sink: Sink | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._snapshots: Iterator[Snapshot] = iter(())
        self._next: Snapshot | None = None
        self._last: Snapshot | None = None
        self._skipped: dict[str, ProbeTick] = {}
        self._speed = 1.0
        self.hello = recording.hello

    @property
    def speed(self) -> float:
        """See Source."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._speed = speed
        if self._timer:
            self.pause(False)

    def parse(self, text: str) -> Filter:
        """See Source: users are those of the host that was recorded."""
        return parse(text)

    def start(self, sink: Sink) -> None:
        """See Source: the first tick is shown at once."""
        self._sink = sink
        self._rewind()
        self._begin()
        if shown := self._take():
            sink.tick(shown)
            self._wait_for_next()
        else:
            sink.finished(self._recording.cut or "")

    def send(self, control: Control) -> None:
        """See Source: what was recorded cannot be asked for anything."""

    def pause(self, paused: bool) -> None:
        """See Source: the recording stands still."""
        self._cancel()
        if not paused:
            self._wait_for_next()

    def advance(self, since: int = 0) -> Snapshot | None:
        """See Source."""
        taken = self._take(since)
        if taken and self._sink and taken.time >= since:
            self._sink.passed(self._completed(taken))
        elif taken:
            self._skipped = {part.id: _lasting(part, self._skipped.get(part.id)) for part in taken.probes}
        return taken

    def begin_anew(self) -> None:
        """See Source."""
        self._rewind()
        if self._sink:
            self._sink.restart()

    def stop(self) -> None:
        """See Source."""
        self._cancel()
        self._sink = None

    def _rewind(self) -> None:
        self._snapshots = iter(self._recording)
        self._next = next(self._snapshots, None)
        self._skipped = {}

    def _take(self, since: int = 0) -> Snapshot | None:
        taken = self._next
        if taken:
            if taken.time >= since:
                taken = self._recording.whole(taken)
            self._recording.since = since
            self._next = next(self._snapshots, None)
            self._recording.since = 0
            self._last = taken
        return taken

    def _play(self) -> None:
        """Hand over what is due until the screen is drawn again: a tick, or at a high speed several."""
        shown, covered_s = self._take(), 0.0
        while self._next and covered_s + self._seconds(self._next) < FRAME_S:
            covered_s += self._seconds(self._next)
            if shown and self._sink:
                self._sink.passed(shown)
            shown = self._take()
        if shown and self._sink:
            self._sink.tick(shown)
        self._wait_for_next(covered_s)

    def _wait_for_next(self, covered_s: float = 0.0) -> None:
        """A tick is due when its span is over, and so much later as was handed over ahead of its time; what begins
        anew stays at its end as long as its last tick took.
        """
        due = self._next or (self._last if self._loop else None)
        if due:
            call = self._play if self._next else self._again
            self._timer = asyncio.get_running_loop().call_later(covered_s + self._seconds(due), call)
        elif self._sink:
            self._sink.finished(self._recording.cut or "")

    def _again(self) -> None:
        self.begin_anew()
        self._begin()
        self._play()

    def _begin(self) -> None:
        """Hand over the prelude; at least a tick is left to be shown."""
        for _ in range(self._prelude):
            passed, following = self._next, next(self._snapshots, None)
            if passed is None or following is None:
                break
            self._next = following
            if self._sink:
                self._sink.passed(passed)

    def _completed(self, tick: Snapshot) -> Snapshot:
        """With facts and thresholds from what was skipped before."""
        skipped, self._skipped = self._skipped, {}
        known = [_lasting(part, skipped.get(part.id)) for part in tick.probes] if skipped else ()
        parts = (
            msgspec.structs.replace(part, facts=lasting.facts, thresholds=lasting.thresholds)
            for part, lasting in zip(tick.probes, known, strict=bool(known))
        )
        return msgspec.structs.replace(tick, probes=tuple(parts)) if known else tick

    def _seconds(self, snapshot: Snapshot) -> float:
        return gap_s(snapshot.span_ns, self._speed)

    def _cancel(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _lasting(part: ProbeTick, before: ProbeTick | None) -> ProbeTick:
    """The facts and thresholds that hold after a tick, and nothing else of it."""
    return ProbeTick(
        part.id,
        part.state,
        facts=part.facts if part.facts is not None or before is None else before.facts,
        thresholds=part.thresholds if part.thresholds is not None or before is None else before.thresholds,
    )
