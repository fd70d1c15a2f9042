"""Which rows of a table are on the screen, and how far it is scrolled. Rows are told by their places."""

from __future__ import annotations


class Viewport:
    """count    rows that there are
    follows  new rows come at the end, and one wants to see those until one moves away
    away     one has moved away
    room     rows that are on the screen at once, each of `tall` lines
    before   lines above the first of them
    """

    def __init__(self) -> None:
        self.count = 0
        self.follows = self.away = False
        self.room = self.tall = 1
        self.before = 0
        self.top = 0

    def lay_out(self, height: int, before: int, tall: int) -> None:
        """There are so many lines for rows, below so many others."""
        self.before, self.tall = before, tall
        self.room = max(height // tall, 1)

    @property
    def following(self) -> bool:
        """Whether the newest row is to be seen, and stays so."""
        return self.follows and not self.away

    @property
    def first(self) -> int:
        """The first row that is to be seen."""
        last = max(self.count - self.room, 0)
        return last if self.following else max(min(self.top, last), 0)

    @property
    def shown(self) -> range:
        """Those that are to be seen."""
        return range(self.first, min(self.first + self.room, self.count))

    @property
    def below(self) -> int:
        """How many there are below those."""
        return max(self.count - self.first - self.room, 0)

    def scroll_to(self, top: int) -> None:
        """Let that row be the first, if there are enough below it."""
        self.top = max(min(top, self.count - self.room), 0)

    def reveal(self, place: int) -> None:
        """Scroll no further than that row is seen."""
        self.scroll_to(min(max(self.first, place - self.room + 1), place))

    def at(self, y: int) -> int | None:
        """The row on that line; None where there is none."""
        place = self.first + (y - self.before) // self.tall
        return place if y >= self.before and place in self.shown else None

    def thumb(self, height: int) -> range:
        """Lines beside which a scroll bar of that height has its thumb."""
        if self.count <= self.room or height <= self.before + 1:
            return range(0)
        size = max(1, self.room**2 // self.count)
        start = self.before + round((self.room - size) * self.first / (self.count - self.room))
        return range(start, start + size)
