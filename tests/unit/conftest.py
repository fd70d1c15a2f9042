"""Fixtures of the unit tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings

from tests.unit.sessions import FakeLink, Outcome
from tui.cli import main

# How long an example takes depends on what runs beside it; all else is as chosen by hypothesis for where it runs.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def ebtop(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs ebtop with these arguments within this process."""

    def run(*words: str) -> Outcome:
        code = main(words)
        return Outcome(code, *capfd.readouterr())

    return run


@pytest.fixture(autouse=True)
def _keep_privileges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command gives up root for good; the process of the tests must not."""
    monkeypatch.setattr("tui.launch.drop_privileges", lambda: None)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeLink], list[object]]:
    """Puts a fake in the place of the collector; the list takes the options it was started with."""

    def install(link: FakeLink) -> list[object]:
        started: list[object] = []
        monkeypatch.setattr("tui.launch.start", lambda options: (started.append(options), link)[1])
        return started

    return install
