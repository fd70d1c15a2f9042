"""A widget that draws all its lines itself, and repaints only those that changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.line import Look, blank


class Painted(Strip):
    """A line as Textual gets it. One that is cut nowhere would remember itself: a cycle, hundreds of objects a line."""

    __slots__ = ()

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """See Strip."""
        cuts = list(cuts)
        return [self] if cuts == [self.cell_length] else super().divide(cuts)


class Canvas(Widget):
    """Subclasses draw; `redraw()` tells the terminal what is new.

    Textual's cache of styles is passed by: it would cost more than the drawing. So every segment has its background,
    and the look must know what the terminal can show, NO_COLOR among it: no filter of the app comes after it.
    """

    ALLOW_SELECT = False

    def __init__(self, look: Look, id: str | None = None) -> None:
        super().__init__(id=id)
        self._look = look
        self._strips: list[Strip] = []
        self._drawn = Size(-1, -1)

    @abstractmethod
    def draw(self, width: int, height: int) -> list[Strip]:
        """The lines, from the top; missing ones stay blank."""

    @property
    def look(self) -> Look:
        """How it is drawn; a new look repaints it."""
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        self.forget()

    def forget(self) -> None:
        """Nothing drawn before fits: draw again once it is painted, in whatever size it has then."""
        self._drawn = Size(-1, -1)
        self.refresh()

    def redraw(self) -> None:
        """Draw again and repaint the lines that changed."""
        if self.size != self._drawn:
            self.forget()
            return
        old, new = self._strips, self._paint(self.size)
        changed = [y for y, strip in enumerate(new) if list(strip) != list(old[y])]
        if changed:
            self._strips = new
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_lines(self, crop: Region) -> list[Strip]:
        """See Widget."""
        if self.size != self._drawn:
            self._strips, self._drawn = self._paint(self.size), self.size
        cropped = [strip.crop(crop.x, crop.right) for strip in self._strips[crop.y : crop.bottom]]
        return [Painted(strip, strip.cell_length) for strip in cropped]

    def _paint(self, size: Size) -> list[Strip]:
        strips = self.draw(size.width, size.height)[: size.height]
        strips += [blank(self.look, size.width)] * (size.height - len(strips))
        return strips
