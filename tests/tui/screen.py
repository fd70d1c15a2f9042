"""The app on a terminal that does not exist, and what stands on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tests.tui.fakes import FakeSource, Machine
from tui.app import Ebtop
from tui.settings.settings import Settings
from tui.settings.setup import Setup
from tui.source import Source
from tui.widgets.glyphs import UNICODE, Glyphs

Own = Mapping[str, tuple[str, ...]]
"""Keys that a user gave to commands."""


def make_app(  # noqa: PLR0913
    source: Source,
    *,
    chosen: str = "dark",
    glyphs: Glyphs = UNICODE,
    cost: Callable[[], float] = lambda: 0.008,
    own: Own | None = None,
    text: str = "",
) -> Ebtop:
    """An app whose own cost is always the same, or what `cost` tells."""
    return Ebtop(source, Setup(Settings(keymap=own or {}), theme=chosen, filter=text), glyphs, cost)


class Screen:
    """A running app, its source, its machine."""

    def __init__(self, app: Ebtop, source: FakeSource, pilot: Pilot[None], machine: Machine) -> None:
        self.app, self.source, self.pilot, self.machine = app, source, pilot, machine

    async def ticks(self, count: int = 1, text: str = "") -> None:
        """Let seconds pass."""
        for _ in range(count):
            self.source.give(self.machine.tick(text))
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, and let what they ask for happen: first its messages, then the layout they change."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What is on the screen, line by line."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines)

    def line(self, part: str) -> str:
        """The first line that has this in it."""
        return next(line for line in self.lines if part in line)


@asynccontextmanager
async def running(
    size: tuple[int, int] = (120, 40),
    *,
    live: bool = True,
    glyphs: Glyphs = UNICODE,
    machine: Machine | None = None,
    own: Own | None = None,
) -> AsyncIterator[Screen]:
    """A screen of that size over a fake source, and the machine whose ticks it shows."""
    source = FakeSource(live=live)
    app = make_app(source, glyphs=glyphs, own=own)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Screen(app, source, pilot, machine or Machine())
