"""The session as it was at a tick of the tape: the figures of a probe, its last seconds, its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from probes.columns import ProbeInfo
from probes.disk_sums import DiskFacts, Op, Threshold
from probes.filter import Filter
from probes.snapshot import ProbeTick
from tui.findings.finding import Finding
from tui.rate import enough, hz
from tui.tape import Tape
from tui.window import WINDOW_NS, Window

if TYPE_CHECKING:
    from tui.log import Log

ENOUGH_ROWS = 2000
"""A log that has so many rows before a tick shows it well."""
REBUILT_ROWS = 8000
"""How many rows a log made from the tape begins with, so that stepping back does not make one at every step."""
NEAR = 8
"""A log made from the tape is carried on by so many ticks rather than made anew."""


class Moment(NamedTuple):
    """A probe at the end of a tick; see `tui.history.ProbeView`."""

    tick: ProbeTick
    seen_hz: float
    window: Window
    facts: Mapping[str, DiskFacts]
    thresholds: Mapping[tuple[str, Op], Threshold]


def moment(tape: Tape, number: int, at: int, info: ProbeInfo) -> Moment:
    """The `at`-th probe at the end of a tick that is there."""
    marks = (tape.mark(before) for before in range(number, tape.first - 1, -1))
    return Moment(
        _part(tape, number, info) or ProbeTick(info.id, "compiling"),
        hz(enough((mark.span_ns, mark.events[at]) for mark in marks)),
        _window(tape, number, info),
        {disk.name: disk for disk in tape.facts(number, info.id)},
        {(threshold.disk, threshold.op): threshold for threshold in tape.thresholds(number, info.id)},
    )


def _part(tape: Tape, number: int, info: ProbeInfo) -> ProbeTick | None:
    return next((part for part in tape.rest(number).probes if part.id == info.id), None)


def _window(tape: Tape, number: int, info: ProbeInfo) -> Window:
    """The seconds up to a tick."""
    window = Window()
    if info.view != "latency":
        return window
    spans: list[tuple[int, ProbeTick]] = []
    covered = 0
    while number >= tape.first and covered < WINDOW_NS:
        if part := _part(tape, number, info):
            spans.append((tape.mark(number).span_ns, part))
            covered += spans[-1][0]
        number -= 1
    for span_ns, part in reversed(spans):
        window.add(span_ns, part)
    return window


def ended(known: Sequence[tuple[int, Finding]], number: int, most: int) -> tuple[Finding, ...]:
    """What had ended by a tick, the newest first; `known` is all, the oldest first, with the tick that told of it."""
    return tuple(finding for at, finding in reversed(known) if at <= number)[:most]


class PastLog:
    """The rows of a probe up to ticks of the past: cut from the log of the session, or made from the tape where that
    does not reach back far enough.

    at  which of the session's probes it is
    """

    def __init__(self, tape: Tape, at: int, probe: str) -> None:
        self._tape, self._at, self._probe = tape, at, probe
        self._log: Log | None = None
        self._until = -1

    @property
    def own(self) -> Log | None:
        """What was made from the tape, if anything was."""
        return self._log

    def clear(self) -> None:
        """Forget what was made from the tape."""
        self._log = None

    def upto(self, number: int, live: Log, *, from_kernel: bool) -> Log:
        """The log as it was at a tick that is there.

        from_kernel  what the kernel filtered is not tested again, see `History.add`
        """
        end = self._tape.mark(number).ends[self._at]
        if self._reaches_back(live, number):
            return live.upto(end, number)
        if self._log and self._until < number <= self._until + NEAR:
            self._feed(self._log, self._until + 1, number, from_kernel=from_kernel)
        if self._log is None or number > self._until or not self._reaches_back(self._log, number):
            self._log = live.empty()
            self._feed(self._log, self._start(number), number, from_kernel=from_kernel)
        return self._log.upto(end, number)

    def _reaches_back(self, log: Log, number: int) -> bool:
        """Whether it has enough rows before the end of a tick, or all that there are."""
        end, oldest = self._tape.mark(number).ends[self._at], self._tape.mark(self._tape.first)
        return end <= log.end and log.first <= max(end - ENOUGH_ROWS, oldest.ends[self._at] - oldest.rows[self._at])

    def _start(self, number: int) -> int:
        """The tick from which on there are rows enough for a while."""
        rows = 0
        while number > self._tape.first and rows < REBUILT_ROWS:
            rows += self._tape.mark(number).rows[self._at]
            number -= 1
        return number

    def _feed(self, log: Log, start: int, stop: int, *, from_kernel: bool) -> None:
        """Append the rows of the ticks from `start` to `stop`."""
        for number in range(max(start, self._tape.first), stop + 1):
            mark = self._tape.mark(number)
            rows, exits = self._tape.rows(number, self._probe)
            tested = from_kernel and number > self._tape.first and held(self._tape, number, log.filter)
            log.add(mark.ends[self._at] - mark.rows[self._at], rows, tested=tested)
            log.finish(exits, number)
        self._until = stop


def held(tape: Tape, number: int, chosen: Filter) -> bool:
    """Whether that filter was in force in the kernel from the start of a tick to its end."""
    return tape.mark(number).filter.strip() == tape.mark(number - 1).filter.strip() == chosen.text
