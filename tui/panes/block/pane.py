"""The pane of a probe that makes histograms: which view of the disks is shown, and what keys and the mouse change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, get_args

import msgspec
from textual import events
from textual.strip import Strip

from tui import format as units
from tui.history import ProbeView
from tui.panes.block import disk as disk_page
from tui.panes.block import overview, parts
from tui.panes.block.cursor import TimeCursor
from tui.panes.block.lists import Kind, Listing, Scroll, listing
from tui.panes.block.order import Order
from tui.panes.block.strands import Choice, Rows
from tui.panes.pane import FRAME, Pane
from tui.timeline import OPS, STAGES
from tui.widgets.heatmap import LABEL_CELLS
from tui.widgets.line import Look, Role

Face = Literal["overview", "disk"] | Kind
"""What it shows: two views have an axis of time, the others are lists."""
FACES: tuple[Face, ...] = ("overview", "disk", "who", "slow", "parts")
LISTS: Mapping[Face, Kind] = {"who": "who", "slow": "slow", "parts": "parts"}
BYS: tuple[parts.By, ...] = get_args(parts.By)
DOUBLE = 2


class BlockPane(Pane):
    """Disks, the worst first; one of them in full; who asked; slow requests; kinds of requests."""

    def __init__(self, look: Look, view: ProbeView, number: int) -> None:
        super().__init__(look, view, number)
        self._face: Face = "overview"
        self._choice = Choice()
        self._by: parts.By = "flag"
        self._cursor = TimeCursor()
        self._order = Order()
        self._rows = Rows()
        self._disks: tuple[str, ...] = ()
        self._selected = ""
        self._first = 0
        self._scroll = Scroll()
        self._lines: list[str | None] = []
        self._does: Mapping[str, Callable[[], None]] = {
            "open": self._open,
            "back": self._back,
            "left": partial(self._move_cursor, -1),
            "right": partial(self._move_cursor, 1),
            "first": partial(self._to_end, -1),
            "last": partial(self._to_end, 1),
            "view": partial(self._turn, 1),
            "view-back": partial(self._turn, -1),
            "op": self._next_op,
            "stage": self._next_stage,
            "marks": self._toggle_marks,
        }

    # What is seen

    def show(self, view: ProbeView) -> None:
        """See Pane."""
        names = {*view.timeline.disks(), *(disk.name for disk in view.disks if disk.in_flight)}
        self._disks = self._order.update(names, view.tails, {finding.disk for finding in view.findings})
        super().show(view)

    def title(self) -> str:
        """See Pane."""
        name = self.view.info.title
        if self._face == "overview":
            return name
        if self._face == "disk":
            return f"{name}: {self._disk}"
        return f"{name}: parts of {self._selected or 'all disks'}" if self._face == "parts" else f"{name}: {self._face}"

    def body(self, width: int, height: int) -> list[Strip]:
        """See Pane."""
        self._lines = []
        if (shown := self._list()) is not None:
            return shown.draw(width, height, self._scroll.top(shown, height))
        if not self._disks:
            return self.said(f"no block I/O in the last {self._window()}: waiting", "dim", width)
        stretch = self._cursor.stretch(self.view.timeline, self._map_width)
        if self._face == "disk":
            return disk_page.draw(self.look, self.view, self._choice, stretch, self._disk, width=width, height=height)
        self._reveal(height)
        order = self._disks[self._first :]
        drawn = overview.draw(self.look, self.view, self._choice, stretch, order, self._disk, self._rows, width, height)
        self._lines = drawn.disks
        return drawn.strips

    def summary(self) -> list[tuple[str, Role]]:
        """See Pane."""
        counts = self.view.counts
        found: list[tuple[str, Role]] = [(units.rate(self.view.seen_hz), "bright")]
        if counts.lost:
            found.insert(0, (f"{units.FAILED}lost {units.count(counts.lost)}", "bad"))
        if counts.errors:
            found.insert(0, (f"{units.FAILED}failed {units.count(counts.errors)}", "bad"))
        if self._face == "parts":
            found.append((f"by {self._by}", "name"))
        elif self._has_time:
            found.append((f"{self._choice.op or 'all operations'}, {self._choice.stage} time", "name"))
            if self._cursor.time is not None:
                found.insert(1, ("Esc: back to now", "warn"))
        in_flight = sum(disk.in_flight for disk in self.view.disks)
        found += [(f"in flight {units.count(in_flight)}", "text"), (f"figures of {self._window()}", "dim")]
        if counts.filtered:
            found.append((f"filtered {units.count(counts.filtered)}", "dim"))
        return [*found, (f"seen {units.count(counts.seen)}", "dim"), (f"history {self._reach()}", "dim")]

    def notice(self) -> str:
        """See Pane."""
        if self.view.state != "on":
            return ""
        if (shown := self._list()) is not None:
            return self._scroll.notice(shown, self.inner_height)
        below = len(self._disks) - self._first - self._shown(self.inner_height)
        return f"{below} more below" if self._face == "overview" and below > 0 else ""

    # What keys and the mouse do

    def act(self, command: str) -> None:
        """See Pane."""
        self._does[command]()
        self.redraw()

    def scroll_lines(self, lines: int) -> None:
        """See Pane: over the disks it is the selection that moves."""
        if (shown := self._list()) is not None:
            self._scroll.move(lines, shown, self.inner_height)
        elif self._disks:
            at = self._disks.index(self._disk) + lines
            self._selected = self._disks[max(min(at, len(self._disks) - 1), 0)]
        self.redraw()

    def scroll_pages(self, pages: int) -> None:
        """See Pane."""
        lines = self.inner_height - 2 if self._list() else self._shown(self.inner_height)
        self.scroll_lines(pages * max(lines, 1))

    def scroll_top(self) -> None:
        """See Pane."""
        self.scroll_lines(-self._most)

    def scroll_bottom(self) -> None:
        """See Pane."""
        self.scroll_lines(self._most)

    def on_click(self, event: events.Click) -> None:
        """A click on a disk selects it, a double one opens it; on a map of its own, a click sets the cursor."""
        super().on_click(event)
        inset = 1 if self.boxed else 0
        at = event.y - 1
        if self._face == "disk" and at >= 0:
            self._cursor.put(event.x - inset - LABEL_CELLS, self.view.timeline, self._map_width)
        elif 0 <= at < len(self._lines) and (disk := self._lines[at]):
            self._selected = disk
            if event.chain == DOUBLE:
                self._open()
        self.redraw()

    def _open(self) -> None:
        if self._face == "overview" and self._disks:
            self._selected, self._face = self._disk, "disk"

    def _back(self) -> None:
        if self._cursor.time is not None and self._has_time:
            self._cursor.release()
        else:
            self._face = "overview"

    def _move_cursor(self, columns: int) -> None:
        if self._has_time:
            self._cursor.move(columns, self.view.timeline, self._map_width)

    def _to_end(self, side: int) -> None:
        if self._has_time:
            self._move_cursor(side * len(self.view.timeline))
        else:
            self.scroll_lines(side * self._most)

    def _turn(self, step: int) -> None:
        self._face = FACES[(FACES.index(self._face) + step) % len(FACES)]
        self._scroll = Scroll()

    def _next_op(self) -> None:
        if self._face == "parts":
            self._by = BYS[(BYS.index(self._by) + 1) % len(BYS)]
            return
        choices = (None, *OPS[:-1])
        chosen = choices[(choices.index(self._choice.op) + 1) % len(choices)]
        self._choice = msgspec.structs.replace(self._choice, op=chosen)

    def _next_stage(self) -> None:
        other = STAGES[(STAGES.index(self._choice.stage) + 1) % len(STAGES)]
        self._choice = msgspec.structs.replace(self._choice, stage=other)

    def _toggle_marks(self) -> None:
        self._choice = msgspec.structs.replace(self._choice, marks=not self._choice.marks)

    # Where things are

    @property
    def _disk(self) -> str:
        """The disk that is selected: the worst until another one was chosen."""
        return self._selected if self._selected in self._disks else next(iter(self._disks), "")

    @property
    def _width(self) -> int:
        return max(self.size.width - (FRAME if self.boxed else 0), 0)

    @property
    def _map_width(self) -> int:
        return overview.map_width(self._width) if self._face == "overview" else disk_page.map_width(self._width)

    @property
    def _most(self) -> int:
        """More lines than there are."""
        shown = self._list()
        return len(self._disks) if shown is None else shown.total

    @property
    def _has_time(self) -> bool:
        """Whether what is seen has an axis of time."""
        return self._face not in LISTS

    def _list(self) -> Listing | None:
        """The list that is seen, if it is one."""
        kind = LISTS.get(self._face)
        return listing(self.look, self.view, kind, self._selected or None, self._by) if kind else None

    def _shown(self, height: int) -> int:
        """How many disks there are on the screen from the first on."""
        return len(overview.heights(len(self._disks) - self._first, self._width, height))

    def _reveal(self, height: int) -> None:
        """Move the first disk on the screen so that the selected one is there too."""
        at = self._disks.index(self._disk)
        self._first = max(min(self._first, at), 0)
        while at >= self._first + max(self._shown(height), 1):
            self._first += 1

    def _window(self) -> str:
        return f"{max(round(self.view.span_ns / 1e9), 1)} s"

    def _reach(self) -> str:
        return units.uptime(self.view.timeline.span_ns / 1e9)
