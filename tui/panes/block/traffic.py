"""The figures of a disk: what it had to do, and how long that took; now, at a time in the past, or over a stretch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from probes.disk_choice import Ops
from probes.disk_sums import Stage
from probes.lanes import latency_of
from probes.latency import EMPTY, Latency
from tui import format as units
from tui.history import ProbeView
from tui.panes.block.cursor import Stretch
from tui.panes.block.strands import Choice
from tui.timeline import Column, Frame, unpacked
from tui.widgets.line import Role

Figure = tuple[str, str, Role]
"""A name, a text, and what it is."""


class Traffic(msgspec.Struct, frozen=True):
    """Requests and bytes a second, errors; share of the time it was busy, requests there on average; latencies.

    busy, depth  None if not known
    """

    hz: float
    bytes_hz: float
    errors: int
    busy: float | None
    depth: float | None
    latency: Latency

    def rates(self) -> list[Figure]:
        """How much it had to do."""
        return [("", units.rate(self.hz), "text"), ("", f"{units.size(self.bytes_hz)}/s", "text")]

    def load(self) -> list[Figure]:
        """How busy that made it, as far as it is known."""
        load: list[Figure] = []
        if self.busy is not None:
            load.append(("busy", units.percent(self.busy), "warn" if self.busy >= BUSY else "text"))
        if self.depth is not None:
            load.append(("depth", units.three_digits(self.depth), "text"))
        return load

    def times(self) -> list[Figure]:
        """How long it took, the most telling first; none without requests."""
        if not self.latency.count:
            return []
        by_name = dict(zip(LATENCIES, latencies(self.latency), strict=True))
        return [(name, units.duration(by_name[name]), ROLES[name]) for name in IMPORTANT]


BUSY = 0.9
"""From here on a disk has little left to give."""
LATENCIES = ("avg", "p50", "p90", "p99", "p99.9", "max")
IMPORTANT = ("avg", "p99", "p50", "max", "p99.9")
ROLES: dict[str, Role] = {
    "avg": "bright", "p50": "common", "p90": "slow", "p99": "tail", "p99.9": "tail", "max": "text",
}  # fmt: skip


def latencies(latency: Latency) -> tuple[float, ...]:
    """Nanoseconds, in the order of LATENCIES."""
    percentiles = (latency.percentile_ns(share) for share in (0.5, 0.9, 0.99, 0.999))
    return latency.average_ns, *percentiles, float(latency.max_ns)


def of_window(view: ProbeView, disk: str, choice: Choice) -> Traffic:
    """That of the last seconds; busy and depth are those of the last tick."""
    seconds = max(view.span_ns, 1) / 1e9
    ops = choice.ops(disk)
    device = view.moving.of(disk, "device", ops)
    stage = device if choice.stage == "device" else view.moving.of(disk, choice.stage, ops)
    state = next((one for one in view.disks if one.name == disk), None)
    return Traffic(
        sum(hist.count for hist in device) / seconds,
        sum(hist.bytes for hist in device) / seconds,
        sum(hist.errors for hist in device),
        state.busy if state else None,
        state.depth if state else None,
        latency_of(*stage),
    )


def of_frame(frame: Frame, disk: str, choice: Choice) -> Traffic:
    """That of a frame."""
    if disk not in frame.packed:
        return NOTHING
    return _of_columns([(frame.span_ns, unpacked(frame.packed[disk]))], frame.span_ns, choice.stage, choice.ops(disk))


def of_stretch(stretch: Stretch, disk: str, choice: Choice) -> Traffic:
    """That of all the frames together."""
    columns = [(frame.span_ns, unpacked(frame.packed[disk])) for frame in stretch.known if disk in frame.packed]
    return _of_columns(columns, stretch.span_ns, choice.stage, choice.ops(disk))


NOTHING = Traffic(0.0, 0.0, 0, None, None, EMPTY)


class Trace(msgspec.Struct, frozen=True):
    """What is drawn of a frame in lines over time; latencies in nanoseconds as in LATENCIES, none without requests."""

    latencies: tuple[float, ...]
    hz: float
    bytes_hz: float
    busy: float | None
    depth: float | None


def trace(frame: Frame | None, disk: str, choice: Choice) -> Trace | None:
    """That of a frame; None where the disk did nothing."""
    if frame is None or disk not in frame.packed:
        return None
    return _trace(frame.packed[disk], frame.span_ns, choice.stage, choice.ops(disk))


@lru_cache(1024)
def _trace(packed: bytes, span_ns: int, stage: Stage, ops: Ops) -> Trace:
    traffic = _of_columns([(span_ns, unpacked(packed))], span_ns, stage, ops)
    known = latencies(traffic.latency) if traffic.latency.count else ()
    return Trace(known, traffic.hz, traffic.bytes_hz, traffic.busy, traffic.depth)


def _of_columns(columns: Sequence[tuple[int, Column]], span_ns: int, at: Stage, ops: Ops) -> Traffic:
    seconds = max(span_ns, 1) / 1e9
    device = [hist for _, column in columns for hist in column.of("device", ops)]
    stage = [hist for _, column in columns for hist in column.of(at, ops)]
    return Traffic(
        sum(hist.count for hist in device) / seconds,
        sum(hist.bytes for hist in device) / seconds,
        sum(hist.errors for hist in device),
        _mean([(span, column.busy) for span, column in columns], span_ns),
        _mean([(span, column.depth) for span, column in columns], span_ns),
        latency_of(*stage),
    )


def _mean(parts: Sequence[tuple[int, float | None]], span_ns: int) -> float | None:
    known = [span * value for span, value in parts if value is not None]
    return sum(known) / max(span_ns, 1) if known else None
