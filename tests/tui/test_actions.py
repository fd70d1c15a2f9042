"""What commands do, key by key: the palette, exports, the clipboard."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest
from textual import events

from tests.tui.screen import Screen, running
from tui import export
from tui.actions import evidence, filtering
from tui.keys import COMMANDS, PLACES, told
from tui.panes.pane import Pane
from tui.widgets.help import HelpPage
from tui.widgets.menu import MenuPage, matching


async def test_the_palette_finds_a_command_and_does_it() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.press("colon", *"hold")
        assert "Hold the view" in screen.text
        assert "Leave; every" not in screen.text
        await screen.press("enter")
        assert "PAUSED" in screen.text


FOCUSES = {"rows": "", "maps": "\t\t", "a list of disks": "\t\tvv", "the time line": "["}


@pytest.mark.parametrize("keys", FOCUSES.values(), ids=FOCUSES)
async def test_the_palette_finds_every_command_and_says_where_it_applies(keys: str) -> None:
    async with running() as screen:
        await screen.ticks(3)
        await screen.press(*("tab" if key == "\t" else key for key in keys), "colon")
        page = screen.app.screen.query_one(MenuPage)
        found = {choice.id: choice for choice in page.found}
        assert set(found) == {command.id for command in screen.app.keymap.commands} - {"palette"}
        assert all(
            told(command) == found[command.id].help for command in screen.app.keymap.commands if command.id in found
        )
        for command in screen.app.keymap.commands:
            assert command.id == "palette" or found[command.id] in matching(page.found, command.title)
            assert command.id == "palette" or found[command.id] in matching(page.found, told(command))


@pytest.mark.parametrize("keys", [FOCUSES["rows"], FOCUSES["a list of disks"]], ids=["rows", "a list of disks"])
async def test_what_applies_elsewhere_is_done_there(keys: str) -> None:
    async with running() as screen:
        await screen.ticks(3)
        app, done = screen.app, list[str]()
        places = [place for place in PLACES if place != "page"]  # there has to be one for that
        for place in places:
            for command in (command for command in COMMANDS if command.where == place):
                await screen.press(*("tab" if key == "\t" else key for key in keys))
                app.command("palette")
                await screen.pilot.pause()
                found = app.screen.query_one(MenuPage).found
                app.screen.dismiss(next(choice.id for choice in found if choice.id == command.id))
                await screen.press()
                assert app._focus.where[0] == place or (place == "table" and "table" in app._focus.where), command.id
                done.append(command.id)
                await screen.press("L", "escape", "escape")
                app.screen.set_focus(app.panes[0])
        assert done == [command.id for place in places for command in COMMANDS if command.where == place]


async def test_the_oldest_is_gone_to_from_a_pane() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(9)
        await screen.press("colon", *"oldest", "enter")
        assert screen.app.history.cursor == 0
        assert screen.app.focused is screen.app._frame.time_line
        await screen.press("colon", *"next", "space", *"operation", "enter")
        assert screen.app.pane is screen.app.panes[2]
        assert "read, " in screen.line("3 Block")
        assert screen.app.history.cursor == 0


async def test_where_no_rows_are_to_be_seen_the_palette_says_so() -> None:
    async with running(live=False) as screen:
        await screen.ticks(2)
        await screen.press("tab", "tab", "1", "2", "colon", *"invert", "enter")
        assert "there is nothing in rows to be seen" in screen.text


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


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program in the place of the one that draws pictures."""
    program = folder / "bin" / export.CONVERTER
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.chdir(folder)


def pictures(folder: Path) -> list[str]:
    """What is in those that were drawn."""
    return [drawn.read_text() for drawn in folder.glob("*.png")]


async def until(screen: Screen, part: str) -> None:
    """Wait until that is on the screen."""
    async with asyncio.timeout(10):
        while part not in screen.text:
            await screen.pilot.pause()


async def test_keys_are_heard_while_a_picture_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    stand_in(tmp_path, monkeypatch, f"read -r _ <{go}; cat")
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        await screen.press("e", *"png", "enter")
        await until(screen, "the picture is being drawn")
        await screen.press("space")
        await until(screen, "PAUSED")
        await screen.press("e", *"png", "enter")
        async with asyncio.timeout(10):
            await asyncio.to_thread(go.write_text, "\n")
        await until(screen, "written: ")
        assert [drawn[:5] for drawn in pictures(tmp_path)] == ["<svg "]


async def test_a_picture_that_cannot_be_drawn_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "exit 3")
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        await screen.press("e", *"png", "enter")
        await until(screen, f"{export.CONVERTER} failed (CalledProcessError): choose SVG")
        assert pictures(tmp_path) == []


async def test_a_picture_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "PICTURE_S", 0.05)
    stand_in(tmp_path, monkeypatch, "exec sleep 60")
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        await screen.press("e", *"png", "enter")
        await until(screen, f"{export.CONVERTER} failed (TimeoutError): choose SVG")


def test_who_leaves_while_a_picture_is_drawn_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "echo $$ >pid; exec sleep 60")
    written = tmp_path / "pid"

    async def begun_and_left() -> None:
        async with running((200, 50)) as screen:
            await screen.ticks(2)
            await screen.press("e", *"png", "enter")
            async with asyncio.timeout(10):
                while not written.exists() or not written.read_text():
                    await screen.pilot.pause()

    asyncio.run(begun_and_left())
    assert not Path("/proc", written.read_text().strip()).exists()


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


@pytest.mark.parametrize(
    ("keys", "focused", "seen"),
    [
        (("tab", "tab", "z"), "block", ["block"]),
        (("z", "tab", "tab"), "block", ["block"]),
        (("z", "tab", "z"), "open", ["exec", "open", "block"]),
        (("tab", "shift+tab", "z"), "exec", ["exec"]),
        (("d", "z"), "block", ["block"]),
        (("tab", "f", "x", "escape", "z"), "open", ["open"]),
    ],
)
async def test_keys_typed_at_once_mean_the_same(keys: tuple[str, ...], focused: str, seen: list[str]) -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        for key in keys:
            screen.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await screen.press()
        assert isinstance(screen.app.focused, Pane)
        assert screen.app.focused.view.info.id == focused
        assert [pane.view.info.id for pane in screen.app.panes if pane.display] == seen


async def test_a_page_moves_before_it_is_drawn_for_the_first_time() -> None:
    async with running((80, 24)) as screen:
        await screen.ticks(2)
        for key in ("question_mark", "down", "down", "escape", "colon", "down"):
            screen.app.post_message(events.Key(key, None))
        await screen.press()
        page = screen.app.screen.query_one(MenuPage)
        assert page.chosen == page.found[1].id
        assert "> " in screen.lines[screen.lines.index(screen.line("Commands:")) + 1]
        await screen.press("escape")
        screen.app.post_message(events.Key("question_mark", "?"))
        screen.app.post_message(events.Key("down", None))
        await screen.press()
        assert screen.app.screen.query_one(HelpPage)._top == 1


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


async def test_a_term_that_is_being_typed_does_not_take_the_filter_away() -> None:
    """A key is no word to look for before it is whole, and what is wrong leaves what was good in force."""
    async with running((120, 40)) as screen:
        await screen.ticks(3)
        await screen.press("f", *"user:root", "enter")
        rows = len(screen.app.history.view.probes[0].log)
        assert rows
        await screen.press("f", "space", *"user")
        assert screen.app._dispatch.filtering.now.text == "user:root"
        assert len(screen.app.history.view.probes[0].log) == rows
        await screen.press(*":nobody-of-that-name", *["backspace"] * 20, *"foo:bar")
        assert screen.app._dispatch.filtering.now.text == "user:root"
        await screen.press("escape", "f", "space", *"pid", "enter")
        assert screen.app._dispatch.filtering.now.text == "user:root pid"


async def test_the_line_of_a_filter_names_what_the_kernel_does_not_test() -> None:
    async with running((120, 40)) as screen:
        await screen.ticks(3)
        await screen.press("f", *"user:root", "space", *"path:/etc")
        assert "1 of 2 in the kernel  not path:/etc" in screen.text
        await screen.press(*["backspace"] * 10)
        assert "in the kernel" in screen.text
        assert "not path" not in screen.text


async def test_the_line_of_a_filter_tells_the_share_of_the_kernel_beside_what_the_pane_has_nothing_of() -> None:
    async with running((160, 40)) as screen:
        await screen.ticks(3)
        await screen.press("f", *"comm:true !lat>5ms path:/etc op:read")
        note = screen.app._dispatch.filtering._note()
        assert note.endswith("no !lat>5ms op:read in Exec  1 of 2 in the kernel  not path:/etc")
        await screen.press(*" disk:vdb,vdc")
        assert "no !lat>5ms op:read disk... in Exec" in screen.app._dispatch.filtering._note()


async def test_while_rows_are_tested_the_count_says_that_there_may_be_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "SLICE_S", 0)  # a row at a time
    async with running((120, 40)) as screen:
        await screen.ticks(3)
        await screen.press("f")
        screen.app._frame.prompt.press("4", "4")  # without what comes after it
        assert screen.app._dispatch.filtering._note().startswith("0+ rows")
        await screen.press("backspace")
        screen.app._frame.prompt.press("n", "n")
        assert "+ row" in screen.app._dispatch.filtering._note()
        logs = [probe.log for probe in screen.app.history.view.probes]
        async with asyncio.timeout(10):
            while not all(log.sifted for log in logs):
                await screen.pilot.pause(0.01)
        await screen.pilot.pause()
        assert f" {len(logs[0])} rows" in screen.line("filter: n")
