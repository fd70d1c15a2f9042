"""Readings in a thread: one after the other, never more than there is room for, and nobody waits for them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar

import pytest

from tui.procfs import background
from tui.procfs.background import MOST_STUCK, Background, once


class Slow:
    """Answers when it is let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.within = self.most = self.calls = 0

    def __call__(self) -> int:
        self.within += 1
        self.most = max(self.most, self.within)
        self.calls += 1
        self.free.wait(10)
        self.within -= 1
        return self.calls


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LEAST_PAUSE_S", 0.005)


async def test_answers_come_in_the_event_loop_again_and_again() -> None:
    told: list[str] = []
    loop = threading.get_ident()
    asked = Background(lambda: "in the loop" if threading.get_ident() == loop else "elsewhere", told.append)
    asked.start()
    await until(lambda: len(told) >= 3)
    asked.stop()
    assert set(told) == {"elsewhere"}


async def test_who_is_told_finds_the_context_of_who_asked() -> None:
    asker, found = ContextVar("asker", default="nobody"), list[str]()
    asker.set("this test")
    asked = Background(lambda: None, lambda _: found.append(asker.get()))
    asked.start()
    await until(lambda: found != [])
    asked.stop()
    assert found[0] == "this test"


async def test_a_reading_that_takes_long_is_not_begun_twice_and_says_how_long() -> None:
    read, told = Slow(), list[int]()
    asked = Background(read, told.append)
    asked.start()
    await until(lambda: asked.waiting_s > 0.05)
    assert (read.calls, told) == (1, [])
    read.free.set()
    await until(lambda: len(told) > 2)
    asked.stop()
    assert read.most == 1


async def test_who_is_stopped_tells_nothing_more() -> None:
    read, told = Slow(), list[int]()
    asked = Background(read, told.append)
    asked.start()
    await until(lambda: read.calls == 1)
    asked.stop()
    read.free.set()
    await until(lambda: read.within == 0)
    await asyncio.sleep(0)
    assert told == []


async def test_too_many_that_are_stuck_are_not_joined_by_more() -> None:
    before = threading.active_count()
    read = Slow()
    stuck = [Background(read, lambda _: None) for _ in range(MOST_STUCK)]
    for one in stuck:
        one.start()
    late = Background(read, lambda _: None)
    late.start()
    assert late.refused
    for one in stuck:
        one.stop()
    read.free.set()
    await until(lambda: threading.active_count() <= before)
    late.start()
    assert not late.refused
    late.stop()
    await until(lambda: threading.active_count() <= before)


async def test_what_is_read_once_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LEAST_PAUSE_S", 10.0)
    before = threading.active_count()
    read, told = Slow(), list[int]()
    read.free.set()
    assert once(read, told.append)
    await until(lambda: told != [] and threading.active_count() <= before)
    assert (read.calls, told) == (1, [1])


async def test_what_is_read_once_is_not_begun_where_too_many_are_stuck() -> None:
    before = threading.active_count()
    read = Slow()
    begun = [once(read, lambda _: None) for _ in range(MOST_STUCK + 1)]
    assert begun == [True] * MOST_STUCK + [False]
    read.free.set()
    await until(lambda: threading.active_count() <= before)
