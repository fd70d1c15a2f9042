"""The wire to a collector, which here is `cat`: it says what it is told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from probes import wire
from probes.controls import Control
from probes.snapshot import Bye, Message
from tests.tui.fakes import HELLO
from tui import launch
from tui.launch import LaunchError, Link, Options


class Echo(Link):
    """Remembers what it sends."""

    sent: list[Control]

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(process)
        self.process = process
        self.sent = []

    def say(self, *messages: Message) -> None:
        os.write(self._in, b"".join(map(wire.encode, messages)))

    def send(self, control: Control) -> None:
        self.sent.append(control)


@pytest.fixture
def link() -> Iterator[Echo]:
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    made = Echo(process)
    yield made
    made.close()
    if process.returncode == 0:  # it was not waited for
        process.returncode = None
        process.wait()


def test_who_has_said_goodbye_is_not_told_to_stop_whatever_came_after(link: Echo) -> None:
    link.say(Bye())
    link.read()
    link.say(HELLO)
    link.read()
    link.close()
    assert link.sent == []


def test_who_does_not_greet_but_says_goodbye_is_not_told_to_stop(link: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_spawn", lambda _: link.process)
    monkeypatch.setattr(launch, "Link", lambda _: link)
    link.say(Bye("no probe can be loaded"))
    with pytest.raises(LaunchError, match="no probe can be loaded"):
        launch.start(Options())
    assert link.sent == []
