"""A source that is a recording, played at the pace at which it was made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Protocol

import msgspec

from probes.controls import Control
from probes.filter import Filter, parse
from probes.snapshot import Hello, ProbeTick, Snapshot
from tui.outline import Outline
from tui.pace import FRAME_S, gap_s
from tui.source import Sink
from tui.survey import Survey


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

    def skimmed(self) -> Iterator[Snapshot]:
        """All its ticks, which may come without rows and sums; other iterations go on as they were."""


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
        self._until = 0
        self._speed = 1.0
        self.outline = Outline(recording.hello.probes)
        self._survey = Survey(self.outline, self._outlined)
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
        """See Source: the first tick is shown at once; what is to come is looked at then."""
        self._sink = sink
        self._rewind()
        self._begin()
        if shown := self._take():
            sink.tick(shown)
            self._wait_for_next()
            if not self.outline.whole:
                self._survey.begin(self._recording.skimmed())
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
        self._survey.stop()
        self._sink = None

    def _rewind(self) -> None:
        self._snapshots = iter(self._recording)
        self._until = 0
        self._next = self._read()
        self._skipped = {}

    def _read(self) -> Snapshot | None:
        """The next tick. Where they end is known best from playing: a skim does not see all that may be damaged."""
        if tick := next(self._snapshots, None):
            self._until = max(self._until, tick.time)
            self.outline.add(tick)
        else:
            self._survey.stop()
            self.outline.end(self._until)
        return tick

    def _outlined(self) -> None:
        if self._sink:
            self._sink.outlined()

    def _take(self, since: int = 0) -> Snapshot | None:
        taken = self._next
        if taken:
            if taken.time >= since:
                taken = self._recording.whole(taken)
            self._recording.since = since
            self._next = self._read()
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
            passed, following = self._next, self._read()
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
