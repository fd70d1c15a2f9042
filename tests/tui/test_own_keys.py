"""Keys that a user gave to commands: sentences name them, and pages are scrolled and closed by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.fakes import Machine
from tests.tui.raid import raid_tick
from tests.tui.screen import running
from tui.actions.opening import Opening
from tui.subject import Cell, Process

OWN = {
    "findings": ("W",),
    "help": ("f9",),
    "filter": ("x",),
    "filter-clear": ("X",),
    "tree": ("f5",),
    "back": ("f2",),
    "quit": ("Q",),
    "open": ("i",),
    "down": ("J",),
    "up": ("K",),
    "bottom": ("B",),
    "top": ("A",),
    "page-down": ("D",),
    "view": ("f8",),
    "focus-next": ("f7",),
    "record": ("f10",),
    "page-back": ("f2",),
    "page-close": ("Q",),
    "page-filter": ("x",),
    "page-tree": ("f5",),
    "page-cross": ("f7",),
}


async def test_the_line_of_findings_names_the_key_that_shows_them() -> None:
    async with running(machine=Machine(block=raid_tick), own=OWN) as screen:
        await screen.ticks(30)
        assert screen.lines[2].rstrip().endswith(" W")


@pytest.mark.parametrize(("key", "name"), [("W", "Findings"), ("f9", "Help")])
async def test_the_key_that_opened_a_page_closes_it_and_its_title_names_those_of_the_user(key: str, name: str) -> None:
    async with running(own=OWN) as screen:
        await screen.ticks(1)
        for closes in (key, "f2", "escape", "Q", "ctrl+c", "i"):
            await screen.press(key)
            assert f"{name}: F2 closes, J and K scroll" in screen.text
            await screen.press(closes)
            assert len(screen.app.screen_stack) == 1, closes


async def test_a_page_is_scrolled_by_the_keys_of_the_user() -> None:
    async with running(own=OWN) as screen:
        await screen.ticks(1)
        await screen.press("f9")
        first = screen.text
        for there, back in (("J", "K"), ("D", "pageup"), ("space", "pageup"), ("B", "A")):
            await screen.press(there)
            assert screen.text != first, there
            await screen.press(back)
            assert screen.text == first, back


async def test_a_key_that_a_user_has_for_a_page_goes_before_what_pages_have_it_for() -> None:
    async with running(own={"up": ("space",), "pause": ("P",), "findings": ("ctrl+c",)}) as screen:
        await screen.ticks(1)
        await screen.press("h", "j")
        scrolled = screen.text
        await screen.press("space")
        assert screen.text != scrolled
        await screen.press("h", "ctrl+c", "ctrl+c")
        assert len(screen.app.screen_stack) == 1


async def test_a_page_about_a_thing_has_the_keys_of_the_user() -> None:
    only: list[Cell] = []
    async with running((200, 50), live=False, machine=Machine(20), own=OWN) as screen:
        await screen.ticks(12)
        Opening(screen.app, only.append).open_subject(Process(4004, "sshd", 0))
        await screen.press()
        page = screen.app.page
        assert page is not None
        assert "F2 back  Q close  J K select  i open  x pid:4004  F5 tree:4004  F7 other side" in screen.text
        await screen.press("f7")
        beside = page.place.selected
        assert beside.column
        await screen.press("J")
        assert page.place.selected.at == beside.at + 1
        await screen.press("i")
        assert "File /" in screen.text
        await screen.press("f2")
        assert "Process 4004" in screen.text
        await screen.press("f5")
        assert screen.app.page is None
        assert only == [Cell("tree", "4004")]


async def test_sentences_of_the_panes_name_the_keys_of_the_user() -> None:
    async with running((200, 50), machine=Machine(block=raid_tick), own=OWN) as screen:
        await screen.press("i")
        assert "can be opened: J and K select a row" in screen.text
        await screen.press("y")
        assert "nothing is selected: J and K select a row" in screen.text
        await screen.ticks(12)
        await screen.press("A")
        assert "more below, B to follow" in screen.text
        await screen.press("x", *"pid:1", "enter")
        assert "no row passes the filter: X clears it" in screen.text
        await screen.press("f7", "f7", "left")
        assert "F2: back to now" in screen.text
        await screen.press("e", *"csv", "enter")
        assert "f8 goes to one" in screen.text.lower()
        await screen.press("f8", "f8")
        assert "no process passes the filter: X clears it" in screen.text
        await screen.press("f8")
        assert "no slow request passes the filter: X clears it" in screen.text


async def test_a_recording_is_stopped_by_the_key_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with running((200, 50), own=OWN) as screen:
        await screen.ticks(2)
        await screen.press("f10")
        assert "F10 stops, history first" in screen.text
