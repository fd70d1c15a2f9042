"""What commands do, key by key: the palette, exports, the clipboard."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.tui.screen import running


async def test_the_palette_finds_a_command_and_does_it() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.press("colon", *"hold")
        assert "Hold the view" in screen.text
        assert "Leave; every" not in screen.text
        await screen.press("enter")
        assert "PAUSED" in screen.text


async def test_escape_leaves_the_palette_and_nothing_is_done() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.press("ctrl+p", "escape")
        assert "Commands:" not in screen.text
        assert screen.app.is_running


@pytest.mark.parametrize(("kind", "suffix"), [("CSV", "csv"), ("JSON", "json"), ("SVG", "svg")])
async def test_an_export_says_where_it_went(
    kind: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        await screen.press("e", *kind.lower(), "enter")
        async with asyncio.timeout(10):
            while not (made := list(tmp_path.iterdir())):  # noqa: ASYNC240  a folder of the test itself
                await screen.pilot.pause()
        await screen.pilot.pause()
        assert f"written: {made[0]}" in screen.text
        assert made[0].suffix == f".{suffix}"
        text = made[0].read_text()
        assert {"csv": "time,pid,", "json": "[", "svg": "<svg"}[suffix] in text
        if suffix == "json":
            assert len(json.loads(text)) == 24
        assert "Export as" not in text


async def test_an_export_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("HOME", str(gone))
    gone.rmdir()
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        await screen.press("e", *"csv", "enter")
        assert "cannot write ebtop-" in screen.text


async def test_a_burst_of_keys_leaves_a_menu_once() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("colon", *"help", "enter", "enter", "escape", "escape")
        assert screen.app.is_running
        await screen.press("e", "escape", "escape", "colon", "escape", "escape")
        assert screen.app.is_running


async def test_a_wrong_filter_is_not_accepted() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("f", *"user:root", "space", *"pid:x", "enter")
        assert "is not a process id" in screen.text
        assert "filter: user:root pid:x" in screen.text
        await screen.press("escape")
        assert "no filter" in screen.text


@pytest.mark.parametrize(("key", "page"), [("colon", "#menu-page"), ("h", "#help-page"), ("w", "#findings-page")])
async def test_a_click_beside_a_page_closes_it(key: str, page: str) -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.press(key)
        assert await screen.pilot.click(page, offset=(0, 0))
        assert len(screen.app.screen_stack) == 2
        await screen.pilot.click(offset=(0, 39))
        assert len(screen.app.screen_stack) == 1


async def test_a_click_on_a_choice_chooses_it() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.press("colon", *"hold")
        await screen.pilot.click("#menu-page", offset=(20, 2))
        await screen.pilot.pause()
        assert "PAUSED" in screen.text
