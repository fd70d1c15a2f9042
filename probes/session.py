"""One session of the collector: the timer, the controls, the probes it has, and how it ends."""

from __future__ import annotations

import errno
import os
import selectors
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from threading import Thread
from typing import NamedTuple

import msgspec

from probes import broker, decode, wire
from probes import filter as filters
from probes.box import BoxReader
from probes.controls import Ask, Control, SetFilter, SetInterval, SetSlow, SetTallies, Stop, Toggle
from probes.onlooker import Onlooker
from probes.outbox import Outbox
from probes.registry import PROBES
from probes.slot import Slot
from probes.snapshot import PROTOCOL, Bye, Hello, Snapshot

SHORTEST_S, LONGEST_S = 0.05, 60.0
DRAIN_S = 0.1
"""How often rings are emptied, whatever the tick: soon enough to ask /proc about who is still there."""
ENOUGH_MEASURED = 20_000
"""Events after which what an event costs in the kernel is known: measuring would go on to cost as much as counting."""
LAST_WORDS_S = 5.0
"""How long a slow reader may take for the end of a session."""


class Options(msgspec.Struct, frozen=True):
    """What a session begins with. probes: None for all; stats: let the kernel measure how long their programs run;
    debug: write what goes wrong to standard error as well."""

    version: str
    probes: tuple[str, ...] | None = None
    filter: str = ""
    slow_us: float | None = None
    interval_s: float = 1.0
    rows: int = 1000
    stats: bool = True
    debug: bool = False


class Means(NamedTuple):
    """What was got ready while there were privileges to do so.

    stats  the fd that keeps the kernel measuring run times, None where it does not
    """

    filter: filters.Filter
    open_event: broker.OpenEvent
    stats: int | None


class Session:
    """One session, from `run` to its end."""

    def __init__(self, options: Options, means: Means, input_fd: int, output_fd: int) -> None:
        self._options, self._stats = options, means.stats
        self._filter = means.filter
        self._interval = options.interval_s
        self._input, self._controls = input_fd, wire.controls()
        self._outbox = Outbox(output_fd)
        self._selector = selectors.DefaultSelector()
        self._box, self._onlooker = BoxReader(), Onlooker(self._selector)
        self._slots = {entry.id: Slot(entry.id, options.rows, means.open_event) for entry in PROBES}
        self._last_tick, self._last_cpu = time.monotonic_ns(), time.process_time_ns()
        self._ending = False
        self._reason = ""

    def run(self) -> None:
        """Runs until it is told to stop, or until it fails, of which the reader is told.

        Raises BrokenPipeError when the reader is gone.
        """
        os.set_blocking(self._input, False)
        self._selector.register(self._input, selectors.EVENT_READ)
        signal.signal(signal.SIGTERM, lambda *_: self._stop("the collector was told to end"))
        decode.user(0)  # now, and not when the first row is to be told while opens are watched
        try:
            self._greet()
            for slot in self._slots.values():
                slot.set_filter(self._filter)
                slot.set_slow(self._options.slow_us)
            wanted = [s for s in self._slots.values() if self._options.probes is None or s.id in self._options.probes]
            together([slot.prepare for slot in wanted])
            for slot in wanted:
                self._watch(slot)
                slot.attach()
            self._tick()
            self._loop()
            self._finish()
        except BrokenPipeError:
            raise
        except Exception as error:  # whoever reads is told, in one line, instead of a terminal being written to
            if self._options.debug:
                traceback.print_exc()
            self._say_goodbye(f"the collector failed: {type(error).__name__}: {error}")
        finally:
            for slot in self._slots.values():
                slot.switch_off()
            self._onlooker.close()

    def _greet(self) -> None:
        infos = tuple(slot.probe.info for slot in self._slots.values())
        host, kernel = os.uname().nodename, os.uname().release
        version, budget = self._options.version, self._options.rows
        self._outbox.send(Hello(PROTOCOL, version, host, kernel, time.time_ns(), self._interval, infos, budget))

    def _loop(self) -> None:
        while not self._ending:
            wait = min(self._due - time.monotonic(), DRAIN_S)
            for key, _events in self._selector.select(max(wait, 0.0)):
                if key.data is self._onlooker:
                    for answer in self._onlooker.read():
                        self._outbox.send(answer)
                elif key.data is not None:
                    self._built(key.data)
                elif key.fd == self._input:
                    self._listen()
            if self._outbox.busy:
                self._outbox.flush()
            for slot in self._slots.values():
                slot.drain()
            if time.monotonic() >= self._due:  # what was obeyed meanwhile may have made a tick
                self._tick()
                self._onlooker.rest()
            self._measure_no_longer_than_needed()

    @property
    def _due(self) -> float:
        """When the next tick is, by the monotonic clock in seconds."""
        return self._last_tick / 1e9 + self._interval

    def _watch(self, slot: Slot) -> None:
        if slot.build is not None and slot.build.fileno() not in self._selector.get_map():
            self._selector.register(slot.build, selectors.EVENT_READ, slot)

    def _toggle(self, slot: Slot, on: bool) -> None:
        if on:
            slot.prepare()
            self._watch(slot)
            slot.attach()
        else:
            if slot.build is not None:
                self._selector.unregister(slot.build)
            slot.switch_off()

    def _built(self, slot: Slot) -> None:
        build = slot.build
        if build is None:
            return
        fd = build.fileno()
        slot.built()
        if slot.build is None:
            self._selector.unregister(fd)
            self._tick()

    def _listen(self) -> None:
        try:
            data = os.read(self._input, 65536)
        except BlockingIOError:
            return
        if not data:
            raise BrokenPipeError(errno.EPIPE, "the screen is gone")
        for control in self._controls.feed(data):
            self._obey(control)

    def _obey(self, control: Control) -> None:
        match control:
            case Toggle(probe=id_, on=on):
                if id_ in self._slots:
                    self._toggle(self._slots[id_], on)
            case SetFilter(text=text):
                self._set_filter(text)
            case SetInterval(seconds=seconds) if isfinite(seconds):
                self._interval = min(max(seconds, SHORTEST_S), LONGEST_S)
            case SetSlow(us=us) if us is None or 0 <= us <= LONGEST_S * 1e6:
                for slot in self._slots.values():
                    slot.set_slow(us)
            case SetTallies(probe=id_, on=on):
                if id_ in self._slots:
                    self._slots[id_].set_tallies(on)
            case Ask():
                if refused := self._onlooker.ask(control):
                    self._outbox.send(refused)
            case Stop():
                self._stop("")
        if not isinstance(control, Ask | Stop):
            self._tick()

    def _set_filter(self, text: str) -> None:
        # What cannot be parsed is not obeyed: the screen parses it too, and says so where it is typed.
        with suppress(filters.FilterError):
            self._filter = filters.parse_local(text)
            for slot in self._slots.values():
                slot.set_filter(self._filter)

    def _stop(self, reason: str) -> None:
        self._ending, self._reason = True, reason

    def _tick(self) -> None:
        now, cpu = time.monotonic_ns(), time.process_time_ns()
        dropped = self._outbox.dropped
        ticks = tuple(slot.tick(self._stats is not None, dropped.get(slot.id, 0)) for slot in self._slots.values())
        span, used = now - self._last_tick, cpu - self._last_cpu
        self._last_tick, self._last_cpu = now, cpu
        self._outbox.send(Snapshot(time.time_ns(), span, self._filter.text, self._box.read(), ticks, used))

    def _measure_no_longer_than_needed(self) -> None:
        if self._stats is not None and sum(slot.seen() for slot in self._slots.values()) > ENOUGH_MEASURED:
            self._tick()  # what was measured so far belongs to the events so far
            os.close(self._stats)
            self._stats = None

    def _finish(self) -> None:
        together([slot.detach for slot in self._slots.values()])
        for slot in self._slots.values():
            shown = slot.state, slot.message
            slot.switch_off()
            slot.state, slot.message = shown  # a recording's last picture is of how things were, not of the end
        self._tick()
        self._say_goodbye(self._reason)

    def _say_goodbye(self, reason: str) -> None:
        """Ends the session for its reader, behind all that is still on its way."""
        self._onlooker.close()
        self._selector.close()
        self._outbox.send(Bye(reason))
        end = time.monotonic() + LAST_WORDS_S
        with selectors.DefaultSelector() as writable:
            writable.register(self._outbox.fd, selectors.EVENT_WRITE)
            while self._outbox.busy and time.monotonic() < end:
                writable.select(end - time.monotonic())
                self._outbox.flush()


def together(calls: list[Callable[[], None]]) -> None:
    """Makes the calls side by side: what they wait for is the kernel. Raises what one of them raised."""
    raised: list[Exception] = []

    def make(call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            raised.append(error)

    threads = [Thread(target=make, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
