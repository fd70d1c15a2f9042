"""Where snapshots come from: the collector, now, or a recording. The screen asks nothing else of either."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Protocol

from probes.filter import Filter, parse, parse_local
from probes.snapshot import Bye, Control, Hello, Message, Snapshot

LONGEST_GAP_NS = 60_000_000_000
"""A tick of a recording is never waited for longer than this."""


class Sink(Protocol):
    """Whoever shows what comes."""

    def tick(self, snapshot: Snapshot) -> None:
        """A snapshot came."""

    def restart(self) -> None:
        """A recording begins anew: forget what was."""

    def finished(self, notice: str) -> None:
        """A recording is over; there is a notice if it was cut short."""

    def ended(self, reason: str) -> None:
        """The collector has gone. `reason` is one line, empty where it was asked to go."""


class Source(Protocol):
    """A session to be shown. All methods are called from within the event loop."""

    @property
    def hello(self) -> Hello: ...
    @property
    def live(self) -> bool:
        """Whether probes can be turned on and off, and filters reach the kernel."""

    def parse(self, text: str) -> Filter:
        """The filter that `text` means here. Raises FilterError."""

    def start(self, sink: Sink) -> None:
        """Begin to hand over snapshots."""

    def send(self, control: Control) -> None:
        """Ask for something; a recording ignores it."""

    def pause(self, paused: bool) -> None:
        """Told when the view is held, and when it is released."""

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

    def __init__(self, link: Link) -> None:
        self._link = link
        self._sink: Sink | None = None
        self.hello = link.hello

    def parse(self, text: str) -> Filter:
        """See Source."""
        return parse_local(text)

    def start(self, sink: Sink) -> None:
        """See Source."""
        self._sink = sink
        asyncio.get_running_loop().add_reader(self._link.fileno(), self._read)

    def send(self, control: Control) -> None:
        """See Source."""
        try:
            self._link.send(control)
        except Exception as error:  # the link's own kind of error, which this need not know
            self._end(str(error))

    def pause(self, paused: bool) -> None:
        """See Source: collecting goes on."""

    def stop(self) -> None:
        """See Source."""
        if self._sink:
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
            elif isinstance(message, Bye):
                self._end(message.reason)

    def _end(self, reason: str) -> None:
        sink = self._sink
        self.stop()
        if sink:
            sink.ended(reason)


class Recording(Protocol):
    """A recorded session; each iteration begins at its start. `cut` tells, at the end, that some of it is missing."""

    @property
    def hello(self) -> Hello: ...
    @property
    def cut(self) -> str | None: ...
    def __iter__(self) -> Iterator[Snapshot]: ...


class ReplaySource:
    """A recording at the pace at which it was made, times `speed`; with `loop`, over and over."""

    live = False

    def __init__(self, recording: Recording, *, loop: bool = False) -> None:
        self._recording, self._loop = recording, loop
        self._sink: Sink | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._snapshots: Iterator[Snapshot] = iter(())
        self._next: Snapshot | None = None
        self.hello = recording.hello
        self.speed = 1.0

    def parse(self, text: str) -> Filter:
        """See Source: users are those of the host that was recorded."""
        return parse(text)

    def start(self, sink: Sink) -> None:
        """See Source: the first tick is shown at once."""
        self._sink = sink
        self._rewind()
        if self._next:
            self._play()
        else:
            sink.finished(self._recording.cut or "")

    def send(self, control: Control) -> None:
        """See Source: what was recorded cannot be asked for anything."""

    def pause(self, paused: bool) -> None:
        """See Source: the recording stands still."""
        self._cancel()
        if not paused and self._next:
            self._wait(self._next)

    def stop(self) -> None:
        """See Source."""
        self._cancel()
        self._sink = None

    def _rewind(self) -> None:
        self._snapshots = iter(self._recording)
        self._next = next(self._snapshots, None)

    def _play(self) -> None:
        """Show the tick whose time has come, and wait for the one after."""
        shown = self._next
        if shown is None or self._sink is None:
            return
        self._sink.tick(shown)
        self._next = next(self._snapshots, None)
        if self._next:
            self._wait(self._next)
        elif self._loop:
            self._timer = asyncio.get_running_loop().call_later(self._seconds(shown), self._again)
        else:
            self._sink.finished(self._recording.cut or "")

    def _again(self) -> None:
        self._rewind()
        if self._sink:
            self._sink.restart()
        self._play()

    def _wait(self, snapshot: Snapshot) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds(snapshot), self._play)

    def _seconds(self, snapshot: Snapshot) -> float:
        return max(min(snapshot.span_ns, LONGEST_GAP_NS), 1_000_000) / 1e9 / self.speed

    def _cancel(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
