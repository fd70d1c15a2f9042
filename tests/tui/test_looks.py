"""How the screen looks: its themes, without colours or Unicode, and with hostile names on it."""

from __future__ import annotations

import msgspec
import pytest

from probes.snapshot import ProbeTick
from tests.tui.fakes import FakeSource, Machine, exec_row
from tests.tui.screen import make_app, running
from tui.widgets.glyphs import ASCII


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
