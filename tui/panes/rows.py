"""The pane of a probe that makes rows: newest at the bottom, followed until one scrolls away."""

from __future__ import annotations

from textual.strip import Strip

from tui import format as units
from tui.history import ProbeView
from tui.panes.pane import Pane
from tui.widgets import table
from tui.widgets.line import Look, Role


class RowPane(Pane):
    """A table of rows. `_anchor` is the number of the row at the top, None while following the newest.

    A number and not an index: rows that leave history above do not move what one reads.
    """

    def __init__(self, look: Look, view: ProbeView, number: int) -> None:
        super().__init__(look, view, number)
        self._anchor: int | None = None

    @property
    def following(self) -> bool:
        """Whether the newest row is at the bottom."""
        return self._anchor is None

    def body(self, width: int, height: int) -> list[Strip]:
        """See Pane."""
        places = table.layout(self.view.info.columns, width)
        lines = [table.heading(places, width, self.look)]
        top = self._top()
        rows = [row for _, row in self.view.log.rows(top, top + height - 1)]
        if not rows:
            return lines + self.said(self._nothing(), "dim", width)
        return lines + [table.row_strip(row, places, width, self.look) for row in rows]

    def summary(self) -> list[tuple[str, Role]]:
        """See Pane."""
        counts = self.view.counts
        parts: list[tuple[str, Role]] = [
            (units.rate(self.view.seen_hz), "bright"),
            (f"seen {units.count(counts.seen)}", "text"),
        ]
        if counts.lost:
            parts.append((f"{units.FAILED}lost {units.count(counts.lost)}", "bad"))
        if counts.errors:
            parts.append((f"{units.FAILED}failed {units.count(counts.errors)}", "bad"))
        if counts.filtered:
            parts.append((f"filtered {units.count(counts.filtered)}", "dim"))
        if counts.over_budget:
            parts.append((f"over budget {units.count(counts.over_budget)}", "warn"))
        parts.append((f"shown {units.count(counts.shown)}", "dim"))
        return parts

    def notice(self) -> str:
        """See Pane."""
        if self.following:
            return ""
        below = len(self.view.log) - self._top() - self._rows_visible()
        return f"{units.count(below)} more below, G to follow" if below > 0 else ""

    def thumb(self, height: int) -> range:
        """See Pane."""
        total = len(self.view.log)
        if total <= height - 1 or height < 3 or self.view.state != "on":  # noqa: PLR2004
            return range(0)
        size = max(1, (height - 1) ** 2 // total)
        hidden = total - (height - 1)
        start = 1 + round((height - 1 - size) * min(self._top() / hidden, 1.0))
        return range(start, start + size)

    def scroll_lines(self, lines: int) -> None:
        """See Pane."""
        log = self.view.log
        last = max(len(log) - self._rows_visible(), 0)
        top = max(self._top() + lines, 0)
        self._anchor = None if top >= last else next((number for number, _ in log.rows(top, top + 1)), None)
        self.redraw()

    def scroll_top(self) -> None:
        """See Pane."""
        self.scroll_lines(-len(self.view.log))

    def scroll_bottom(self) -> None:
        """See Pane."""
        self._anchor = None
        self.redraw()

    def _rows_visible(self) -> int:
        return max(self.inner_height - 1, 0)

    def _top(self) -> int:
        """Index of the row in the first line."""
        last = max(len(self.view.log) - self._rows_visible(), 0)
        return last if self._anchor is None else min(self.view.log.index(self._anchor), last)

    def _nothing(self) -> str:
        return "no row passes the filter: F clears it" if self.view.counts.seen else "nothing yet: waiting"
