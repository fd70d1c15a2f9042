"""Pause and go back, key by key: one cursor for all panes, the time line, going to a time."""

from __future__ import annotations

import pytest

from tests.tui.fakes import Machine
from tests.tui.raid import raid_tick
from tests.tui.screen import Screen, running
from tui.widgets.glyphs import ASCII
from tui.widgets.time_line import TimeLine

SIZES = [(80, 24), (200, 50)]


def time_line(screen: Screen) -> str:
    """The line above the footer."""
    return screen.lines[-2]


def on_time_line(screen: Screen) -> bool:
    return isinstance(screen.app.focused, TimeLine)


@pytest.mark.parametrize("size", SIZES)
async def test_a_tick_back_holds_all_panes_and_gives_the_time_line_the_focus(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await screen.ticks(5)
        assert "4059" in screen.text
        assert "ago" not in time_line(screen)
        await screen.press("left_square_bracket")
        assert "PAUSED 15:06:44" in screen.text
        assert "4059" not in screen.text
        assert "4047" in screen.text
        assert "seen 208" in screen.line("1 Exec") or "208" in screen.text
        assert "15:06:44" in time_line(screen)
        assert "1s ago" in time_line(screen)
        assert "-5s" in time_line(screen)
        assert "+1,216 since" in screen.text
        assert on_time_line(screen)
        assert all(len(line) == size[0] for line in screen.lines)


async def test_keys_of_the_time_line_move_and_all_others_act_on_the_pane_that_had_the_focus() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(40)
        await screen.press("tab", "left_square_bracket")
        for keys, expected in (
            (("left",), 37), (("right",), 38), (("pageup",), 34), (("pagedown",), 38), (("g",), 0), (("left",), 0),
            (("G",), 39), (("home",), 0), (("end",), 39), (("right",), 39), (("left_square_bracket",), 38),
            (("right_square_bracket",), 39),
        ):  # fmt: skip
            await screen.press(*keys)
            assert screen.app.history.cursor == expected, keys
        assert on_time_line(screen)
        before = screen.app.pane
        await screen.press("k", "k")
        assert screen.app.pane is before
        assert "G to follow" in screen.line("2 Open")
        await screen.press("z")
        assert "1 Exec" not in screen.text
        await screen.press("z", "shift+tab")
        assert screen.app.focused is before
        assert screen.app.history.paused


async def test_tab_goes_round_the_panes_and_the_time_line_while_there_is_one() -> None:
    async with running() as screen:
        await screen.ticks(3)
        await screen.press("tab", "tab", "tab")
        assert screen.app.focused is screen.app.panes[0]
        await screen.press("space", "tab", "tab", "tab")
        assert on_time_line(screen)
        await screen.press("tab")
        assert screen.app.focused is screen.app.panes[0]


@pytest.mark.parametrize("key", ["space", "L", "escape"])
async def test_back_to_now(key: str) -> None:
    async with running() as screen:
        await screen.ticks(5)
        await screen.press("left_square_bracket", "left")
        await screen.ticks(1)
        assert "PAUSED 15:06:43" in screen.text
        await screen.press(key)
        assert "PAUSED" not in screen.text
        assert "ago" not in screen.text
        assert screen.app.focused is screen.app.panes[0]
        assert "4071" in screen.text
        assert screen.source.paused == [True, False]


async def test_the_end_of_the_history_says_so() -> None:
    async with running() as screen:
        await screen.ticks(3)
        await screen.press("space", *["left_square_bracket"] * 4)
        assert "the history begins here" in screen.text
        assert screen.app.history.cursor == 0
        await screen.press("G")
        assert "the history begins here" not in screen.text


async def test_live_there_is_no_later_and_before_the_first_tick_nothing_to_hold() -> None:
    async with running() as screen:
        await screen.press("space", "left_square_bracket", "pageup")
        assert "PAUSED" not in screen.text
        await screen.ticks(2)
        await screen.press("right_square_bracket")
        assert "PAUSED" not in screen.text


async def test_a_click_on_the_time_line_goes_there() -> None:
    async with running() as screen:
        await screen.ticks(30)
        await screen.press("space")
        await screen.pilot.click("#time-line", offset=(6 + 10, 0))
        await screen.pilot.pause()
        assert screen.app.history.cursor == 10
        assert on_time_line(screen)


async def test_the_cursor_of_the_maps_is_that_of_all_panes() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(30)
        await screen.press("tab", "tab", "left", "left", "left")
        assert screen.app.history.cursor == 26
        assert "PAUSED 15:07:07" in screen.text
        assert "▲15:07:07" in screen.text or "15:07:07▲" in screen.text
        await screen.press("left_square_bracket")
        assert "15:07:06▲" in screen.text
        await screen.press("escape")
        assert "▲" not in screen.lines[-4]
        assert "PAUSED" not in screen.text


async def test_a_filter_works_in_the_past() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(5)
        await screen.press("left_square_bracket", "f", *"comm:grep", "enter")
        assert on_time_line(screen)
        assert screen.app.history.cursor == 3
        assert all("grep" in line for line in screen.lines[3:20] if " 40" in line[:24])
        await screen.press("left")
        assert "grep" in screen.text


async def test_findings_are_marked_and_told_as_they_were() -> None:
    async with running((120, 40), machine=Machine(rows=2, block=raid_tick)) as screen:
        await screen.ticks(30)
        await screen.press("left_square_bracket", "home")
        assert "slower than its siblings" not in screen.text
        assert "X" in time_line(screen)
        await screen.press("end")
        assert "slower than its siblings" in screen.text


@pytest.mark.parametrize(
    ("typed", "cursor"), [("-5s", 24), ("15:06:50", 9), ("15:06:50.", 29), ("-2m", 0), ("15:09", 29), ("+3s", 29)]
)
async def test_going_to_a_time(typed: str, cursor: int) -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(30)
        await screen.press("space", "at", *typed, "enter")
        assert screen.app.history.cursor == cursor


async def test_what_is_out_of_reach_and_what_is_wrong_is_said() -> None:
    async with running((120, 40)) as screen:
        await screen.ticks(30)
        await screen.press("at")
        assert "15:06:40 to 15:07:10" in screen.text
        await screen.press(*"15:61")
        mark = next(line for line in screen.lines if "there are 60 minutes" in line)
        assert mark.index("▲") == len(" go to: 15:")
        await screen.press("escape")
        assert not screen.app.history.paused
        await screen.press("at", *"-2m", "enter")
        assert "reaches back to 15:06:40" in screen.text
        await screen.press("at", *"15:30", "enter")
        assert "15:30:00 is yet to come" in screen.text


async def test_short_memory_is_said() -> None:
    async with running((80, 24), machine=Machine(rows=30)) as screen:
        screen.app.history.tape._most_bytes = 60_000
        await screen.ticks(40)
        await screen.press("left_square_bracket")
        assert "s: memory" in time_line(screen)


async def test_without_unicode_and_while_resizing() -> None:
    async with running((80, 24), glyphs=ASCII, machine=Machine(rows=2, block=raid_tick)) as screen:
        await screen.ticks(20)
        await screen.press("left_square_bracket")
        assert screen.text.isascii()
        assert "|" in time_line(screen)
        for size in [(20, 5), (1, 1), (200, 50), (80, 24)]:
            await screen.pilot.resize_terminal(*size)
            await screen.press("left")
            assert all(len(line) == size[0] for line in screen.lines)


async def test_turning_a_probe_on_and_off_means_the_present() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("space", "1")
        assert screen.source.sent


async def test_nothing_is_waited_for_in_the_past() -> None:
    async with running((120, 40), machine=Machine(rows=0)) as screen:
        await screen.ticks(3)
        assert screen.text.count("nothing yet: waiting") == 2
        await screen.press("left_square_bracket", "home")
        assert "waiting" not in screen.text
        assert screen.text.count("nothing yet") == 2
        await screen.press("tab", "tab", *"vvvv")
        assert "waiting" not in screen.text


async def test_one_row_is_one_row() -> None:
    async with running((120, 40), machine=Machine(rows=1)) as screen:
        await screen.ticks(1)
        await screen.press("f")
        assert "1 row " in screen.line("filter: ")
