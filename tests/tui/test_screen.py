"""The screen as a whole: its panes, the probes that they turn on and off, and what finds room at any size."""

from __future__ import annotations

import msgspec
import pytest

from probes.controls import SetInterval, Toggle
from probes.snapshot import ProbeTick, Snapshot, State
from tests.tui.fakes import FakeSource, Machine
from tests.tui.screen import Screen, make_app, running

SIZES = [(80, 24), (120, 40), (200, 50)]


def with_state(tick: Snapshot, at: int, state: State, message: str = "") -> Snapshot:
    probes = list(tick.probes)
    probes[at] = ProbeTick(probes[at].id, state, message=message)
    return msgspec.structs.replace(tick, probes=tuple(probes))


@pytest.mark.parametrize("size", SIZES)
async def test_all_three_panes_are_useful(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await screen.ticks(3)
        for part in ("1 Exec", "2 Open", "3 Block", "web-17", "nvme0n1", "p99", "ARGUMENTS", "PATH", "collector 0.4%"):
            assert part in screen.text
        assert sum("!ENOENT" in line for line in screen.lines) > 0
        assert all(len(line) == size[0] for line in screen.lines)


async def test_before_the_first_tick_it_says_what_it_is_doing() -> None:
    async with running() as screen:
        assert "waiting for the first tick" in screen.text
        assert "compiling: which programs are started" in screen.text


async def test_what_the_screen_costs_is_told_from_tick_to_tick_whatever_is_drawn_in_between() -> None:
    source, machine, shares = FakeSource(), Machine(), iter((0.25, 0.5, 0.75))
    app = make_app(source, cost=lambda: next(shares))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = Screen(app, source, pilot, machine)
        await screen.ticks(1)
        assert "ui 25" in screen.text
        await screen.press("space", "space", "y")
        assert "ui 25" in screen.text
        await screen.ticks(1)
        assert "ui 50" in screen.text


async def test_a_digit_asks_the_collector_and_the_pane_says_off() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("1")
        assert screen.source.sent == [Toggle("exec", False)]
        assert "turning off" in screen.text
        screen.source.give(with_state(screen.machine.tick(), 0, "off"))
        await screen.pilot.pause()
        assert "off: press 1 to turn it on" in screen.text
        await screen.press("1")
        assert screen.source.sent[-1] == Toggle("exec", True)


async def test_pressed_twice_at_once_it_is_as_it_was() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.press("1", "1")
        assert screen.source.sent == [Toggle("exec", False), Toggle("exec", True)]


async def test_a_pane_that_stands_still_says_that_its_probe_is_turning_until_it_has() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("space", "1")
        assert "turning off" in screen.line("1 Exec")
        screen.source.give(with_state(screen.machine.tick(), 0, "off"))
        await screen.pilot.pause()
        assert "seen" in screen.line("1 Exec")
        await screen.press("1")
        assert "turning on" in screen.line("1 Exec")
        await screen.ticks(1)
        assert "turning" not in screen.text
        await screen.press("space")
        assert "turning" not in screen.text


async def test_a_click_on_the_name_toggles_too() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.pilot.click("#pane-2", offset=(4, 0))
        await screen.pilot.pause()
        assert screen.source.sent == [Toggle("open", False)]


async def test_a_probe_that_failed_says_why_in_its_pane_and_the_others_go_on() -> None:
    async with running() as screen:
        await screen.ticks(1)
        why = "no tracepoint syscalls/sys_enter_openat [/etc]\nremedy: mount tracefs"
        screen.source.give(with_state(screen.machine.tick(), 1, "failed", why))
        await screen.pilot.pause()
        assert "! no tracepoint syscalls/sys_enter_openat [/etc]" in screen.text
        assert "remedy: mount tracefs" in screen.text
        assert " 4023 " in screen.text
        await screen.press("2")
        assert screen.source.sent == [Toggle("open", True)]


async def test_zoom_shows_one_pane_and_tab_goes_on_to_the_next() -> None:
    async with running((80, 24)) as screen:
        await screen.ticks(2)
        await screen.press("z")
        assert ("1 Exec ━" in screen.text, "2 Open ─" in screen.text) == (True, False)
        await screen.press("tab")
        assert ("1 Exec ─" in screen.text, "2 Open ━" in screen.text) == (False, True)
        await screen.press("shift+tab", "z")
        assert "1 Exec ━" in screen.text
        assert "3 Block I/O ─" in screen.text


async def test_focus_is_seen_by_the_frame() -> None:
    async with running() as screen:
        await screen.ticks(1)
        assert screen.line("1 Exec").startswith("┏")
        await screen.press("tab")
        assert screen.line("1 Exec").startswith("╭")
        assert screen.line("2 Open").startswith("┏")
        await screen.pilot.click("#pane-1", offset=(30, 5))
        await screen.pilot.pause()
        assert screen.line("1 Exec").startswith("┏")


async def test_intervals_go_up_and_down_and_stop_at_their_ends() -> None:
    async with running() as screen:
        await screen.ticks(1)
        await screen.press("plus", "minus", "minus", *["plus"] * 9)
        asked = [control.seconds for control in screen.source.sent if isinstance(control, SetInterval)]
        assert asked == [0.5, 1.0, 2.0, 1.0, 0.5, 0.2, 0.1]
        assert "every 0.1s" in screen.text


async def test_it_is_right_while_resizing() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(3)
        for size in [(80, 24), (20, 5), (1, 1), (109, 29), (110, 30), (300, 90), (80, 24)]:
            await screen.pilot.resize_terminal(*size)
            await screen.ticks(1)
            assert len(screen.lines) == size[1]
            assert all(len(line) == size[0] for line in screen.lines)
        assert "3 Block" in screen.text


async def test_what_has_no_room_is_left_out_whole() -> None:
    async with running((80, 24)) as screen:
        screen.source.give(screen.machine.tick(lost=21))
        screen.app.say("x" * 76)
        await screen.pilot.pause()
        assert screen.lines[1].split() == ["x" * 76]
        screen.app.say("")
        await screen.pilot.pause()
        assert "LOST" in screen.lines[1]
        for key, told in (("f", "Tab completes"), ("slash", "Enter goes there"), ("at", "14:03:20")):
            await screen.press(key)
            assert told in screen.lines[-2]
            assert "…" not in screen.lines[-2]
            await screen.press("escape")


async def test_losses_and_merged_ticks_are_badges() -> None:
    async with running() as screen:
        await screen.ticks(1)
        assert "lost 0" in screen.text
        screen.source.give(screen.machine.tick(lost=21, merged=3))
        await screen.pilot.pause()
        assert "LOST 42" in screen.text
        assert "merged 3 ticks" in screen.text
        assert "!lost 21" in screen.text


async def test_in_a_replay_digits_hide_panes_and_nothing_is_asked() -> None:
    async with running(live=False) as screen:
        await screen.ticks(2)
        assert "REPLAY" in screen.text
        await screen.press("1", "plus")
        assert "1 Exec ─" not in screen.text
        assert "2 Open" in screen.text
        await screen.press("1")
        assert "seen 104" in screen.line("1 Exec")


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (12, 5)])
async def test_where_all_panes_are_hidden_the_keys_that_bring_them_back_are_said(size: tuple[int, int]) -> None:
    async with running(size, live=False) as screen:
        await screen.ticks(2)
        assert "all panes" not in screen.text
        await screen.press("1", "2", "3")
        assert "all panes" in screen.text
        if size[0] > 12:
            assert "all panes are hidden: 1 exec  2 open  3 block" in screen.text
        await screen.press("T", "2")
        assert "all panes" not in screen.text
        assert size[0] == 12 or "2 Open" in screen.text
