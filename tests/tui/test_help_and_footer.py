"""The help and the footer tell the keys, and a click on one does what it does."""

from __future__ import annotations

from tests.tui.screen import running
from tui import keys


async def test_help_lists_every_command_and_closes() -> None:
    async with running((200, 50)) as screen:
        await screen.press("question_mark")
        seen = screen.text
        for _ in range(3):
            await screen.press("pagedown")
            seen += screen.text
        for command in keys.COMMANDS:
            assert command.help[:40] in seen or keys.told(command)[:40] in seen
        assert "seen = shown + over budget + filtered + lost" in screen.text
        await screen.press("q")
        assert "ebtop" in screen.text
        assert "Help:" not in screen.text


async def test_a_click_on_a_command_in_the_help_does_it() -> None:
    async with running((80, 24)) as screen:
        await screen.ticks(1)
        await screen.press("question_mark")
        while "Hold the view" not in screen.text:
            await screen.press("pagedown")
        y = next(y for y, line in enumerate(screen.lines) if "Hold the view" in line)
        await screen.pilot.click("#help-page", offset=(30, y))
        await screen.press()
        assert "Help:" not in screen.text
        assert "PAUSED" in screen.text


async def test_a_click_in_the_footer_does_what_its_key_does() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.pilot.click("#footer", offset=(screen.lines[-1].index("pause"), 0))
        await screen.pilot.pause()
        assert "PAUSED" in screen.text


async def test_the_footer_tells_what_is_of_use_where_the_focus_is() -> None:
    async with running((80, 24)) as screen:
        await screen.ticks(2)
        assert "Space pause  Enter process" in screen.lines[-1]
        await screen.press("tab", *["right"] * 9)
        assert "Enter file" in screen.lines[-1]
        await screen.press("space")
        assert "Space live  [ ] step  @ time" in screen.lines[-1]
        await screen.press("left_square_bracket")
        assert "Left Right step  PgUp PgDn jump  g G ends  L live" in screen.lines[-1]
        await screen.press("L", "tab")
        assert "Enter disk  v view  d stage  o op" in screen.lines[-1]


async def test_of_two_keys_in_the_footer_each_is_clicked() -> None:
    async with running((80, 24)) as screen:
        await screen.ticks(4)
        await screen.press("space")
        times = []
        for key in ("[ ", "[ ", "] step"):
            at = screen.lines[-1].index("[ ]") + "[ ]".index(key[0])
            await screen.pilot.click("#footer", offset=(at, 0))
            await screen.press("shift+tab")
            times.append(screen.line("PAUSED").partition("PAUSED ")[2][:8])
        assert times[0] == times[2] > times[1]
