"""The pane of a probe that makes histograms: which view of the disks is shown, and what keys and the mouse change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal, get_args

import msgspec
from textual.strip import Strip

from tui import format as units
from tui.history import ProbeView
from tui.keys import Keymap, Where
from tui.panes.block import disk as disk_page
from tui.panes.block import lists, overview, parts
from tui.panes.block.chosen import asked_for, chosen
from tui.panes.block.cursor import TimeCursor
from tui.panes.block.lists import Kind
from tui.panes.block.order import Order
from tui.panes.block.strands import Choice, Rows
from tui.panes.border import FRAME
from tui.panes.pane import Pane
from tui.panes.table.grid import Grid
from tui.panes.table.logged import Memory
from tui.subject import Cell, Disk, Subject
from tui.text import safe
from tui.timeline import OPS, STAGES
from tui.wanted import Wanted
from tui.widgets.heatmap import LABEL_CELLS
from tui.widgets.line import Look, Role

Face = Literal["overview", "disk"] | Kind
"""What it shows: two views have an axis of time, the others are lists."""
FACES: tuple[Face, ...] = ("overview", "disk", "who", "slow", "parts")
LISTS: Mapping[Face, Kind] = {"who": "who", "slow": "slow", "parts": "parts"}
BYS: tuple[parts.By, ...] = get_args(parts.By)
NEWEST = 1 << 63
"""Later than any time."""


class BlockPane(Pane):
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
        self._order = Order()
        self._rows = Rows()
        self._disks: tuple[str, ...] = ()
        self._selected = ""
        self._first = 0
        self._grids = {kind: Grid() for kind in LISTS.values()}
        self._memory = Memory()
        self._lines: list[str | None] = []
        self._does: Mapping[str, Callable[[], object]] = {
            "open": self.enter,
            "left": partial(self._move_cursor, -1),
            "right": partial(self._move_cursor, 1),
            "first": partial(self._to_end, -1),
            "last": partial(self._to_end, 1),
            "view": partial(self._turn, 1),
            "view-back": partial(self._turn, -1),
            "op": self._next_op,
            "by": self._next_by,
            "stage": self._next_stage,
            "marks": self._toggle_marks,
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
        view = chosen(view)
        names = {*asked_for(view), *(disk.name for disk in view.disks if disk.in_flight)}
        self._disks = self._order.update(names, view.tails, {finding.disk for finding in view.findings})
        self._cursor.follow(view.cursor, view.timeline, self._map_width)
        self.view = view
        self._memory.pass_on()
        self._fill()
        super().show(view)

    def _fill(self) -> None:
        """Put the list that is to be seen into its table."""
        if kind := LISTS.get(self._face):
            listed = lists.Wanted(kind, self._selected or None, self._by)
            clear = self.keymap.name("filter-clear")
            self._grids[kind].show(lists.sheet(self.view, listed, self._memory, clear))

    @property
    def grid(self) -> Grid | None:
        """See Pane."""
        kind = LISTS.get(self._face)
        return self._grids[kind] if kind else None

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
        if self.grid:
            return self.grid.draw(self.look, width, height, focused=self.has_focus)
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
                found.insert(1, (f"{self.keymap.name('back')}: back to now", "warn"))
        in_flight = sum(disk.in_flight for disk in self.view.disks)
        found += [(f"in flight {units.count(in_flight)}", "text"), (f"figures of {self._window()}", "dim")]
        if counts.filtered:
            found.append((f"filtered {units.count(counts.filtered)}", "dim"))
        return [*found, (f"seen {units.count(counts.seen)}", "dim"), (f"history {self._reach()}", "dim")]

    def notice(self) -> str:
        """See Pane."""
        if self.grid or self.view.state != "on":
            return super().notice()
        below = len(self._disks) - self._first - self._shown(self.inner_height)
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
        if self.grid is None and self._disks:
            at = self._disks.index(self._disk) + lines
            self._selected = self._disks[max(min(at, len(self._disks) - 1), 0)]
        super().scroll_lines(lines)

    def scroll_pages(self, pages: int) -> None:
        """See Pane."""
        if self.grid is None:
            self.scroll_lines(pages * max(self._shown(self.inner_height), 1))
        else:
            super().scroll_pages(pages)

    def scroll_top(self) -> None:
        """See Pane."""
        self.scroll_lines(-len(self._disks)) if self.grid is None else super().scroll_top()

    def scroll_bottom(self) -> None:
        """See Pane."""
        self.scroll_lines(len(self._disks)) if self.grid is None else super().scroll_bottom()

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
            self._selected = disk
            if twice:
                self.enter()

    def enter(self) -> bool:
        """See Pane."""
        found = self.subject
        if not isinstance(found, Disk) or found.name not in self._disks:
            return False
        self._selected, self._face = found.name, "disk"
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
        return Disk(self._disk) if self._disk else None

    @property
    def cell(self) -> Cell | None:
        """See Pane."""
        if self.grid:
            return self.grid.cell
        return Cell("disk", self._disk) if self._disk else None

    @property
    def copied(self) -> str:
        """See Pane: of a disk, what is known of it."""
        if self.grid:
            return self.grid.copied
        return "\t".join(map(safe, self._facts(self._disk))) if self._disk else ""

    def look_for(self, wanted: Wanted) -> None:
        """See Pane."""
        for grid in self._grids.values():
            grid.look_for(wanted)
        super().look_for(wanted)

    def matches(self) -> int:
        """See Pane."""
        return self.grid.matches() if self.grid else len(self._disks_found())

    def find(self, step: int) -> bool:
        """See Pane: a disk by its name, its model, its serial number, its place or a set that it is in."""
        if self.grid:
            return super().find(step)
        hits = self._disks_found()
        if not hits:
            return False
        at = self._disks.index(self._disk)
        if step < 0:
            self._selected = self._disks[next((hit for hit in reversed(hits) if hit < at), hits[-1])]
        else:
            self._selected = self._disks[next((hit for hit in hits if hit >= at + step), hits[0])]
        self.redraw()
        return True

    def _disks_found(self) -> list[int]:
        """Places of the disks that have what is looked for."""
        if not self.wanted.text:
            return []
        return [at for at, disk in enumerate(self._disks) if self.wanted.within(self._facts(disk))]

    def _facts(self, disk: str) -> list[str]:
        """What a disk can be told by."""
        facts = self.view.facts.get(disk)
        return [disk, facts.model, facts.serial, facts.slot, *facts.sets] if facts else [disk]

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
        self._fill()

    def _next_by(self) -> None:
        if self._face == "parts":
            self._by = BYS[(BYS.index(self._by) + 1) % len(BYS)]
            self._fill()

    def _next_op(self) -> None:
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
    def _has_time(self) -> bool:
        """Whether what is seen has an axis of time."""
        return self._face not in LISTS

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
