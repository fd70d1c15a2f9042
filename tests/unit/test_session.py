"""A session of the collector without a probe, on pipes: what needs no kernel."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from threading import Thread

import pytest

from probes import broker, wire
from probes import filter as filters
from probes.session import Means, Options, Session
from probes.snapshot import Bye, Hello, Message


def _no_event(tracepoint: int) -> int:
    raise AssertionError(f"no probe is on: {tracepoint}")


@pytest.fixture
def pipes() -> Iterator[tuple[int, int, int, int]]:
    """What controls are read from and written to, then the same of messages."""
    ends = *os.pipe(), *os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_a_session_that_fails_says_why_behind_all_that_is_on_its_way(
    pipes: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader is slow: a pipe's worth of messages waits when it happens."""
    controls, _controls_in, messages, output = pipes
    event: broker.OpenEvent = _no_event
    session = Session(Options("0", probes=()), Means(filters.parse(""), event, None), controls, output)
    many = [Bye("x" * 1000) for _ in range(200)]

    def fails() -> None:
        for message in many:
            session._outbox.send(message)
        raise ValueError("out of order")

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(session, "_loop", fails)
    heard: list[Message] = []

    def listen() -> None:
        decoder = wire.messages()
        while not (heard and heard[-1] == Bye("the collector failed: ValueError: out of order")):
            heard.extend(decoder.feed(os.read(messages, 4096)))

    reader = Thread(target=listen)
    reader.start()
    session.run()
    reader.join(20)
    assert not reader.is_alive()
    assert isinstance(heard[0], Hello)
    assert heard[-201:-1] == many
