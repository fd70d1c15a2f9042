"""A live session for tests: a collector alone, told what to do while it runs."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from contextlib import suppress

from probes.controls import Control, Stop
from probes.snapshot import Bye, ProbeTick, Snapshot
from tests.live.session import PATIENCE_S, collector_of
from tui import launch


class Session:
    """A link to a collector, and what came over it. Closed by the fixture `session`."""

    def __init__(self, link: launch.Link) -> None:
        self.link = link
        self.snapshots: list[Snapshot] = []
        self.bye: Bye | None = None
        self.pid = collector_of(os.getpid()).pid

    def until(self, wanted: Callable[[Snapshot], object]) -> Snapshot:
        """The first snapshot from now on that is wanted."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.bye is None:
            if not select.select([self.link], [], [], 1.0)[0]:
                continue
            for message in self.link.read():
                if isinstance(message, Bye):
                    self.bye = message
                elif isinstance(message, Snapshot):
                    self.snapshots.append(message)
                    if wanted(message):
                        return message
        raise AssertionError(f"no such snapshot within {PATIENCE_S} s; {self.bye}")

    def on(self, *probes: str) -> Snapshot:
        """The snapshot in which these probes are on."""
        return self.until(lambda snapshot: {tick.id for tick in snapshot.probes if tick.state == "on"} >= set(probes))

    def send(self, control: Control) -> Snapshot:
        """Tells it something; the snapshot that answers: the collector sends one for each control."""
        self.link.send(control)
        return self.until(lambda _: True)

    def stop(self) -> Snapshot:
        """Ends it; the last snapshot, whose counts are exact."""
        self.link.send(Stop())
        with suppress(AssertionError):
            self.until(lambda _: False)
        assert self.bye is not None
        return self.snapshots[-1]


def tick_of(snapshot: Snapshot, probe: str) -> ProbeTick:
    """A probe's part of a snapshot."""
    return next(tick for tick in snapshot.probes if tick.id == probe)
