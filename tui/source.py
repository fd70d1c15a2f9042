"""Where snapshots come from: the collector, now, or a recording. The screen asks nothing else of either."""

from __future__ import annotations

from typing import Protocol

from probes.controls import Control
from probes.filter import Filter
from probes.snapshot import Answer, Hello, Snapshot
from tui.outline import Outline


class Sink(Protocol):
    """Whoever shows what comes."""

    def tick(self, snapshot: Snapshot) -> None:
        """A snapshot came."""

    def passed(self, snapshot: Snapshot) -> None:
        """A snapshot came that need not be shown: more will come at once."""

    def restart(self) -> None:
        """A recording begins anew: forget what was."""

    def outlined(self) -> None:
        """More is known of a recording as a whole."""

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
    def outline(self) -> Outline | None:
        """What is known of a recording as a whole, all that was handed over included; None for what is live."""

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
