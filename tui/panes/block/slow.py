"""Single requests that took long or failed, newest at the bottom, and from which latency on they are listed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from textual.strip import Strip

from probes.columns import Column, Row
from probes.disk_sums import Op, Threshold
from probes.unit_names import unit_name
from tui import format as units
from tui import text as safe_text
from tui.history import ProbeView
from tui.panes.table.logged import LogSheet
from tui.panes.table.memory import Memory
from tui.widgets.line import Line, Look
from tui.widgets.table import Place

WHY: Mapping[str, str] = {"hump": "second hump", "tail": "p99.9", "set": "as set"}
OPS: Mapping[Op, str] = {
    "read": "reads",
    "write": "writes",
    "flush": "flushes",
    "discard": "discards",
    "other": "others",
}
CGROUP = "cgroup"
UNIT_CELLS = 14


class SlowSheet(LogSheet):
    """The slow requests of a moment. `clear` is the name of the key that clears the filter."""

    def __init__(self, view: ProbeView, memory: Memory, clear: str) -> None:
        super().__init__(f"{view.info.id}-slow", view.log, view.info.columns, memory, _nothing(view, clear))
        self._view = view
        self._shown = shown_columns(view.info.columns)

    def above(self, width: int, look: Look) -> list[Strip]:
        """See Sheet."""
        return [_told(look, self._view, width)]

    def drawn_columns(self) -> Sequence[Column]:
        """See Sheet."""
        return self._shown

    def drawn(self, at: int, places: Sequence[Place], look: Look) -> Row:
        """See Sheet."""
        return named(self.row(at), self._shown)


def shown_columns(columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns with the unit in the place of the cgroup's path."""
    return tuple(
        msgspec.structs.replace(column, title="UNIT", kind="word", width=UNIT_CELLS, grow=True, priority=1)
        if column.id == CGROUP
        else column
        for column in columns
    )


def named(row: Row, columns: Sequence[Column]) -> Row:
    """The row with the name of the unit in the place of the cgroup's path."""
    return [
        unit_name(value) if column.id == CGROUP and isinstance(value, str) else value
        for value, column in zip(row, columns, strict=False)
    ]


def limits(thresholds: Iterable[Threshold]) -> list[str]:
    """From which latency on requests are told of, those of a second hump first, in words that can be joined."""
    found = sorted(thresholds, key=lambda limit: (limit.why != "hump", limit.disk, limit.op))
    words: dict[str, list[str]] = {}
    for limit in found:
        words.setdefault(f"{units.duration(limit.us * 1000)} ({WHY[limit.why]})", []).append(
            "" if limit.why == "set" else f" on {limit.disk} {OPS[limit.op]}"
        )
    return [latency + " and".join(dict.fromkeys(where)) for latency, where in words.items()]


def _told(look: Look, view: ProbeView, width: int) -> Strip:
    """From which latency on requests are listed, and how many of those are, or pass the filter."""
    listed, selected = min(view.log.end, view.selected), view.selected
    more = "" if view.log.sifted else "+"
    passing = f"{units.count(len(view.log))}{more} pass, " if view.log.filter.terms else ""
    count = f"{passing}listed {units.count(listed)} of {units.count(selected)} "
    found = limits(view.thresholds.values())
    line = Line(look, width).put(" ")
    room = width - safe_text.width(count) - 2
    if found:
        line.put("slower than ", "dim").put(line.clipped(", ".join(found), room - line.x), "bright")
    else:
        line.put(line.clipped("no threshold yet: it is found after 1,000 requests of a disk", room - line.x), "dim")
    line.pad(width - safe_text.width(count))
    return line.put(count, "warn" if listed < selected else "dim").strip()


def _nothing(view: ProbeView, clear: str) -> str:
    if not view.info.columns:
        return "this session has no list of single requests: it was recorded by an older ebtop"
    if view.log.end > view.log.first:
        return f"no slow request passes the filter: {clear} clears it"
    return view.nothing("no slow request yet")
