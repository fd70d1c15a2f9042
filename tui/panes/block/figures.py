"""Lines of figures: columns that share the room there is, with the same units wherever they stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from probes.columns import Column, Kind, Value
from probes.latency import Latency
from tui import format as units
from tui.widgets.histogram import TAIL
from tui.widgets.line import Line, Look, Role
from tui.widgets.table import Spot

Cell = tuple[str, Role]
"""What stands in a column: a text, not yet safe to draw, and what it is."""


class Field(NamedTuple):
    """A column: from `least` to `most` cells wide. Those of the lowest worth are left out first.

    id, kind  of its values, as in a Column
    """

    title: str
    worth: int
    least: int
    most: int = 0
    right: bool = True
    id: str = ""
    kind: Kind = "number"


class Place(NamedTuple):
    """A column on the screen, with the cells it has."""

    field: Field
    cells: int


IOPS, AVERAGE, MEDIAN, P99, LONGEST, ERRORS = "IOPS", "AVG", "P50", "P99", "MAX", "ERR"
TIMES = ("average_us", "p50_us", "p99_us", "max_us")


def columns(fields: Sequence[Field]) -> tuple[Column, ...]:
    """The fields as columns of a table."""
    return tuple(Column(field.id, field.title, field.kind, field.least, field.title) for field in fields)


def values(latency: Latency, errors: int, span_ns: int) -> dict[str, Value]:
    """What is told of any latencies as numbers, by the ids of fields."""
    shares = (latency.average_ns, latency.percentile_ns(0.5), latency.percentile_ns(TAIL), latency.max_ns)
    times: dict[str, Value] = {name: ns / 1000 for name, ns in zip(TIMES, shares, strict=True)}
    return times | {"iops": latency.count * 1e9 / max(span_ns, 1), "errors": errors}


def fit(fields: Sequence[Field], width: int) -> tuple[Place, ...]:
    """The fields that have room in `width` cells, with a blank behind each; room to spare goes to the worthiest."""
    shown = list(fields)
    while len(shown) > 1 and sum(field.least + 1 for field in shown) > width + 1:
        shown.remove(min(reversed(shown), key=lambda field: field.worth))
    spare = max(width + 1 - sum(field.least + 1 for field in shown), 0)
    cells = {}
    for field in sorted(shown, key=lambda field: -field.worth):
        more = min(max(field.most - field.least, 0), spare)
        cells[field.title] = field.least + more
        spare -= more
    return tuple(Place(field, cells[field.title]) for field in shown)


def spots(places: Sequence[Place]) -> tuple[Spot, ...]:
    """Where the columns are."""
    found: list[Spot] = []
    x = 0
    for field, cells in places:
        found.append(Spot(field.id, field.title, x, cells, field.right))
        x += cells + 1
    return tuple(found)


def row(cells: Mapping[str, Cell], places: Sequence[Place], width: int, look: Look) -> Line:
    """The cells, by the title of their column, as a line to go on with. What is missing stays blank."""
    line = Line(look, width)
    for field, room in places:
        text, role = cells.get(field.title, ("", "text"))
        line.cell(text, room, role, right=field.right).put(" ")
    return line


def figures(latency: Latency, errors: int, span_ns: int) -> dict[str, Cell]:
    """What is told of any latencies; `span_ns` is the time in which they were counted."""
    return {
        IOPS: (per_second(latency.count, span_ns), "number"),
        AVERAGE: (units.duration(latency.average_ns), "bright"),
        MEDIAN: (units.duration(latency.percentile_ns(0.5)), "common"),
        P99: (units.duration(latency.percentile_ns(TAIL)), "tail"),
        LONGEST: (units.duration(latency.max_ns), "text"),
        ERRORS: (f"{units.FAILED}{units.count(errors)}", "bad") if errors else ("", "text"),
    }


def per_second(count: int, span_ns: int) -> str:
    """A rate without its unit, which stands in the title."""
    return units.rate(count * 1e9 / max(span_ns, 1)).removesuffix("/s")


def bytes_per_second(moved: int, span_ns: int) -> Cell:
    """Likewise for bytes; nothing where nothing was moved."""
    return (units.size(moved * 1e9 / max(span_ns, 1)) if moved else "", "number")


def seconds(span_ns: int) -> str:
    """How far back it looks, in words."""
    return f"{max(round(span_ns / 1e9), 1)} s"
