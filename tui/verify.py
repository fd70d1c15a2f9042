"""Whether messages from a file make sense: what types cannot say, and what would harm whoever shows them.

A collector is trusted; a file comes from anyone. A histogram slot far out of range would cost gigabytes to draw,
a time far out of range has no date, a row that is too short has no cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isfinite

from probes.latency import SLOTS
from probes.snapshot import Column, Counts, Hello, Hist, Kind, ProbeInfo, ProbeTick, Row, Snapshot, Value

MOST = (1 << 63) - 1
WIDEST = 1000
"""Cells that a column may ask for."""


def hello_problem(hello: Hello) -> str | None:
    """What is wrong with the opening of a session, or None."""
    ids = [probe.id for probe in hello.probes]
    if len(set(ids)) != len(ids):
        return "a probe is listed twice"
    for probe in hello.probes:
        names = [column.id for column in probe.columns]
        if len(set(names)) != len(names):
            return f"a column of {probe.id} is listed twice"
        if not all(0 <= column.width <= WIDEST for column in probe.columns):
            return f"a column of {probe.id} has an impossible width"
    if not (_natural(hello.time, hello.budget) and isfinite(hello.interval_s) and hello.interval_s > 0):
        return "an impossible time or interval"
    return None


def snapshot_problem(snapshot: Snapshot, infos: Mapping[str, ProbeInfo]) -> str | None:
    """What is wrong with a tick of a session that has these probes, or None."""
    box = snapshot.box
    if not _natural(snapshot.time, snapshot.span_ns, snapshot.cpu_ns, box.cores, box.memory_used, box.memory_total):
        return "an impossible number"
    if not all(map(isfinite, (box.uptime_s, box.cpu, *box.load))):
        return "an impossible load"
    ids = [tick.id for tick in snapshot.probes]
    if len(set(ids)) != len(ids) or not set(ids) <= infos.keys():
        return "a probe that the recording does not list"
    return next(filter(None, (_tick_problem(tick, infos[tick.id]) for tick in snapshot.probes)), None)


def _tick_problem(tick: ProbeTick, info: ProbeInfo) -> str | None:
    if not _natural(tick.first, *_numbers(tick.counts), tick.bpf_ns or 0):
        return "impossible counts"
    if not all(_row_fits(row, info.columns) for row in tick.rows):
        return f"a row that does not fit the columns of {tick.id}"
    if not all(_natural(end.row) and isfinite(end.age_ms) for end in tick.exits):
        return "an impossible exit"
    if not all(map(_hist_fits, tick.hists)):
        return "an impossible histogram"
    if not all(_natural(disk.in_flight, disk.oldest_us) for disk in tick.disks):
        return "an impossible disk"
    return None


def _numbers(counts: Counts) -> Iterable[int]:
    return (counts.seen, counts.shown, counts.over_budget, counts.filtered, counts.lost, counts.errors)


def _natural(*numbers: int) -> bool:
    return all(0 <= number <= MOST for number in numbers)


def _hist_fits(hist: Hist) -> bool:
    slots = [slot for slot, _ in hist.slots]
    return (
        slots == sorted(set(slots))
        and all(0 <= slot < SLOTS for slot in slots)
        and _natural(*(count for _, count in hist.slots), hist.count, hist.sum_ns, hist.max_ns, hist.bytes, hist.errors)
    )


def _row_fits(row: Row, columns: tuple[Column, ...]) -> bool:
    return len(row) == len(columns) and all(
        value is None or FITS[column.kind](value) for value, column in zip(row, columns, strict=True)
    )


def _is_whole(value: Value) -> bool:
    return isinstance(value, int) and -MOST <= value <= MOST


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and isfinite(value)


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


FITS: Mapping[Kind, Callable[[Value], bool]] = {
    "time": _is_whole,
    "pid": _is_whole,
    "number": _is_whole,
    "us": _is_number,
    "ms": _is_number,
    "word": _is_text,
    "error": _is_text,
    "text": _is_text,
    "argv": lambda value: isinstance(value, list),
}
"""What a value of each kind of column is."""
