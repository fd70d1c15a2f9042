"""Rows in the columns that a user wants to see."""

from __future__ import annotations

from collections.abc import Sequence

from probes.columns import Column, ProbeInfo, Row
from tui.log import Log
from tui.panes.rows.chosen import chosen
from tui.panes.table.logged import LogSheet
from tui.panes.table.memory import Memory
from tui.widgets.line import Look
from tui.widgets.table import Place


class RowSheet(LogSheet):
    """`wanted` are ids of columns, in their order; empty: those that the probe shows."""

    def __init__(self, info: ProbeInfo, log: Log, memory: Memory, nothing: str, wanted: tuple[str, ...]) -> None:
        super().__init__(info.id, log, info.columns, memory, nothing)
        self._chosen = chosen(info.columns, wanted)

    def drawn_columns(self) -> Sequence[Column]:
        """See Sheet."""
        return self._chosen.columns

    def drawn(self, at: int, places: Sequence[Place], look: Look) -> Row:
        """See Sheet."""
        row = self.row(at)
        return [row[place] for place in self._chosen.order]
