"""What kinds of requests there are and how long each takes: by operation, flag, size, pattern or disk. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from textual.strip import Strip

from probes.columns import Row
from probes.disk_sums import OPS, SIZES, Flag, Op, Part
from probes.lanes import latency_of
from probes.latency import Latency
from tui import format as units
from tui.history import ProbeView
from tui.panes.block import figures
from tui.panes.block.figures import Field, Place
from tui.panes.block.nothing import nothing
from tui.panes.table.sheet import Listed
from tui.subject import Disk, Subject
from tui.widgets.histogram import Axis, axis_for, render_labels, render_spark
from tui.widgets.line import Line, Look
from tui.widgets.table import Spot

By = Literal["op", "flag", "size", "pattern", "disk"]

FLAGS: Mapping[Flag, str] = {
    "sync": "sync", "meta": "metadata", "readahead": "read-ahead", "fua": "FUA", "prio": "priority",
}  # fmt: skip
NO_FLAG = "no flag"
PATTERNS = ("sequential", "random")
SPARK_LEAST, SPARK_SHARE, TALLEST = 16, 5, 3
"""Cells that the bars have at least, as a share of the line too (one in so many), and their most lines."""
FIELDS = (
    Field("OP", 10, 7, right=False, id="op", kind="word"),
    Field("KIND", 10, 11, right=False, id="kind", kind="word"),
    Field("COUNT", 1, 6, id="count"),
    Field("SHARE", 7, 5, id="share"),
    Field(figures.IOPS, 6, 5, 6, id="iops"),
    Field("BYTES/s", 4, 7, id="bytes", kind="bytes"),
    Field(figures.ERRORS, 9, 5, id="errors"),
    Field(figures.AVERAGE, 5, 6, id="average_us", kind="us"),
    Field(figures.MEDIAN, 2, 6, id="p50_us", kind="us"),
    Field(figures.P99, 8, 6, id="p99_us", kind="us"),
    Field(figures.LONGEST, 3, 6, id="max_us", kind="us"),
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


class PartsSheet(Listed):
    """The kinds of a moment as figures with bars behind them, all on one axis; a row's key is what is common to it."""

    keeps = False

    def __init__(self, view: ProbeView, disk: str | None, by: By, clear: str) -> None:
        self.kinds = kinds(view.parts, disk, by)
        self._by, self._disk, self._span_ns = by, disk, view.span_ns
        self._nothing = nothing(view, "request", "no request", clear)
        self._requests = max(sum(part.count for part in view.parts if disk in (None, part.disk)), 1)
        self._overlap = _overlap(view.parts, disk, by)
        keys = [(kind.op, kind.name) for kind in self.kinds]
        super().__init__(figures.columns(FIELDS), keys, [self._values(kind) for kind in self.kinds])
        self.name = f"{view.info.id}-by-{by}"
        errors = any(kind.errors for kind in self.kinds)
        hidden = {*([] if errors else ["errors"]), *(["kind"] if by == "op" else [])}
        named = (field._replace(title=by.upper()) if field.id == "kind" else field for field in FIELDS)
        self._shown = [field for field in named if field.id not in hidden]

    def tall(self, height: int) -> int:
        """See Sheet."""
        return max(min(height // max(len(self.kinds), 1), TALLEST), 1)

    def subject(self, at: int, column: str) -> Subject | None:
        """See Sheet: the disk that it is about, if it is about one."""
        disk = self.kinds[at].name if self._by == "disk" else self._disk
        return Disk(disk) if disk else None

    def spots(self, width: int) -> Sequence[Spot]:
        """See Sheet."""
        return figures.spots(self._fitted(width))

    def beside_heading(self, width: int, look: Look) -> Strip | None:
        """See Sheet: the axis of the bars."""
        if not self.kinds:
            return None
        return render_labels(self._axis(width), look, "heading")

    def strips(self, at: int, width: int, tall: int, look: Look) -> list[Strip]:
        """See Sheet: bars, with the figures before the lowest of them."""
        kind, begin = self.kinds[at], self._begin(width)
        *above, bars = render_spark(kind.latency, self._axis(width), tall, look)
        cells = figures.figures(kind.latency, kind.errors, self._span_ns)
        cells["OP"] = (kind.op, "name")
        if self._by != "op":
            cells[self._by.upper()] = (kind.name, "text")
        cells["COUNT"] = (units.count(kind.latency.count), "text")
        cells["SHARE"] = (units.percent(kind.latency.count / self._requests), "number")
        cells["BYTES/s"] = figures.bytes_per_second(kind.bytes, self._span_ns)
        lines = [Line(look, width).pad(begin).join(strip).strip() for strip in above]
        return [*lines, figures.row(cells, self._fitted(width), width, look).join(bars).strip()]

    def below(self, width: int, look: Look) -> list[Strip]:
        """See Sheet."""
        said = "a request with several flags is counted with each of them"
        return [Line(look, width).put(" ").put(said, "dim").strip()] if self._overlap else []

    def nothing(self) -> str:
        """See Sheet."""
        return self._nothing

    def _fitted(self, width: int) -> Sequence[Place]:
        bars = max(SPARK_LEAST, width // SPARK_SHARE)
        return figures.fit(self._shown, max(width - bars - 1, 1))

    def _begin(self, width: int) -> int:
        """Where the bars begin."""
        return sum(place.cells + 1 for place in self._fitted(width))

    def _axis(self, width: int) -> Axis:
        return axis_for([kind.latency for kind in self.kinds], max(width - self._begin(width), 1))

    def _values(self, kind: Kind) -> Row:
        known = figures.values(kind.latency, kind.errors, self._span_ns) | {
            "op": kind.op,
            "kind": kind.name or None,
            "count": kind.latency.count,
            "share": kind.latency.count / self._requests,
            "bytes": kind.bytes * 1e9 / max(self._span_ns, 1),
        }
        return [known[field.id] for field in FIELDS]


def _names(part: Part, by: By) -> tuple[str, ...]:
    """What kinds a request is of; of several where it has several flags."""
    if by == "flag":
        return tuple(FLAGS[flag] for flag in part.flags) or (NO_FLAG,)
    if by == "size":
        return (_size(part.size),)
    if by == "disk":
        return (part.disk,)
    return (PATTERNS[0 if part.sequential else 1],) if by == "pattern" else ("",)


def _all_names(by: By) -> tuple[str, ...]:
    """Every kind there is, in the order in which they are shown; disks are by their names."""
    sizes = tuple(_size(size) for size in (*SIZES, 0))
    return {"op": ("",), "flag": (NO_FLAG, *FLAGS.values()), "size": sizes, "pattern": PATTERNS, "disk": ()}[by]


def _size(most: int) -> str:
    """A class of sizes, by the most bytes that a request of it has."""
    return f"to {most >> 10}KiB" if most else f"over {SIZES[-1] >> 10}KiB"


def _overlap(parts: Iterable[Part], disk: str | None, by: By) -> bool:
    """Whether some requests are of several kinds, so that the shares are more than the whole."""
    return by == "flag" and any(len(part.flags) > 1 for part in parts if disk in (None, part.disk))
