"""The newest rows are followed until one scrolls away, and again when one asks for it."""

from __future__ import annotations

from textual import events

from tests.tui.screen import running


async def test_newest_is_at_the_bottom_and_followed() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(5)
        rows = [line for line in screen.lines if "15:0" in line]
        assert any(" 4059 " in line for line in rows)
        await screen.ticks(1)
        assert " 4071 " in screen.text
        assert "more below" not in screen.text


async def test_who_scrolls_away_stays_there_until_told_to_follow() -> None:
    async with running() as screen:
        await screen.ticks(5)
        await screen.press("k", "k")
        before = [line[:60] for line in screen.lines[3:17]]
        await screen.ticks(2)
        assert [line[:60] for line in screen.lines[3:17]] == before
        assert "24 more below, G to follow" in screen.text
        await screen.press("G")
        assert "more below" not in screen.text
        await screen.press("g")
        assert " 4000 " in screen.text


async def test_scrolling_to_the_end_follows_again() -> None:
    async with running() as screen:
        await screen.ticks(5)
        await screen.press("pageup")
        assert "more below" in screen.text
        await screen.press("pagedown", "pagedown")
        await screen.ticks(1)
        assert "more below" not in screen.text


async def test_a_click_on_the_notice_follows_again() -> None:
    async with running() as screen:
        await screen.ticks(5)
        await screen.press("g")
        await screen.pilot.click("#pane-1", offset=(screen.line("more below").index("more below"), 0))
        await screen.ticks(1)
        assert "more below" not in screen.text
        assert screen.source.sent == []


async def test_the_wheel_scrolls() -> None:
    async with running() as screen:
        await screen.ticks(5)
        await screen.pilot._post_mouse_events([events.MouseScrollUp], "#pane-1")
        await screen.pilot.pause()
        assert "3 more below" in screen.text


async def test_pause_holds_the_view_while_collecting_goes_on() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("space")
        assert "PAUSED" in screen.text
        before = screen.lines[2:-2]
        await screen.ticks(3)
        assert screen.lines[2:-2] == before
        await screen.press("space")
        assert "PAUSED" not in screen.text
        assert "seen 260" in screen.text
        assert screen.source.paused == [True, False]
