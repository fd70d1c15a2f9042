"""A source that is live: the collector, at the other end of a link."""

from __future__ import annotations

import asyncio
from typing import Protocol

from probes.controls import Ask, Control
from probes.facts import Missing
from probes.filter import Filter, parse_local
from probes.snapshot import Answer, Bye, Hello, Message, Snapshot
from tui.source import Sink

GONE = Missing("not answered: the collector is gone")


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
    outline = None
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
