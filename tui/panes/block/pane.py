"""The pane of a probe that makes histograms: which view of the disks is shown, and what keys and the mouse change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import get_args

import msgspec
from textual.strip import Strip

from probes import disk_choice
from tui.history import ProbeView
from tui.keys import Keymap, Where
from tui.panes.block import disk as disk_page
from tui.panes.block import heading, lists, overview, parts
from tui.panes.block.chosen import asked_for, chosen
from tui.panes.block.cursor import TimeCursor
from tui.panes.block.faces import FACES, LISTS, Face
from tui.panes.block.nothing import nothing
from tui.panes.block.selection import Selection, told_by
from tui.panes.block.strands import Choice, Rows
from tui.panes.border import FRAME
from tui.panes.log_pane import LogPane
from tui.panes.table.grid import NOTHING, Grid
from tui.subject import Cell, Disk, Subject, Unfit
from tui.text import safe
from tui.wanted import Wanted
from tui.widgets.heatmap import LABEL_CELLS
from tui.widgets.line import Look, Role

BYS: tuple[parts.By, ...] = get_args(parts.By)
NEWEST = 1 << 63
"""Later than any time."""


class BlockPane(LogPane):
    """Disks, the worst first; one of them in full; who asked; slow requests; kinds of requests.

    `seek` is called with the time that the cursor was moved to, in nanoseconds since the epoch.
    """

    seek: Callable[[int], None] = staticmethod(lambda _time: None)

    def __init__(self, look: Look, keymap: Keymap, view: ProbeView, number: int) -> None:
        super().__init__(look, keymap, view, number)
        self._face: Face = "overview"
        self._choice = Choice()
        self._by: parts.By = "flag"
        self._cursor = TimeCursor()
        self._disks = Selection()
        self._rows = Rows()
        self._grids = {kind: Grid() for kind in LISTS.values()}
        self._lines: list[str | None] = []
        self._does: Mapping[str, Callable[[], object]] = {
            "open": self.enter,
            "left": partial(self._move_cursor, -1),
            "right": partial(self._move_cursor, 1),
            "first": partial(self._to_end, -1),
            "last": partial(self._to_end, 1),
            "view": partial(self._turn, 1),
            "view-back": partial(self._turn, -1),
            "by": self._next_by,
            "op": lambda: self._choose(self._choice.next_op()),
            "stage": lambda: self._choose(self._choice.next_stage()),
            "marks": lambda: self._choose(self._choice.turn_marks()),
        }

    @property
    def face(self) -> str:
        """See Pane: one disk is not kept, for that disk may not be there."""
        return "" if self._face in ("overview", "disk") else self._face

    def begin_with(self, face: str) -> None:
        """See Pane."""
        self._face = next((one for one in FACES if one == face), self._face)

    # What is seen

    def show(self, view: ProbeView) -> None:
        """See Pane."""
        filtered = disk_choice.Choice(view.log.filter)
        self._choice = msgspec.structs.replace(self._choice, filtered=filtered)
        view = chosen(view, filtered)
        names = {*asked_for(view, filtered), *(disk.name for disk in view.disks if disk.in_flight)}
        self._disks.update(names, view.tails, {finding.disk for finding in view.findings})
        self._cursor.follow(view.cursor, view.timeline, self._map_width)
        super().show(view)

    def fill(self) -> None:
        """See LogPane: the list that is to be seen, if it is one."""
        if kind := LISTS.get(self._face):
            listed = lists.Wanted(kind, self._disks.chosen or None, self._by)
            clear = self.keymap.name("filter-clear")
            self._grids[kind].show(lists.sheet(self.view, listed, self._memory, clear))

    @property
    def grid(self) -> Grid | None:
        """See Pane."""
        kind = LISTS.get(self._face)
        return self._grids[kind] if kind else None

    def title(self) -> str:
        """See Pane."""
        return heading.title(self.view.info.title, self._face, self._disks.disk, self._disks.chosen)

    def body(self, width: int, height: int) -> list[Strip]:
        """See Pane."""
        self._lines = []
        if self.grid:
            return self.grid.draw(self.look, width, height, focused=self.has_focus)
        if not self._disks.names:
            told = nothing(self.view, "disk", "no block I/O", self.keymap.name("filter-clear"))
            return self.said(told, "dim", width)
        disk, stretch = self._disks.disk, self._cursor.stretch(self.view.timeline, self._map_width)
        if self._face == "disk":
            return disk_page.draw(self.look, self.view, self._choice, stretch, disk, width=width, height=height)
        self._disks.reveal(partial(self._room, height))
        order = self._disks.from_first
        drawn = overview.draw(self.look, self.view, self._choice, stretch, order, disk, self._rows, width, height)
        self._lines = drawn.disks
        return drawn.strips

    def summary(self) -> list[tuple[str, Role]]:
        """See Pane."""
        back = "" if self._cursor.time is None else self.keymap.name("back")
        return heading.summary(self.view, self._face, self._by, self._choice, back)

    def notice(self) -> str:
        """See Pane."""
        if self.grid or self.view.state != "on":
            return super().notice()
        below = len(self._disks.from_first) - self._shown
        return f"{below} more below" if self._face == "overview" and below > 0 else ""

    # What keys and the mouse do

    @property
    def where(self) -> Sequence[Where]:
        """See Pane."""
        return ("disks",) if self._has_time else ("table", "disks")

    def act(self, command: str) -> None:
        """See Pane."""
        if command in self._does:
            self._does[command]()
            self.redraw()
        else:
            super().act(command)

    def scroll_lines(self, lines: int) -> None:
        """See Pane: over the disks it is the selection that moves."""
        if self.grid is None:
            self._disks.move(lines)
        super().scroll_lines(lines)

    def scroll_pages(self, pages: int) -> None:
        """See Pane."""
        if self.grid is None:
            self.scroll_lines(pages * max(self._shown, 1))
        else:
            super().scroll_pages(pages)

    def scroll_top(self) -> None:
        """See Pane."""
        self.scroll_lines(-len(self._disks.names)) if self.grid is None else super().scroll_top()

    def scroll_bottom(self) -> None:
        """See Pane."""
        self.scroll_lines(len(self._disks.names)) if self.grid is None else super().scroll_bottom()

    def wheel(self, lines: int) -> None:
        """See Pane."""
        self.scroll_lines(lines) if self.grid is None else super().wheel(lines)

    def clicked(self, x: int, y: int, *, twice: bool) -> None:
        """See Pane: on a map of its own, a click sets the cursor."""
        if self._face == "disk":
            self._cursor.put(x - LABEL_CELLS, self.view.timeline, self._map_width)
            self._tell_cursor()
        elif self.grid:
            super().clicked(x, y, twice=twice)
        elif 0 <= y < len(self._lines) and (disk := self._lines[y]):
            self._disks.chosen = disk
            if twice:
                self.enter()

    def enter(self) -> bool:
        """See Pane."""
        found = self.subject
        if not isinstance(found, Disk) or found.name not in self._disks.names:
            return False
        self._disks.chosen, self._face = found.name, "disk"
        self.redraw()
        return True

    def back(self) -> bool:
        """See Pane."""
        left = self._face != "overview"
        self._face = "overview"
        self.redraw()
        return left

    # What is selected, and what is looked for

    @property
    def subject(self) -> Subject | None:
        """See Pane."""
        if self.grid:
            return self.grid.subject
        return Disk(self._disks.disk) if self._disks.disk else None

    @property
    def cell(self) -> Cell | Unfit:
        """See Pane."""
        if self.grid:
            return self.grid.cell
        return Cell("disk", self._disks.disk) if self._disks.disk else NOTHING

    @property
    def copied(self) -> str:
        """See Pane: of a disk, what is known of it."""
        if self.grid:
            return self.grid.copied
        disk = self._disks.disk
        return "\t".join(map(safe, told_by(disk, self.view.facts))) if disk else ""

    def look_for(self, wanted: Wanted) -> None:
        """See Pane."""
        for grid in self._grids.values():
            grid.look_for(wanted)
        super().look_for(wanted)

    def matches(self) -> int:
        """See Pane."""
        return super().matches() if self.grid else len(self._disks.places(self.wanted, self.view.facts))

    def find(self, step: int) -> bool:
        """See Pane: a disk by its name, its model, its serial number, its place or a set that it is in."""
        if self.grid:
            return super().find(step)
        found = self._disks.find(self.wanted, self.view.facts, step)
        self.redraw()
        return found

    def _move_cursor(self, columns: int) -> None:
        if self._has_time:
            self._cursor.move(columns, self.view.timeline, self._map_width)
            self._tell_cursor()

    def _tell_cursor(self) -> None:
        if self._cursor.time is not None:
            self.seek(self._cursor.time)

    def _to_end(self, side: int) -> None:
        if self._has_time:
            self.seek(NEWEST if side > 0 else self.view.timeline.since)
        elif side > 0:
            self.scroll_bottom()
        else:
            self.scroll_top()

    def _turn(self, step: int) -> None:
        self._face = FACES[(FACES.index(self._face) + step) % len(FACES)]
        self.begin()

    def _next_by(self) -> None:
        if self._face == "parts":
            self._by = BYS[(BYS.index(self._by) + 1) % len(BYS)]
            self.begin()

    def _choose(self, choice: Choice) -> None:
        self._choice = choice

    # Where things are

    @property
    def _width(self) -> int:
        return max(self.size.width - (FRAME if self.boxed else 0), 0)

    @property
    def _map_width(self) -> int:
        return overview.map_width(self._width) if self._face == "overview" else disk_page.map_width(self._width)

    @property
    def _has_time(self) -> bool:
        """Whether what is seen has an axis of time."""
        return self._face not in LISTS

    @property
    def _shown(self) -> int:
        """How many disks there are on the screen from the first on."""
        return self._room(self.inner_height, len(self._disks.from_first))

    def _room(self, height: int, disks: int) -> int:
        """For how many of so many disks there is room."""
        return len(overview.heights(disks, self._width, height))
