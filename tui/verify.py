"""Whether messages from a file make sense: what types cannot say, and what would harm whoever shows them.

A collector is trusted; a file comes from anyone. A histogram slot far out of range would cost gigabytes to draw,
a time far out of range has no date, a row that is too short has no cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from math import isfinite

from probes.columns import Column, Kind, ProbeInfo, Row, Value
from probes.disk_sums import Aside, Disk, DiskFacts, Hist, Part, Threshold, Work
from probes.lanes import CODES, Lanes
from probes.latency import SLOTS
from probes.snapshot import Hello, ProbeTick, Snapshot, Tally

MOST = (1 << 63) - 1
WIDEST = 1000
"""Cells that a column may ask for."""
MOST_PROBES, MOST_COLUMNS = 32, 100
MOST_LISTED = 65536
"""Histograms, parts and so on of one tick: more disks and processes than a collector tells apart."""
MOST_SETS = 64
"""Sets that a disk may be a member of."""
MOST_DEPTH = 1e9
LONGEST = 1e15
"""Microseconds or milliseconds that anything takes at most: decades, and in nanoseconds still a whole number."""
TAKEN = frozenset(("type", "probe"))
"""What a line of a dump says of itself, which no column may pose as."""


def hello_problem(hello: Hello) -> str | None:
    """What is wrong with the opening of a session, or None."""
    if not 0 < len(hello.probes) <= MOST_PROBES:
        return "no probes, or more than there can be"
    ids = [probe.id for probe in hello.probes]
    if len(set(ids)) != len(ids):
        return "a probe is listed twice"
    if not (_natural(hello.time, hello.budget) and isfinite(hello.interval_s) and hello.interval_s > 0):
        return "an impossible time or interval"
    return next(filter(None, map(_columns_problem, hello.probes)), None)


def _columns_problem(probe: ProbeInfo) -> str | None:
    names = [column.id for column in probe.columns]
    if len(names) > MOST_COLUMNS:
        return f"{probe.id} has more columns than there can be"
    if len(set(names)) != len(names):
        return f"a column of {probe.id} is listed twice"
    if not TAKEN.isdisjoint(names):
        return f"a column of {probe.id} has a name that is taken"
    if not all(0 <= column.width <= WIDEST for column in probe.columns):
        return f"a column of {probe.id} has an impossible width"
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
    return next((problem for problem, fits in _checks(tick, info) if not fits), None)


def _checks(tick: ProbeTick, info: ProbeInfo) -> Iterator[tuple[str, bool]]:
    """What could be wrong with a tick, and whether it is not; the cheap ones first."""
    aside = tick.aside or Aside()
    lists = tick.kin, *_sums(tick), *_sums(aside), tick.facts or (), tick.thresholds or (), tick.tallies or ()
    yield "more than any machine has", all(len(listed) <= MOST_LISTED for listed in lists)
    yield "impossible counts", _natural(tick.first, *tick.counts.fields(), tick.bpf_ns or 0, tick.selected)
    yield f"a row that does not fit the columns of {tick.id}", all(_row_fits(row, info.columns) for row in tick.rows)
    yield "an impossible exit", all(_natural(end.row) and _is_duration(end.age_ms) for end in tick.exits)
    yield "an impossible histogram", all(map(_counts_fit, tick.hists + aside.hists))
    yield "an impossible part", all(map(_part_fits, tick.parts + aside.parts))
    yield "impossible work", all(_counts_fit(work) and _natural(work.pid) for work in tick.work + aside.work)
    yield "an impossible tally", all(map(_tally_fits, tick.tallies or ()))
    yield "an impossible parent", _natural(*tick.kin, *tick.kin.values())
    yield "an impossible disk", all(map(_disk_fits, tick.disks + aside.disks))
    yield "impossible facts of a disk", all(map(_facts_fit, tick.facts or ()))
    yield "an impossible threshold", all(map(_threshold_fits, tick.thresholds or ()))


def _sums(of: ProbeTick | Aside) -> tuple[Sized, ...]:
    return of.hists, of.disks, of.parts, of.work


def _natural(*numbers: int) -> bool:
    return all(0 <= number <= MOST for number in numbers)


def _counts_fit(hist: Hist | Part | Work) -> bool:
    return _lanes_fit(hist.lanes) and _natural(hist.count, hist.sum_ns, hist.max_ns, hist.bytes, hist.errors)


def _lanes_fit(lanes: Lanes) -> bool:
    if lanes.width not in CODES or len(lanes.counts) % lanes.width or not 0 <= lanes.first <= lanes.end <= SLOTS:
        return False
    values = lanes.values()
    return not values or (max(values) <= MOST and values[0] > 0 and values[-1] > 0)


def _part_fits(part: Part) -> bool:
    return _counts_fit(part) and _natural(part.size) and _once(part.flags)


def _tally_fits(tally: Tally) -> bool:
    numbers = tally.pid, tally.ppid, tally.uid, tally.count, tally.timed, tally.sum_ns, tally.max_ns
    return _natural(*numbers) and tally.timed <= tally.count


def _disk_fits(disk: Disk) -> bool:
    busy, depth = disk.busy or 0.0, disk.depth or 0.0
    return _natural(disk.in_flight, disk.oldest_us) and 0 <= busy <= 1 and 0 <= depth <= MOST_DEPTH


def _facts_fit(facts: DiskFacts) -> bool:
    return _natural(facts.size) and len(facts.sets) <= MOST_SETS and _once(facts.sets)


def _threshold_fits(threshold: Threshold) -> bool:
    return _is_duration(threshold.us) and threshold.us >= 0


def _once(values: tuple[str, ...]) -> bool:
    return len(set(values)) == len(values)


def _row_fits(row: Row, columns: tuple[Column, ...]) -> bool:
    return len(row) == len(columns) and all(
        value is None or FITS[column.kind](value) for value, column in zip(row, columns, strict=True)
    )


def _is_whole(value: Value) -> bool:
    return isinstance(value, int) and -MOST <= value <= MOST


def _is_duration(value: Value) -> bool:
    return isinstance(value, int | float) and abs(value) <= LONGEST


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


FITS: Mapping[Kind, Callable[[Value], bool]] = {
    "time": _is_whole,
    "pid": lambda value: isinstance(value, int) and _natural(value),
    "number": _is_whole,
    "bytes": _is_whole,
    "us": _is_duration,
    "ms": _is_duration,
    "word": _is_text,
    "error": _is_text,
    "text": _is_text,
    "argv": lambda value: isinstance(value, list),
}
"""What a value of each kind of column is."""
