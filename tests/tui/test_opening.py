"""Pages about processes and files, key by key, over a session of the fake machine and of this one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.tui.fakes import Machine
from tests.tui.screen import Screen, running
from tui.actions.opening import Opening
from tui.pages.sections import Rest
from tui.pages.subject_page import SubjectPage
from tui.procfs import background
from tui.subject import Cell, Disk, File, Process, Subject
from tui.widgets.glyphs import ASCII, UNICODE, Glyphs

SIZES = [(80, 24), (120, 40), (200, 50)]
SSHD = Process(4004, "sshd", 0)
HOSTS = File("/etc/hosts")


class Pages:
    """A screen with a page on it, and the filters that were asked for."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.only: list[Cell] = []
        self.opening = Opening(screen.app, self.only.append)

    async def open(self, subject: Subject) -> bool:
        opened = self.opening.open_subject(subject)
        await self.screen.press()
        return opened

    async def show(self) -> None:
        """What the app does with each tick."""
        self.screen.app.show()
        await self.screen.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await self.screen.pilot.pause()
                await asyncio.sleep(0.005)

    @property
    def text(self) -> str:
        return self.screen.text

    @property
    def title(self) -> str:
        """The upper edge of the page."""
        return next(line for line in self.screen.lines if line.startswith((UNICODE.focus_corners[0], "+")))

    @property
    def selected(self) -> Subject | Rest | None:
        return self.screen.app.screen.query_one(SubjectPage).subject

    @property
    def there(self) -> bool:
        return self.screen.app.page is not None


def written(folder: Path, pattern: str) -> str:
    (made,) = folder.glob(pattern)
    return made.read_text()


@asynccontextmanager
async def pages(
    size: tuple[int, int] = (120, 40), *, live: bool = False, glyphs: Glyphs = UNICODE
) -> AsyncIterator[Pages]:
    async with running(size, live=live, glyphs=glyphs, machine=Machine(20)) as screen:
        await screen.ticks(12)
        yield Pages(screen)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LEAST_PAUSE_S", 0.02)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
async def test_a_process_and_a_file_have_a_page_at_any_size(size: tuple[int, int], glyphs: Glyphs) -> None:
    async with pages(size, glyphs=glyphs) as page:
        for subject, parts in (
            (SSHD, ("Process 4004 sshd", "sh -c", "recorded on web-17: live figures are not available", "www-data")),
            (HOSTS, ("File /etc/hosts", "recorded on web-17", "times, last at", "O_RDONLY", "Opened by")),
        ):
            assert await page.open(subject)
            for part in (*parts, "Esc back", "Enter open"):
                assert part in page.text, part
            assert all(len(line) == size[0] for line in page.screen.lines)
            await page.screen.press("escape")


async def test_a_disk_has_no_page_here() -> None:
    async with pages() as page:
        assert not await page.open(Disk("sda"))
        assert not page.there


async def test_the_selected_row_is_opened_and_nothing_is_said_to_be_nothing() -> None:
    async with running((120, 40)) as screen:
        page = Pages(screen)
        page.opening.actions["open"]()
        await screen.pilot.pause()
        assert "nothing is selected that can be opened" in screen.text
        await screen.ticks(3)
        await screen.press("k", "k")
        selected = screen.app.pane.subject
        assert isinstance(selected, Process)
        page.opening.actions["open"]()
        await screen.press()
        assert f"Process {selected.pid} {selected.comm}" in page.title


async def test_enter_opens_what_is_selected_on_top_and_escape_goes_back_to_it() -> None:
    async with pages((200, 50)) as page:
        await page.open(HOSTS)
        await page.screen.press("j", "j")
        chosen = page.selected
        assert isinstance(chosen, Process)
        await page.screen.press("enter")
        assert f"Process {chosen.pid} {chosen.comm}" in page.title
        assert "/etc/hosts" in page.text
        await page.screen.press("escape")
        assert "File /etc/hosts" in page.title
        assert page.selected == chosen
        await page.screen.press("escape")
        assert not page.there


async def test_enter_shows_the_rest_of_a_list_which_stays_when_one_comes_back() -> None:
    async with pages((80, 24)) as page:
        await page.open(HOSTS)
        for _ in range(40):
            if isinstance(page.selected, Rest):
                break
            await page.screen.press("j")
        assert " more" in page.text
        await page.screen.press("enter")
        chosen = page.selected
        assert isinstance(chosen, Process), "the first one that was left out"
        assert " more" not in page.text
        await page.screen.press("enter", "escape")
        assert page.selected == chosen


async def test_a_parent_can_be_opened() -> None:
    async with pages((80, 24)) as page:
        await page.open(SSHD)
        await page.screen.press("enter")
        assert "Process 812 sshd" in page.title
        assert "children" in page.text or "Block I/O" in page.text


async def test_tab_goes_to_the_other_side() -> None:
    async with pages((200, 50)) as page:
        await page.open(SSHD)
        assert isinstance(page.selected, Process)
        await page.screen.press("tab")
        assert isinstance(page.selected, File)
        await page.screen.press("enter")
        assert "File /" in page.title
        await page.screen.press("escape", "left")
        assert isinstance(page.selected, Process)


@pytest.mark.parametrize("close", ["q", "ctrl+c"])
async def test_q_closes_all_pages_at_once(close: str) -> None:
    async with pages((200, 50)) as page:
        await page.open(HOSTS)
        await page.screen.press("enter", close)
        assert not page.there
        assert page.screen.app.is_running


@pytest.mark.parametrize(
    ("subject", "key", "cell"),
    [
        (SSHD, "f", Cell("pid", "4004")),
        (SSHD, "t", Cell("tree", "4004")),
        (HOSTS, "f", Cell("path", "/etc/hosts")),
    ],
)
async def test_a_key_makes_a_filter_of_it_and_closes(subject: Subject, key: str, cell: Cell) -> None:
    async with pages() as page:
        await page.open(subject)
        await page.screen.press(key)
        assert page.only == [cell]
        assert not page.there


async def test_down_goes_from_one_to_the_next_and_scrolls_where_there_is_none_near() -> None:
    async with pages((80, 24)) as page:
        await page.open(HOSTS)
        seen: list[Subject] = []
        for _ in range(25):
            await page.screen.press("j")
            chosen = page.selected
            if chosen and chosen not in seen:
                seen.append(chosen)
        assert len(seen) > 3
        await page.screen.press("g")
        edge = page.screen.lines.index(page.title)
        assert page.screen.lines[edge + 1].split()[1] == "/etc/hosts"
        await page.screen.press("G", "k")
        assert page.selected is not None


async def test_the_page_moves_with_the_session_and_stands_still_when_that_is_held() -> None:
    async with pages() as page:
        await page.open(HOSTS)
        before = page.screen.line("times, last at")
        await page.screen.ticks(5)
        await page.show()
        later = page.screen.line("times, last at")
        assert later != before
        page.screen.app.history.hold()
        await page.screen.ticks(5)
        await page.show()
        assert page.screen.line("times, last at") == later


@pytest.mark.parametrize("size", SIZES)
async def test_the_header_and_the_time_line_stay_and_keys_travel(size: tuple[int, int]) -> None:
    async with pages(size, live=True) as page:
        await page.open(HOSTS)
        assert "web-17" in page.screen.lines[0]
        before = page.screen.line("times, last at")
        await page.screen.press("left_square_bracket", "left_square_bracket")
        assert "PAUSED" in page.screen.lines[1]
        assert "2s ago" in page.screen.lines[-1]
        assert page.screen.line("times, last at") != before
        await page.screen.press("right_square_bracket", "right_square_bracket")
        assert page.screen.line("times, last at") == before
        await page.screen.press("L")
        assert "PAUSED" not in page.screen.text
        await page.screen.press("space")
        assert "PAUSED" in page.screen.lines[1]
        await page.screen.press("at", *"-3s", "enter")
        assert "3s ago" in page.screen.lines[-1]
        await page.screen.press("escape")
        assert not page.there
        assert "PAUSED" in page.screen.lines[1], "the page is closed before the cursor is let go of"


async def test_help_and_commands_lie_over_the_page_and_tell_its_keys() -> None:
    async with pages() as page:
        await page.open(HOSTS)
        await page.screen.press("question_mark")
        assert "On a page" in page.text
        assert "Close all pages" in page.text
        await page.screen.press("escape", "colon", *"close", "enter")
        assert not page.there


async def test_what_is_for_panes_alone_is_said_and_changes_none() -> None:
    async with pages() as page:
        await page.open(HOSTS)
        pane = page.screen.app.pane
        face = pane.face
        await page.screen.press("v", "z")
        assert "that is for panes" in page.text
        assert page.there
        await page.screen.press("escape")
        assert page.screen.app.pane is pane
        assert pane.face == face
        assert not page.screen.app._frame.arrangement.zoomed


async def test_another_process_is_opened_on_top() -> None:
    async with pages() as page:
        await page.open(HOSTS)
        await page.screen.press("p", *"4004", "enter")
        assert "Process 4004" in page.title
        await page.screen.press("escape")
        assert "File /etc/hosts" in page.title


async def test_a_page_is_exported_as_the_rows_that_it_tells_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with pages() as page:
        await page.open(SSHD)
        await page.screen.press("e", "down", "enter")
        rows = json.loads(written(tmp_path, "ebtop-process-4004-*.json"))
        assert {row["event"] for row in rows} == {"exec", "open"}
        assert all(4004 in (row["pid"], row["ppid"]) for row in rows)
        assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
        await page.screen.press("e", "down", "down", "enter")
        assert "4004" in written(tmp_path, "ebtop-screen-*.svg")


async def test_the_selected_line_is_copied_or_the_command_line_where_there_is_none_to_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[str] = []
    monkeypatch.setattr("tui.app.Ebtop.copy_to_clipboard", lambda _, text: copied.append(text))
    async with pages((200, 50)) as page:
        await page.open(SSHD)
        await page.screen.press("y")
        assert isinstance(page.selected, Process)
        assert copied.pop() == f"{page.selected.pid}\t{page.selected.comm}"
        await page.open(File("/nobody/has/opened\x1bit"))
        await page.screen.press("y")
        assert copied.pop() == "/nobody/has/opened\\x1bit"


async def test_a_page_is_in_the_colours_that_are_chosen_on_it() -> None:
    async with pages() as page:
        await page.open(HOSTS)
        widget = page.screen.app.screen.query_one(SubjectPage)
        before = [list(strip) for strip in widget.content(70)]
        await page.screen.press("T")
        assert [list(strip) for strip in widget.content(70)] != before


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


async def test_a_click_selects_and_another_one_opens() -> None:
    async with pages((200, 50)) as page:
        await page.open(HOSTS)
        y = next(y for y, line in enumerate(page.screen.lines) if "Opened by" in line) + 3
        for title in ("File", "Process"):
            await page.screen.pilot.click("#subject-page", offset=(120, y))
            await page.screen.press()
            assert f" {title} " in page.title
