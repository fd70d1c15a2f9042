"""Pages about processes and files, key by key, over a session of the fake machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.pages import HOSTS, Pages, pages
from tests.tui.screen import running
from tui.pages.sections import Rest
from tui.pages.subject_page import SubjectPage
from tui.procfs import background
from tui.subject import Cell, Disk, File, Process, Subject
from tui.widgets.glyphs import ASCII, UNICODE, Glyphs

SIZES = [(80, 24), (120, 40), (200, 50)]
SSHD = Process(4004, "sshd", 0)


def written(folder: Path, pattern: str) -> str:
    (made,) = folder.glob(pattern)
    return made.read_text()


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


async def test_a_click_selects_and_another_one_opens() -> None:
    async with pages((200, 50)) as page:
        await page.open(HOSTS)
        y = next(y for y, line in enumerate(page.screen.lines) if "Opened by" in line) + 3
        for title in ("File", "Process"):
            await page.screen.pilot.click("#subject-page", offset=(120, y))
            await page.screen.press()
            assert f" {title} " in page.title
