"""Tables of many rows: what is made of all of them is made while keys are heard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.tui.fakes import Machine
from tests.tui.screen import Screen, running
from tui.panes.log_pane import LogPane
from tui.panes.table import memory
from tui.wanted import Wanted
from tui.widgets.canvas import Canvas

MANY = 3 * memory.LEAST


@contextmanager
def slow_slices(screen: Screen) -> Iterator[LogPane]:
    """As on a machine that makes nothing of more rows than it has to."""
    pane = screen.app.pane
    assert isinstance(pane, LogPane)
    pane._memory._slice_s = 0
    yield pane


async def caught_up(screen: Screen, pane: LogPane) -> None:
    async with asyncio.timeout(10):
        while not pane.searched:
            await screen.pilot.pause(0.01)
    await screen.pilot.pause()


async def test_what_is_found_is_counted_while_one_types() -> None:
    async with running(machine=Machine(rows=MANY)) as screen:
        await screen.ticks(1)
        with slow_slices(screen) as pane:
            await screen.press("slash")
            screen.app._frame.prompt.press("4", "4")
            assert screen.app._dispatch._searching._note() == f"{memory.LEAST}+ found"
            await caught_up(screen, pane)
            assert f"{MANY} found" in screen.text


@pytest.mark.parametrize(("keys", "told"), [(["slash", "4", "0"], "{} found"), (["f"], "{} rows")])
async def test_what_is_told_while_one_types_is_of_now(keys: list[str], told: str) -> None:
    async with running(machine=Machine(rows=5)) as screen:
        await screen.ticks(1)
        await screen.press(*keys)
        for rows in (5, 10, 15):
            assert told.format(rows) in screen.text
            await screen.ticks(1)


async def test_one_goes_to_what_is_found_however_far_it_was_looked() -> None:
    async with running(machine=Machine(rows=MANY)) as screen:
        await screen.ticks(1)
        with slow_slices(screen) as pane:
            screen.app._dispatch._searching._look_for(Wanted("4000"))
            assert pane.find(0)
            assert pane.grid is not None
            assert pane.grid.key == 0


async def test_groups_are_of_the_newest_rows_and_then_of_all() -> None:
    async with running(machine=Machine(rows=MANY)) as screen:
        await screen.ticks(1)
        with slow_slices(screen) as pane:
            pane.act("view")
            assert f"of the newest {memory.LEAST} rows kept" in str(pane.summary())
            await caught_up(screen, pane)
            assert f"of the {MANY} rows kept" in str(pane.summary())


@pytest.mark.parametrize("key", ["left_square_bracket", "f", "slash"])
async def test_where_a_line_takes_room_each_pane_is_drawn_once(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str | None] = []
    paint = Canvas._paint

    def noted(self: Canvas, size: object) -> object:
        drawn.append(self.id)
        return paint(self, size)  # type: ignore[arg-type]

    async with running(machine=Machine(rows=20)) as screen:
        await screen.ticks(2)
        monkeypatch.setattr(Canvas, "_paint", noted)
        await screen.press(key)
        assert [drawn.count(f"pane-{number}") for number in (1, 2, 3)] == [1, 1, 1]
