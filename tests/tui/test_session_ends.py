"""A session that falls silent, ends or breaks says so, and keeps what was seen."""

from __future__ import annotations

import pytest

from tests.tui.fakes import FakeSource
from tests.tui.screen import make_app, running
from tui.silence import Silence


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
