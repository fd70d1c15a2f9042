"""The screen, key by key and click by click."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from textual import events

from probes.controls import SetFilter, SetInterval, Toggle
from probes.snapshot import ProbeTick, Snapshot, State
from tests.tui.fakes import FakeSource, Machine, exec_row
from tests.tui.screen import Screen, make_app, running
from tui import keys
from tui.actions import filtering
from tui.silence import Silence
from tui.widgets.glyphs import ASCII

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


@pytest.mark.alone
async def test_a_filter_works_while_it_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "SETTLE_S", 2.0)  # however slowly the keys come here
    async with running() as screen:
        await screen.ticks(5)
        await screen.press("f", *"user:root")
        assert len(screen.app.history.view.probes[0].log) == 30
        assert "filter user:root" in screen.text
        assert "www-data" not in screen.text
        async with asyncio.timeout(10):
            await screen.source.asked.wait()
            assert [sent for sent in screen.source.sent if isinstance(sent, SetFilter)] == [SetFilter("user:root")]
            await screen.press("enter", "F")
            while "no filter" not in screen.text:
                await screen.pilot.pause()
        assert len(screen.app.history.view.probes[0].log) == 60


async def test_keys_that_come_at_once_keep_their_order() -> None:
    async with running() as screen:
        await screen.ticks(2)
        for key in ("f", *"comm:q", "enter", "2"):
            screen.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert screen.app.is_running
        assert "filter comm:q " in screen.text
        assert Toggle("open", False) in screen.source.sent


async def test_a_wrong_filter_is_told_at_its_place_and_the_last_good_one_holds() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("f", *"user:root", "space", '"')
        complaint = screen.line("a quote is not closed")
        typed = screen.line("filter: ")
        assert complaint.index("▲") == typed.index('"')
        assert len(screen.app.history.view.probes[0].log) == 12


async def test_escape_takes_the_filter_back() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("f", *"user:root", "enter", "f", *"x", "escape")
        assert "filter user:root" in screen.text
        await screen.press("q")
    assert screen.app.outcome == ("", 0)


@pytest.mark.alone
async def test_while_typing_no_key_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "SETTLE_S", 60.0)
    async with running() as screen:
        await screen.ticks(1)
        await screen.press("f", "q", "1", "space", "z", "question_mark", "tab")
        assert screen.source.sent == []
        assert "filter: q1 z?" in screen.line("filter: q").replace("  ", " ")


async def test_a_session_that_began_with_a_filter_shows_it() -> None:
    async with running() as screen:
        await screen.ticks(1, "comm:ng")
        assert "filter comm:ng" in screen.text
        assert len(screen.app.history.view.probes[0].log) == 12


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


async def test_themes_go_round() -> None:
    async with running() as screen:
        await screen.ticks(1)
        seen = []
        for _ in range(3):
            await screen.press("T")
            style = next(iter(screen.app._frame.header.render_lines(screen.app._frame.header.size.region)[0])).style
            assert style is not None
            seen.append((screen.app.theme, style.bgcolor.name if style.bgcolor else ""))
        assert seen == [("colour-blind", "#121212"), ("light", "#ffffff"), ("dark", "#121212")]


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


async def test_silence_is_told_until_something_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as screen:
        await screen.ticks(1)
        with monkeypatch.context() as silent:
            silent.setattr(Silence, "notice", lambda *_: "nothing has come for 9 s")
            screen.app._feed.listen()
        await screen.pilot.pause()
        assert "nothing has come for 9 s" in screen.text
        await screen.ticks(1)
        screen.app._feed.listen()
        await screen.pilot.pause()
        assert "nothing has come" not in screen.text


async def test_a_replay_that_ends_stays_on_the_screen() -> None:
    async with running(live=False) as screen:
        await screen.ticks(2)
        screen.source.sink.finished("")
        await screen.pilot.pause()
        assert "the recording ends here" in screen.text


KILLED = "the collector was killed: start ebtop again"


async def test_when_the_collector_goes_what_was_seen_stays_with_its_reason() -> None:
    async with running() as screen:
        await screen.ticks(1)
        screen.source.sink.ended(KILLED)
        await screen.pilot.pause()
        assert KILLED in screen.text
        asked = len(screen.source.sent)
        await screen.press("1", "plus", "k")
        assert "the collector is gone" in screen.text
        assert len(screen.source.sent) == asked
        await screen.press("q")
    assert screen.app.outcome == (KILLED, 1)
    assert screen.source.stopped


async def test_where_nothing_was_seen_the_screen_goes_with_the_collector() -> None:
    async with running() as screen:
        screen.source.sink.ended(KILLED)
    assert screen.app.outcome == (KILLED, 1)


async def test_a_bug_ends_it_with_one_line_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app(FakeSource())

    async def stumble() -> None:
        async with app.run_test() as pilot:
            app.call_later(lambda: 1 // 0)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await stumble()
    text, code = app.outcome
    assert code == 1
    assert "ZeroDivisionError" in text
    assert "\n" not in text
    assert "Traceback" not in "".join(capsys.readouterr())


async def test_hostile_names_reach_the_screen_only_written_out() -> None:
    async with running((200, 50)) as screen:
        tick = screen.machine.tick()
        evil = exec_row(0, tick.time)
        evil[3] = evil[5] = "\x1b]0;x\x07"
        evil[11] = ["[red]", "\x1b[2J", "\u202e", "\x9bm"]
        part = ProbeTick("exec", "on", rows=[evil])
        screen.source.give(msgspec.structs.replace(tick, probes=(part, *tick.probes[1:])))
        await screen.pilot.pause()
        for character in "\x1b\x07\x9b\u202e":
            assert character not in screen.text
        assert "[red]" in screen.text
        assert "\\x1b[2J" in screen.text


async def test_without_unicode_everything_is_ascii() -> None:
    async with running((120, 40), glyphs=ASCII) as screen:
        await screen.ticks(3)
        assert screen.text.isascii()


async def test_no_color_leaves_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running() as screen:
        await screen.ticks(2)
        for strip in screen.app.screen._compositor.render_strips():
            for segment in strip:
                assert segment.style is None or (segment.style.color, segment.style.bgcolor) == (None, None)


async def test_the_light_theme_is_light_everywhere() -> None:
    source = FakeSource()
    app = make_app(source, chosen="light", glyphs=ASCII)
    theme = app.current_theme
    loud = {"#875f00", "#af0000", "#000000"}
    async with app.run_test(size=(120, 40)) as pilot:
        source.give(*(Machine().tick() for _ in range(3)))
        for keys in ("", "?", "escape", ":", "escape", "f", "escape", "w", "escape", "enter", "escape", "[", "e"):
            await pilot.press(*[keys] if keys else [])
            await pilot.pause()
            await pilot.pause()
            for segment in (one for strip in app.screen._compositor.render_strips() for one in strip):
                assert segment.style is not None
                ground = segment.style.color if segment.style.reverse else segment.style.bgcolor
                assert ground is not None, (keys, segment)
                assert sum(ground.get_truecolor()) > 500 or ground.name in loud, (keys, segment)
    assert not theme.dark
