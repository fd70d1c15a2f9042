"""Pages about what is there now: processes of this machine, its files, and what does not answer."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.tui.pages import HOSTS, pages
from tests.tui.screen import running
from tui.procfs import background
from tui.subject import File, Process


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LEAST_PAUSE_S", 0.02)


async def test_a_running_process_is_told_live_until_it_is_gone() -> None:
    program = (sys.executable, "-c", "input()", "a\x1b[2Jb")
    child = await asyncio.create_subprocess_exec(*program, stdin=subprocess.PIPE)
    async with pages((120, 40), live=True) as page:
        await page.open(Process(child.pid, "py\x1b[31m", time.time_ns()))
        await page.until(lambda: "of a core" in page.text)
        assert "\\x1b[2J" in page.text
        assert "py\\x1b[31m" in page.title
        assert "\x1b" not in page.text
        assert "Process  now" in page.text
        page.screen.app.history.hold()
        await page.show()
        assert "of now, not of the moment that is shown" in page.text
        await child.communicate(b"\n")
        await page.until(lambda: "gone        since" in page.text)
        assert "as it was at" in page.text
        assert "of a core" in page.text


def comm_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


async def test_above_a_process_that_was_gone_already_those_are_told_who_live() -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await child.wait()
    async with pages((120, 60), live=True) as page:
        page.screen.app.history.lineage.learn({child.pid: os.getpid()}, time.time_ns())
        await page.open(Process(child.pid, "py", time.time_ns()))
        await page.until(lambda: "it had ended before it was asked for" in page.text)
        above = [(pid, comm_of(pid)) for pid in (os.getpid(), os.getppid())]
        await page.until(lambda: all(f"{pid}  {comm}" in page.text for pid, comm in above))


async def test_going_back_asks_again_for_what_was_below() -> None:
    async with pages((120, 40), live=True) as page:
        await page.open(Process(os.getpid(), "pytest", time.time_ns()))
        await page.until(lambda: "resident" in page.text)
        await page.screen.press("enter")
        assert f"Process {os.getppid()} " in page.title
        await page.screen.press("escape")
        assert f"Process {os.getpid()} " in page.title
        assert "resident" in page.text, "what was known is there at once"
        await page.until(lambda: "of a core" in page.text)


async def test_any_process_is_opened_by_its_pid() -> None:
    async with pages((120, 40), live=True) as page:
        await page.screen.press("p", *str(os.getpid()), "enter")
        await page.until(lambda: "resident" in page.text)
        assert f"Process {os.getpid()} " in page.title


async def test_any_process_is_opened_by_its_name_which_is_completed() -> None:
    comm = f"eb\x1b{os.getpid()}"
    program = f"open('/proc/self/comm', 'w').write({comm!r}); print(flush=True); input()"
    pipe = subprocess.PIPE
    children = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=pipe, stdout=pipe) for _ in range(2)
    ]
    for child in children:
        assert child.stdout
        await child.stdout.readline()
    async with pages((120, 40), live=True) as page:
        await page.screen.press("p", "e", "b")
        await page.until(lambda: "eb\\x1b" in page.text)
        await page.screen.press("tab", "enter")
        assert "2 processes" in page.text
        await page.screen.press("enter")
        await page.until(lambda: "resident" in page.text)
        assert f"Process {min(child.pid for child in children)} eb\\x1b" in page.title
    for child in children:
        await child.communicate(b"\n")


async def test_what_is_no_process_is_said() -> None:
    async with pages((120, 40), live=True) as page:
        await page.screen.press("p", *"9999999999", "enter")
        assert "a PID is a number from 1 to" in page.text
        await page.screen.press("p", *"no-such-name")
        await page.until(lambda: "no process of that name runs" in page.text)


async def test_a_file_is_looked_at_where_it_is_live() -> None:
    async with pages((120, 40), live=True) as page:
        await page.open(File("/etc/passwd"))
        await page.until(lambda: "regular file" in page.text)
        await page.screen.press("escape")
        await page.open(File("/nowhere/at/all"))
        await page.until(lambda: "it does not exist" in page.text)


async def test_a_file_system_that_does_not_answer_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = asyncio.Event()
    let_go = threading.Event()
    loop = asyncio.get_running_loop()

    def look_at(_path: str) -> None:
        loop.call_soon_threadsafe(stuck.set)
        let_go.wait(20)

    monkeypatch.setattr("tui.pages.subject_pages.look_at", look_at)
    monkeypatch.setattr("tui.pages.subject_pages.PATIENCE_S", 0.01)
    monkeypatch.setattr("tui.pages.live.PATIENCE_S", 0.01)
    async with pages((120, 40), live=True) as page:
        await page.open(HOSTS)
        await asyncio.wait_for(stuck.wait(), 10)
        await page.until(lambda: "no answer for" in page.text)
        await page.screen.press("j", "escape")
        assert not page.there
    let_go.set()


@pytest.mark.parametrize(
    ("reading", "keys"),
    [("tui.actions.opening.running", ["p"]), ("tui.actions.filtering.parents", ["f", *"tree:1"])],
)
def test_a_proc_that_does_not_answer_keeps_nobody_from_leaving(
    reading: str, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, let_go, answered = threading.Event(), threading.Event(), threading.Event()

    def read() -> dict[int, str]:
        begun.set()
        let_go.wait(5)
        answered.set()
        return {}

    async def asked_and_left() -> None:
        async with running() as screen:
            await screen.press(*keys)

    monkeypatch.setattr(reading, read)
    asyncio.run(asked_and_left())
    assert begun.is_set()
    assert not answered.is_set()
    let_go.set()


async def test_what_proc_tells_of_parents_is_put_to_the_rows_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.actions.filtering.parents", lambda: {4003: 1, 1: 0})
    async with pages((120, 40), live=True) as page:
        await page.screen.ticks(1)
        learned = threading.Event()
        lineage = page.screen.app.history.lineage
        learn = lineage.learn
        monkeypatch.setattr(lineage, "learn", lambda *known: (learn(*known), learned.set()))
        await page.screen.press("f", *"tree:1")
        await page.until(learned.is_set)
        await page.screen.press("enter")
        assert page.screen.app.is_running
        assert "filter tree:1" in page.screen.text
