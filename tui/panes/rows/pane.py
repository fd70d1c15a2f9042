"""The pane of a probe that makes rows: which view of them is shown, and what keys and the mouse change."""

from __future__ import annotations

from typing import Literal

from textual import events
from textual.strip import Strip

from tui import format as units
from tui.exact import Exact
from tui.history import ProbeView
from tui.keys import Keymap
from tui.panes.counted import summary
from tui.panes.log_pane import LogPane
from tui.panes.rows import counted, kept
from tui.panes.rows.groups import By, Groups, GroupSheet, is_folder, usable
from tui.panes.rows.paths import depth_of
from tui.panes.rows.sheet import RowSheet
from tui.panes.rows.tree import TreeSheet, can_grow
from tui.panes.table.grid import Grid
from tui.panes.table.order import Sort
from tui.panes.table.sheet import Sheet
from tui.widgets.line import Look, Role

Face = Literal["rows", "groups", "tree"]


class RowPane(LogPane):
    """Rows as they come, in groups, and where there are parents as a tree.

    columns  ids of those to be seen of rows, in their order; empty: as the probe has them
    """

    def __init__(self, look: Look, keymap: Keymap, view: ProbeView, number: int, columns: tuple[str, ...] = ()) -> None:
        super().__init__(look, keymap, view, number)
        self._wanted_columns = columns
        self._bys = usable(view.info.columns)
        self._faces: list[Face] = ["rows"]
        self._faces += ["groups"] if self._bys else []
        self._faces += ["tree"] if can_grow(view.info.columns) else []
        self._face: Face = "rows"
        self._by = self._bys[0] if self._bys else By("", "")
        self._folders: list[str] = []
        self._depth = 0
        self._said = ""
        self._on_screen = self._counting = False
        self._exact: Exact | None = None
        self._grid = Grid()
        self._grids: dict[Face, Grid] = {"rows": self._grid}
        self._grid.show(self._sheet())

    @property
    def grid(self) -> Grid:
        """See Pane."""
        return self._grid

    @property
    def face(self) -> str:
        """See Pane."""
        return "" if self._face == "rows" else self._face

    def begin_with(self, face: str) -> None:
        """See Pane."""
        if found := next((one for one in self._faces if one == face), None):
            self._see(found)

    # What is seen

    def show(self, view: ProbeView) -> None:
        """See Pane."""
        super().show(view)
        self._ask_for_counts()

    def fill(self) -> None:
        """See LogPane."""
        self._grid.show(self._sheet())

    def on_show(self, _event: events.Show) -> None:
        """There is room for it again."""
        self._on_screen = True
        self._ask_for_counts()

    def on_hide(self, _event: events.Hide) -> None:
        """It cannot be seen."""
        self._on_screen = False
        self._ask_for_counts()

    def _ask_for_counts(self) -> None:
        """Have the kernel count for as long as that is looked at."""
        looked_at = self._face == "groups" and self._on_screen and self.view.state == "on"
        wanted = looked_at and counted.can_count(self._by)
        if wanted != self._counting:
            self._counting = wanted
            self.post_message(self.Counting(self.view.info.id, wanted))

    def _sheet(self) -> Sheet:
        info, log, nothing = self.view.info, self.view.log, self._nothing()
        if self._face == "groups":
            made = self._groups()
            self._said = made.said
            return GroupSheet(made, info.id, f"none yet: {made.said}" if self._exact else nothing)
        if self._face == "tree":
            return TreeSheet(info.id, log, info.columns, self._memory, nothing)
        return RowSheet(info, log, self._memory, nothing, self._wanted_columns)

    def _groups(self) -> Groups:
        """As the kernel counted them, or else of the rows that are kept."""
        log, columns = self.view.log, self.view.info.columns
        self._exact = counted.exact(self.view, self._by)
        if self._exact:
            before = kept.before(log, columns, self._by, self._exact.since or 0, self._memory)
            return counted.groups(self._exact, self._by, before)._replace(ends=kept.can_end(columns))
        if not self._depth and len(log) and self._by.name == "path":
            self._depth = depth_of(kept.paths(log, columns, self._by))
        made = kept.groups(log, columns, self._by, self._folder, max(self._depth, 1), self._memory)
        why = counted.why_not(self.view, self._by)
        return made._replace(said=f"{made.said}: {why}") if why else made

    def body(self, width: int, height: int) -> list[Strip]:
        """See Pane."""
        return self._grid.draw(self.look, width, height, focused=self.has_focus)

    def title(self) -> str:
        """See Pane."""
        name = self.view.info.title
        if self._face == "groups":
            return f"{name} by {self._by.name}"
        return name if self._face == "rows" else f"{name}: {self._face}"

    def summary(self) -> list[tuple[str, Role]]:
        """See Pane."""
        counts = self.view.counts
        of: list[tuple[str, Role]] = []
        if self._face == "groups":
            of += [(f"in {self._folder}", "warn")] if self._folder else []
            of.append((self._said, "name"))
        own: list[tuple[str, Role]] = [
            (units.rate(self.view.seen_hz), "bright"),
            (f"seen {units.count(counts.seen)}", "text"),
        ]
        return [*summary(counts, own, of), (f"shown {units.count(counts.shown)}", "dim")]

    def _nothing(self) -> str:
        if self.view.log.filter.terms and self.view.counts.seen:
            return f"no row passes the filter: {self.keymap.name('filter-clear')} clears it"
        return self.view.nothing("nothing yet")

    # What keys and the mouse do

    def act(self, command: str) -> None:
        """See Pane."""
        match command:
            case "view" | "view-back":
                self._turn(1 if command == "view" else -1)
            case "tree" if "tree" in self._faces:
                self._see("rows" if self._face == "tree" else "tree")
            case "by" if self._bys:
                self._next_by()
            case "open":
                self.enter()
            case _:
                super().act(command)
                return
        self.redraw()

    def enter(self) -> bool:
        """See Pane: a folder is opened, a process has a page, any other group is filtered by."""
        key = self._grid.key
        if self._face != "groups" or not self._grid.count:
            return False
        if self._by.name in ("pid", "parent") and isinstance(key, int):
            return False
        if isinstance(key, str) and is_folder(self._by, key):
            self._folders.append(key)
            self._begin_groups(depth=1)
        else:
            self.post_message(self.Asked("only"))
        return True

    def back(self) -> bool:
        """See Pane."""
        if self._face == "rows":
            return False
        if self._face == "groups" and self._folders:
            self._folders.pop()
            self._begin_groups(depth=1 if self._folders else 0)
        else:
            self._see("rows")
        self.redraw()
        return True

    def _turn(self, step: int) -> None:
        self._see(self._faces[(self._faces.index(self._face) + step) % len(self._faces)])

    def _see(self, face: Face) -> None:
        self._face = face
        self._grid = self._grids.setdefault(face, _grid(face))
        self._grid.look_for(self.wanted)
        self.begin()
        self._ask_for_counts()

    def _next_by(self) -> None:
        if self._face == "groups":
            self._by = self._bys[(self._bys.index(self._by) + 1) % len(self._bys)]
        self._folders.clear()
        self._face = "groups"
        self._begin_groups(depth=0)

    def _begin_groups(self, depth: int) -> None:
        """Other groups than before. `depth` is in levels of folders; 0: such as tell something."""
        self._depth = depth
        self._grids["groups"] = _grid("groups")
        self._see("groups")

    @property
    def _folder(self) -> str:
        """The folder that is looked into; empty for all there are."""
        return self._folders[-1] if self._folders else ""


def _grid(face: Face) -> Grid:
    """A table as it is at the beginning."""
    return Grid(Sort("count", falling=True) if face == "groups" else None)
