"""What panes have in common: the frame with its title, the states in which there is nothing to show, the mouse."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from itertools import takewhile

from textual import events
from textual.message import Message
from textual.strip import Strip

from probes.snapshot import State
from tui import format as units
from tui import text as safe_text
from tui.history import ProbeView
from tui.keys import Keymap, Where
from tui.panes.border import FRAME, Border, bordered
from tui.panes.table.grid import NOTHING, Grid
from tui.subject import Cell, Contents, Subject, Unfit
from tui.wanted import Wanted
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look, Role

WHEEL_LINES = 3
DOUBLE = 2
"""Clicks in a row."""


class Pane(Canvas, can_focus=True):
    """Shows one probe. Subclasses draw the body and know how far it scrolls.

    `boxed` tells whether there is room for a frame all around; else the title is a rule above the body.
    """

    class Toggled(Message):
        """The name in the title was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Asked(Message):
        """What the mouse or a key did in the pane means a command of the screen, by its id."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    class Counting(Message):
        """The pane shows what the kernel must be asked to count (see `SetTallies`), or does so no longer."""

        def __init__(self, probe: str, on: bool) -> None:
            super().__init__()
            self.probe, self.on = probe, on

    def __init__(self, look: Look, keymap: Keymap, view: ProbeView, number: int) -> None:
        super().__init__(look, id=f"pane-{number}")
        self.keymap = keymap
        self.view = view
        self.number = number
        self.boxed = False
        self._alone = False
        self.expected: bool | None = None
        self.wanted = Wanted("")

    def show(self, view: ProbeView) -> None:
        """Draw another moment of the probe."""
        self.view = view
        self.redraw()

    def expect(self, on: bool) -> None:
        """The probe was asked to turn on or off: say so until it has."""
        self.expected = on
        self.redraw()

    def heard(self, state: State) -> None:
        """What the probe is by now, whatever moment is shown."""
        if self.expected is not None and self.expected != (state == "off"):
            self.expected = None

    def stand(self, *, alone: bool) -> None:
        """Say whether the other panes are out of sight because this one is looked at."""
        if alone != self._alone:
            self._alone = alone
            self.redraw()

    @abstractmethod
    def body(self, width: int, height: int) -> list[Strip]:
        """The lines within the frame, while the probe is on."""

    @property
    def grid(self) -> Grid | None:
        """The table that is to be seen, if it is one: keys, the mouse and the title are about that."""
        return None

    def scroll_lines(self, lines: int) -> None:
        """Move by lines, down if positive."""
        if self.grid:
            self.grid.move(lines)
        self.redraw()

    def scroll_pages(self, pages: int) -> None:
        """Move by what is visible."""
        if self.grid:
            self.grid.page(pages)
        self.redraw()

    def scroll_top(self) -> None:
        """Go to the oldest or first."""
        if self.grid:
            self.grid.top()
        self.redraw()

    def scroll_bottom(self) -> None:
        """Go to the newest or last."""
        if self.grid:
            self.grid.bottom()
        self.redraw()

    def wheel(self, lines: int) -> None:
        """See what is so many lines further down."""
        if self.grid:
            self.grid.wheel(lines)
        self.redraw()

    def title(self) -> str:
        """What the pane is called."""
        return self.view.info.title

    def act(self, command: str) -> None:
        """Do what depends on the pane, by the id of a command; one that it does not know does nothing."""
        if self.grid:
            self.grid.act(command)
        self.redraw()

    def enter(self) -> bool:
        """Open what is selected within the pane, or do what stands for that here; whether there is such a thing. Where
        there is none, `subject` has a page of its own.
        """
        return False

    @property
    def face(self) -> str:
        """The name of the view that is seen; empty for the one that a pane begins with."""
        return ""

    def begin_with(self, face: str) -> None:
        """See that view; one that is not known is not heeded."""

    def back(self) -> bool:
        """Leave what was opened last within the pane; whether there was anything."""
        return False

    @property
    def where(self) -> Sequence[Where]:
        """Which commands apply here besides those that do anywhere; the first wins."""
        return ("table",)

    # What is selected, and what there is

    @property
    def cell(self) -> Cell | Unfit:
        """The value that is selected, as a filter can have it."""
        return self.grid.cell if self.grid else NOTHING

    @property
    def subject(self) -> Subject | None:
        """The thing that is selected."""
        return self.grid.subject if self.grid else None

    @property
    def copied(self) -> str:
        """The selected row as text, its values separated by tabs; empty where none is."""
        return self.grid.copied if self.grid else ""

    @property
    def contents(self) -> Contents | None:
        """All that there is to be seen by scrolling; None where it is no table."""
        return self.grid.contents if self.grid else None

    # What is looked for

    def look_for(self, wanted: Wanted) -> None:
        """Mark where that is; an empty text: nothing."""
        self.wanted = wanted
        if self.grid:
            self.grid.look_for(wanted)
        self.redraw()

    def matches(self) -> int:
        """How many rows have what is looked for."""
        return self.grid.matches() if self.grid else 0

    @property
    def searched(self) -> bool:
        """Whether all rows were looked at for that."""
        return True

    def find(self, step: int) -> bool:
        """Select the next row that has what is looked for (1), the one before (-1), or where one is already (0);
        round at the ends. Whether there is one.
        """
        found = self.grid.find(step) if self.grid else False
        self.redraw()
        return found

    # The frame

    def summary(self) -> list[tuple[str, Role]]:
        """What the title says beside the name; the first is the most important."""
        return []

    def notice(self) -> str:
        """What the rule says at its right end."""
        return self.grid.notice(self.keymap.name("bottom")) if self.grid and self.view.state == "on" else ""

    def thumb(self, height: int) -> range:
        """Lines of the body beside which the scroll bar has its thumb."""
        return self.grid.thumb(height) if self.grid and self.view.state == "on" else range(0)

    @property
    def inner_height(self) -> int:
        """Lines of the body."""
        return max(self.size.height - (FRAME if self.boxed else 1), 0)

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        inner = max(height - FRAME, 0) if self.boxed else height - 1
        # The body comes first: what it shows decides what the title says of it.
        body = self._inside(width - FRAME if self.boxed else width, inner)
        name = f"{self.number} {self.title()}"
        border = Border(self.look, self.has_focus, self.boxed, name, self._status(), self.notice())
        return bordered(border, body, width, height, self.thumb(inner))

    def _status(self) -> list[tuple[str, Role]]:
        state = self.view.state
        if self.expected is not None:
            return [(f"turning {'on' if self.expected else 'off'}{self.look.glyphs.ellipsis}", "warn")]
        if state == "on":
            return self._with_way_back(self.summary())
        return [(state, "bad" if state == "failed" else "warn" if state == "compiling" else "dim")]

    def _with_way_back(self, told: list[tuple[str, Role]]) -> list[tuple[str, Role]]:
        """The key to the other panes as well, behind what the figures are of and what is wrong."""
        if not self._alone:
            return told
        first = len(list(takewhile(lambda said: said[1] in ("name", "bad", "warn"), told)))
        return [*told[:first], (f"{self.keymap.name('zoom')}: all panes", "dim"), *told[first:]]

    def _inside(self, width: int, height: int) -> list[Strip]:
        if width <= 0 or height <= 0:
            return []
        state = self.view.state
        if state == "off":
            return self.said(f"off: press {self.number} to turn it on", "dim", width)
        if state == "compiling":
            return self.said(f"compiling: {self.view.info.question}", "dim", width)
        if state == "failed":
            return self.said(self.view.message or "failed", "bad", width, sign=f"{units.FAILED} ")
        return self.body(width, height)

    def said(self, text: str, role: Role, width: int, sign: str = "") -> list[Strip]:
        """A message in the body, wrapped."""
        lines = safe_text.wrap(sign + text, max(width - 2, 1))
        return [Line(self.look, width).put(" ").put(line, role).strip() for line in lines]

    def watch_has_focus(self, has_focus: bool) -> None:
        """The frame tells who has the focus."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def clicked(self, x: int, y: int, *, twice: bool) -> None:
        """A click in the body, at that cell of that line: it selects, a double one opens."""
        if self.grid and self.grid.click(x, y) and twice:
            self.post_message(self.Asked("open"))

    def on_click(self, event: events.Click) -> None:
        """A click on the name toggles the probe, one on the notice follows what it tells of; all others focus."""
        if event.y:
            inset = 1 if self.boxed else 0
            if self.view.state == "on":
                self.clicked(event.x - inset, event.y - 1, twice=event.chain == DOUBLE)
                self.redraw()
            return
        if event.x < len(self.title()) + 5:
            self.post_message(self.Toggled(self.number))
        elif (notice := self.notice()) and event.x >= self.size.width - len(notice) - 3:
            self.scroll_bottom()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self.wheel(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.wheel(-WHEEL_LINES)
