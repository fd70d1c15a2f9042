"""A page over everything else: framed, it scrolls, and Esc closes it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual import events
from textual.strip import Strip

from tui import text as safe_text
from tui.keys import Keymap, Where
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look, blank
from tui.widgets.overlay import Overlay

FRAME = 4
"""Cells that the frame takes with the blanks within it; it takes two lines."""

FAR = 10_000
"""Lines, more than there are."""
ON_ANY: Mapping[str, str] = {"escape": "back", "ctrl+c": "quit", "space": "page-down"}
"""Commands of keys that pages have wherever one comes from, unless a user has them for something else here."""


class Lines(Sequence[Strip]):
    """So many lines, each made when it is looked at: for what is long, and quickly told how long."""

    def __init__(self, count: int, make: Callable[[int], Strip]) -> None:
        self._count = count
        self._make: Callable[[int], Strip] = make

    def __getitem__(self, at: int) -> Strip:  # type: ignore[override]
        return self._make(at)

    def __len__(self) -> int:
        return self._count


class Page(Canvas, can_focus=True):
    """Subclasses know what is on it. `hint` stands on the lower edge: which keys there are, as far as they fit."""

    hint = ""

    def __init__(self, look: Look, id: str, title: str) -> None:
        super().__init__(look, id=id)
        self._title = title
        self._top = 0
        self._most = FAR

    @abstractmethod
    def content(self, width: int) -> Sequence[Strip]:
        """All its lines, however many."""

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        lines = self.content(max(width - FRAME, 1))
        self._most = max(len(lines) - height + 2, 0)
        self._top = min(self._top, self._most)
        shown = [lines[at] for at in range(self._top, min(self._top + height - 2, len(lines)))]
        shown += [blank(self.look, max(width - FRAME, 1))] * (height - 2 - len(shown))
        side = self.look.glyphs.focus_down
        framed = [
            Line(self.look, width).put(f"{side} ", "focus").join(line).put(f" {side}", "focus").strip()
            for line in shown
        ]
        hint = f" {safe_text.whole(self.hint, width - FRAME - 2)} " if self.hint else ""
        return [self._edge(0, f" {self._title} ", width), *framed, self._edge(2, hint, width)]

    def _edge(self, corner: int, title: str, width: int) -> Strip:
        glyphs = self.look.glyphs
        line = Line(self.look, width, "focus").put(glyphs.focus_corners[corner]).put(title)
        return line.pad(width - 1, "focus", glyphs.focus_across).put(glyphs.focus_corners[corner + 1]).strip()

    def line_at(self, y: int) -> int:
        """Index of the line of the content that is at `y` of the widget; -1 for the frame."""
        return self._top + y - 1 if 0 < y < self.size.height - 1 else -1

    def scroll_lines(self, lines: int) -> None:
        """Move by lines."""
        self._top = max(min(self._top + lines, self._most), 0)
        self.redraw()

    def reveal(self, line: int) -> None:
        """Move so that a line of the content is to be seen."""
        if self.size.height:  # else it has not been laid out yet, and its beginning is to be seen
            self._top = max(min(self._top, line), line - max(self.size.height - 3, 0))

    def scroll_pages(self, pages: int) -> None:
        """Move by what is visible."""
        self.scroll_lines(pages * max(self.size.height - 4, 1))

    def on_mouse_scroll_down(self, _event: events.MouseScrollDown) -> None:
        """The wheel."""
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, _event: events.MouseScrollUp) -> None:
        """The wheel."""
        self.scroll_lines(-3)


class PageScreen(Overlay[Page]):
    """The screen of a page. Its result is empty when it was closed by a key, or by a click beside the page.

    opened_by  the command whose keys close it again
    where      which commands are known besides those that are anywhere, see `tui.keys`
    """

    opened_by: ClassVar[str] = ""
    where: ClassVar[Sequence[Where]] = ()

    def __init__(self, page: Page, keymap: Keymap) -> None:
        super().__init__(page)
        self.keymap = keymap

    @property
    def does(self) -> Mapping[str, Callable[[], object]]:
        """What commands do here, by their ids."""
        scroll, pages = self.page.scroll_lines, self.page.scroll_pages
        return {
            "down": partial(scroll, 1),
            "up": partial(scroll, -1),
            "top": partial(scroll, -FAR),
            "bottom": partial(scroll, FAR),
            "page-down": partial(pages, 1),
            "page-up": partial(pages, -1),
            **dict.fromkeys(("back", "open", "quit", self.opened_by), self.leave),
        }

    def press(self, key: str, character: str | None) -> None:
        """Do what the key means here: to a user first, then on any page."""
        does = self.does
        asked = self.keymap.find(key, self.where), ON_ANY.get(key)
        if do := next((does[command] for command in asked if command and command in does), None):
            do()


def titled(name: str, keymap: Keymap) -> str:
    """The name of a page with the keys that one needs there."""
    return f"{name}: {keymap.name('back')} closes, {keymap.name('down')} and {keymap.name('up')} scroll"
