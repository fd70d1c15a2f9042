"""A screen with pages on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.tui.fakes import Machine
from tests.tui.screen import Screen, running
from tui.actions.opening import Opening
from tui.pages.sections import Rest
from tui.pages.subject_page import SubjectPage
from tui.subject import Cell, File, Subject
from tui.widgets.glyphs import UNICODE, Glyphs

HOSTS = File("/etc/hosts")


class Pages:
    """A screen with a page on it, and the filters that were asked for."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.only: list[Cell] = []
        self.opening = Opening(screen.app, self.only.append)

    async def open(self, subject: Subject) -> bool:
        opened = self.opening.open_subject(subject)
        await self.screen.press()
        return opened

    async def show(self) -> None:
        """What the app does with each tick."""
        self.screen.app.show()
        await self.screen.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await self.screen.pilot.pause()
                await asyncio.sleep(0.005)

    @property
    def text(self) -> str:
        return self.screen.text

    @property
    def title(self) -> str:
        """The upper edge of the page."""
        return next(line for line in self.screen.lines if line.startswith((UNICODE.focus_corners[0], "+")))

    @property
    def selected(self) -> Subject | Rest | None:
        return self.screen.app.screen.query_one(SubjectPage).subject

    @property
    def there(self) -> bool:
        return self.screen.app.page is not None


@asynccontextmanager
async def pages(
    size: tuple[int, int] = (120, 40), *, live: bool = False, glyphs: Glyphs = UNICODE
) -> AsyncIterator[Pages]:
    async with running(size, live=live, glyphs=glyphs, machine=Machine(20)) as screen:
        await screen.ticks(12)
        yield Pages(screen)
