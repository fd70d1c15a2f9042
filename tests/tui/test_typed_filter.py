"""A filter while it is typed: it works at once, and no key is a command."""

from __future__ import annotations

import asyncio

import pytest
from textual import events

from probes.controls import SetFilter, Toggle
from tests.tui.screen import running
from tui.actions import filtering


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
