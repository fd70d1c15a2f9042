"""Record what is seen, with the history so far, into a new file in the current directory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
from textual.timer import Timer

from tui import export
from tui import format as units
from tui.excerpt import Excerpt
from tui.host import Actions, Host
from tui.recording import RecordingError, Writer

SLICE_S, BREATH_S = 0.01, 0.02
"""The history is written for so long at a time; keys are heard in between."""


class Recording:
    """The history is written a slice at a time; `took` is to be called for what comes then."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._writer: Writer | None = None
        self._path = Path()
        self._excerpt = Excerpt(None)
        self._first = self._next = 0
        self._span_ns = 0
        self._timer: Timer | None = None

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"record": self._toggle}

    @property
    def size(self) -> int | None:
        """Bytes written so far; None while nothing is recorded."""
        return self._writer.size if self._writer else None

    def took(self) -> None:
        """A tick has come onto the tape."""
        if self._writer and not self._timer:
            self._go_on()

    def finish(self) -> str:
        """Write what is still to be written, and end the recording in order; what became of it in a line, empty where
        nothing was recorded.
        """
        writer = self._writer
        problem = self._write(float("inf")) if writer else ""
        self._end()
        if problem or writer is None:
            return problem
        return f"recorded {units.about(self._span_ns / 1e9)}, {units.size(writer.size)}: ebtop replay {self._path}"

    def _toggle(self) -> None:
        if not self._host.source.live:
            self._host.say("this is a recording already: copy its file", bad=True)
        elif self._writer:
            self._host.say(self.finish())
        else:
            self._begin()
        self._host.show()

    def _begin(self) -> None:
        tape, hello = self._host.history.tape, self._host.source.hello
        if not len(tape):
            self._host.say("nothing has been seen yet: wait for the first tick", bad=True)
            return
        # Of a history that was cut the oldest tick is what the counts of the others are measured from.
        before = tape.tick(tape.first) if tape.first else None
        begins = before.time if before else tape.mark(tape.first).time - tape.mark(tape.first).span_ns
        try:
            paths = export.candidates(export.place(), f"ebtop-{time.strftime('%Y%m%d-%H%M%S')}", "ebtop")
            self._path = next(path for path in paths if not os.path.lexists(path))
            self._writer = Writer(self._path, msgspec.structs.replace(hello, time=begins))
        except (OSError, RecordingError) as error:
            self._host.say(f"nothing is recorded: {error}", bad=True)
            return
        self._excerpt, self._span_ns = Excerpt(before), 0
        self._first = self._next = tape.first + 1 if before else tape.first
        stop = self._host.keymap.name("record")
        self._host.say(f"{stop} stops, history first: into {export.short(self._path)}")
        self._go_on()

    def _go_on(self) -> None:
        """Write for a slice of time, and again later where there is more."""
        self._timer = None
        if problem := self._write(time.monotonic() + SLICE_S):
            self._end()
            self._host.say(problem, bad=True)
        elif self._next < self._host.history.tape.end:
            self._timer = self._host.set_timer(BREATH_S, self._go_on)

    def _write(self, until: float) -> str:
        """Write what is on the tape and not in the file, at least a tick and no longer than until then (monotonic
        seconds); what went wrong, in a line.
        """
        tape = self._host.history.tape
        while self._writer and self._next < tape.end:
            number = max(self._next, tape.first)
            try:
                # What changed in ticks that the tape has let go of must not be missing.
                whole = number == self._first or number != self._next
                self._writer.write(self._excerpt.of(tape.tick(number, whole=whole)))
            except RecordingError as error:
                return str(error)
            self._span_ns += tape.mark(number).span_ns
            self._next = number + 1
            if time.monotonic() >= until:
                break
        return ""

    def _end(self) -> None:
        if self._writer:
            self._writer.close()
        if self._timer:
            self._timer.stop()
        self._writer = self._timer = None
