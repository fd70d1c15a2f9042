"""What kinds of requests there are and how long each takes: by operation, flag, size or pattern. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

import msgspec
from textual.strip import Strip

from probes.lanes import latency_of
from probes.latency import Latency
from probes.snapshot import SIZES, Flag, Op, Part
from tui import format as units
from tui.history import ProbeView
from tui.panes.block import figures
from tui.panes.block.figures import Field
from tui.widgets.histogram import axis_for, render_labels, render_spark
from tui.widgets.line import Line, Look

By = Literal["op", "flag", "size", "pattern"]

HEADING = 1
"""Lines that do not scroll."""
OPS: tuple[Op, ...] = get_args(Op)
FLAGS: Mapping[Flag, str] = {
    "sync": "sync", "meta": "metadata", "readahead": "read-ahead", "fua": "FUA", "prio": "priority",
}  # fmt: skip
NO_FLAG = "no flag"
PATTERNS = ("sequential", "random")
SPARK_LEAST, SPARK_SHARE, TALLEST = 16, 5, 3
"""Cells that the bars have at least, as a share of the line too (one in so many), and their most lines."""
FIELDS = (
    Field("OP", 10, 7, right=False),
    Field("KIND", 10, 11, right=False),
    Field("COUNT", 1, 6),
    Field("SHARE", 7, 5),
    Field(figures.IOPS, 6, 5, 6),
    Field("BYTES/s", 4, 7),
    Field(figures.ERRORS, 9, 5),
    Field(figures.AVERAGE, 5, 6),
    Field(figures.MEDIAN, 2, 6),
    Field(figures.P99, 8, 6),
    Field(figures.LONGEST, 3, 6),
)


class Kind(msgspec.Struct, frozen=True):
    """The requests of an operation that have something in common; `name` is empty where that is the operation."""

    op: Op
    name: str
    latency: Latency
    bytes: int
    errors: int


def kinds(parts: Iterable[Part], disk: str | None, by: By) -> list[Kind]:
    """The requests of a disk (None: of all) apart by what they have in common, in an order that stays."""
    groups: dict[tuple[Op, str], list[Part]] = {}
    for part in parts:
        if disk in (None, part.disk):
            for name in _names(part, by):
                groups.setdefault((part.op, name), []).append(part)
    order = {name: at for at, name in enumerate(_all_names(by))}
    return [
        Kind(
            op,
            name,
            latency_of(*group),
            sum(part.bytes for part in group),
            sum(part.errors for part in group),
        )
        for (op, name), group in sorted(
            groups.items(), key=lambda item: (OPS.index(item[0][0]), order.get(item[0][1], 0), item[0][1])
        )
    ]


def total(view: ProbeView, disk: str | None, by: By) -> int:
    """Lines that scroll."""
    found = {(part.op, name) for part in view.parts if disk in (None, part.disk) for name in _names(part, by)}
    return len(found) + (1 if _overlap(view.parts, disk, by) else 0)


def lines(  # noqa: PLR0913, PLR0917  as all that draw, and of what
    look: Look, view: ProbeView, disk: str | None, by: By, width: int, height: int, top: int
) -> list[Strip]:
    """The heading with the axis of the bars, and as many kinds as there is room for, from the `top`-th on."""
    found = kinds(view.parts, disk, by)
    if not found:
        return [figures.said(f"no request in the last {figures.seconds(view.span_ns)}: waiting", width, look)]
    note = _overlap(view.parts, disk, by)
    sheet = Sheet(look, found, by, width)
    tall = max(min((height - HEADING - note) // len(found), TALLEST), 1)
    requests = sum(part.count for part in view.parts if disk in (None, part.disk))
    body = [strip for kind in found for strip in sheet.row(kind, requests, view.span_ns, tall)]
    if note:
        body.append(figures.said("a request with several flags is counted with each of them", width, look))
    seen = figures.scrolled(len(body), height - HEADING, top)
    return [sheet.heading(), *body[seen.start : seen.stop]]


class Sheet:
    """Rows of figures with bars behind them, all on one axis."""

    def __init__(self, look: Look, found: Sequence[Kind], by: By, width: int) -> None:
        self._look, self._by, self._width = look, by, width
        errors = any(kind.errors for kind in found)
        hidden = {*([] if errors else [figures.ERRORS]), *(["KIND"] if by == "op" else [])}
        bars = max(SPARK_LEAST, width // SPARK_SHARE)
        self._places = figures.fit([field for field in FIELDS if field.title not in hidden], max(width - bars - 1, 1))
        self._begin = sum(place.cells + 1 for place in self._places)
        self._axis = axis_for([kind.latency for kind in found], max(width - self._begin, 1))

    def heading(self) -> Strip:
        """The titles; over the bars, the axis."""
        titled = [
            place._replace(field=place.field._replace(title=self._by.upper())) if place.field.title == "KIND" else place
            for place in self._places
        ]
        labels = render_labels(self._axis, self._look, "heading")
        return figures.heading(titled, self._width, self._look).join(labels).strip()

    def row(self, kind: Kind, requests: int, span_ns: int, tall: int) -> list[Strip]:
        """A kind as `tall` lines of bars, figures before the lowest; it is a share of `requests`."""
        *above, bars = render_spark(kind.latency, self._axis, tall, self._look)
        cells = figures.figures(kind.latency, kind.errors, span_ns)
        cells["OP"] = (kind.op, "name")
        cells["KIND"] = (kind.name, "text")
        cells["COUNT"] = (units.count(kind.latency.count), "text")
        cells["SHARE"] = (units.percent(kind.latency.count / max(requests, 1)), "number")
        cells["BYTES/s"] = figures.bytes_per_second(kind.bytes, span_ns)
        lines = [Line(self._look, self._width).pad(self._begin).join(strip).strip() for strip in above]
        return [*lines, figures.row(cells, self._places, self._width, self._look).join(bars).strip()]


def _names(part: Part, by: By) -> tuple[str, ...]:
    """What kinds a request is of; of several where it has several flags."""
    if by == "flag":
        return tuple(FLAGS[flag] for flag in part.flags) or (NO_FLAG,)
    if by == "size":
        return (_size(part.size),)
    return (PATTERNS[0 if part.sequential else 1],) if by == "pattern" else ("",)


def _all_names(by: By) -> tuple[str, ...]:
    """Every kind there is, in the order in which they are shown."""
    sizes = tuple(_size(size) for size in (*SIZES, 0))
    return {"op": ("",), "flag": (NO_FLAG, *FLAGS.values()), "size": sizes, "pattern": PATTERNS}[by]


def _size(most: int) -> str:
    """A class of sizes, by the most bytes that a request of it has."""
    return f"to {most >> 10}KiB" if most else f"over {SIZES[-1] >> 10}KiB"


def _overlap(parts: Iterable[Part], disk: str | None, by: By) -> bool:
    """Whether some requests are of several kinds, so that the shares are more than the whole."""
    return by == "flag" and any(len(part.flags) > 1 for part in parts if disk in (None, part.disk))
