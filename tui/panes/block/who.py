"""Who asks for it: a line for each process, over all disks and operations, those who wait the most first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from textual.strip import Strip

from probes.filter import Filter
from probes.lanes import latency_of
from probes.snapshot import Op, Threshold, Work
from tui import format as units
from tui import text as safe_text
from tui.history import ProbeView
from tui.panes.block import figures
from tui.panes.block.figures import Cell, Field
from tui.unit_names import unit_name
from tui.widgets.histogram import TAIL
from tui.widgets.line import Look

HEADING = 1
"""Lines that do not scroll."""
FIELDS = (
    Field("PID", 7, 7),
    Field("COMM", 10, 8, 17, right=False),
    Field("UNIT", 5, 12, 44, right=False),
    Field("DISKS", 6, 11, 28, right=False),
    Field(figures.IOPS, 7, 5, 6),
    Field("READ/s", 4, 7),
    Field("WRITE/s", 4, 7),
    Field(figures.ERRORS, 9, 5),
    Field(figures.AVERAGE, 3, 6),
    Field(figures.MEDIAN, 1, 6),
    Field(figures.P99, 8, 6),
    Field(figures.LONGEST, 2, 6),
    Field("WAIT", 9, 4, 14, right=False),
)
KNOWN = ("pid", "comm")
"""What a filter asks for that is known of work; the rest was tested in the kernel, if at all."""
MOST_DISKS = 3
ENOUGH = 100
"""One request in a thousand is beyond a p99.9 whoever asked for it: fewer than so many prove nothing."""


class Process(msgspec.Struct, frozen=True):
    """A process, or a kernel thread working for the owner of a cgroup, and all its work."""

    pid: int
    comm: str
    cgroup: str
    kernel: bool
    work: tuple[Work, ...]

    @property
    def waited_ns(self) -> int:
        """The time of all its requests, one after the other."""
        return sum(one.sum_ns for one in self.work)


def processes(work: Iterable[Work], chosen: Filter) -> list[Process]:
    """Those that pass the filter, the one that waited the most first."""
    known = Filter(chosen.text, tuple(term for term in chosen.terms if term.key in KNOWN))
    by_process: dict[tuple[int, str, bool], list[Work]] = {}
    for one in work:
        if not known.terms or known.matches({"pid": one.pid, "comm": one.comm}):
            by_process.setdefault((one.pid, one.cgroup, one.kernel), []).append(one)
    found = [
        Process(pid, max(mine, key=lambda one: one.count).comm, cgroup, kernel, tuple(mine))
        for (pid, cgroup, kernel), mine in by_process.items()
    ]
    return sorted(found, key=lambda process: (-process.waited_ns, process.pid, process.cgroup))


def total(view: ProbeView) -> int:
    """Lines that scroll."""
    return len(processes(view.work, view.log.filter))


def lines(look: Look, view: ProbeView, width: int, height: int, top: int) -> list[Strip]:
    """The heading, and as many processes as there is room for, from the `top`-th on."""
    found = processes(view.work, view.log.filter)
    errors = any(one.errors for process in found for one in process.work)
    places = figures.fit([field for field in FIELDS if errors or field.title != figures.ERRORS], width)
    drawn = [figures.heading(places, width, look).strip()]
    if not found:
        return [*drawn, figures.said(_nothing(view), width, look)]
    whole_ns = sum(process.waited_ns for process in found)
    room = {field.title: cells for field, cells in places}
    for at in figures.scrolled(len(found), height - HEADING, top):
        process = found[at]
        cells = _figures(process, view, room.get("DISKS", 0))
        cells["WAIT"] = _share(process.waited_ns / max(whole_ns, 1), room.get("WAIT", 0), look)
        drawn.append(figures.row(cells, places, width, look).strip())
    return drawn


def suffers_on(process: Process, thresholds: Mapping[tuple[str, Op], Threshold]) -> dict[str, float]:
    """The disks whose slow threshold is below the p99 of what the process asked of them, with that p99 in ns."""
    slow: dict[str, float] = {}
    for one in process.work:
        threshold = thresholds.get((one.disk, one.op))
        if threshold is None or (threshold.why == "tail" and one.count < ENOUGH):
            continue
        tail_ns = latency_of(one).percentile_ns(TAIL)
        if tail_ns > threshold.us * 1000:
            slow[one.disk] = max(slow.get(one.disk, 0.0), tail_ns)
    return slow


def unit(process: Process) -> str:
    """Whose it is: its unit or container; of a kernel thread, the one whose pages it writes."""
    name = unit_name(process.cgroup)
    if not process.kernel:
        return name
    return f"for {name}" if name not in ("", "/") else "kernel"


def _figures(process: Process, view: ProbeView, disk_cells: int) -> dict[str, Cell]:
    slow = suffers_on(process, view.thresholds)
    errors = sum(one.errors for one in process.work)
    cells = figures.figures(latency_of(*process.work), errors, view.span_ns)
    cells["PID"] = (str(process.pid) if process.pid else "", "number")
    cells["COMM"] = (f"[{process.comm}]", "dim") if process.kernel else (process.comm, "name")
    cells["UNIT"] = (unit(process), "dim" if process.kernel else "text")
    cells["DISKS"] = (_disks(process, slow, disk_cells), "bad" if slow else "text")
    cells["READ/s"] = figures.bytes_per_second(_moved(process, "read"), view.span_ns)
    cells["WRITE/s"] = figures.bytes_per_second(_moved(process, "write"), view.span_ns)
    return cells


def _disks(process: Process, slow: Mapping[str, float], cells: int) -> str:
    """As many as have room of the disks on which it waited the most; those on which it suffers come first, with a
    sign, and how much.
    """
    waited: dict[str, int] = {}
    for one in process.work:
        waited[one.disk] = waited.get(one.disk, 0) + one.sum_ns
    ordered = sorted(waited, key=lambda disk: (-slow.get(disk, 0.0), -waited[disk], disk))[:MOST_DISKS]
    named = [f"{units.FAILED}{disk} {units.duration(slow[disk])}" if disk in slow else disk for disk in ordered]
    while len(named) > 1 and safe_text.width(safe_text.safe(_with_rest(named, len(waited)))) > cells:
        named.pop()
    return _with_rest(named, len(waited)) if len(named) > 1 else named[0]


def _with_rest(named: Sequence[str], disks: int) -> str:
    return " ".join(named) + (f" +{disks - len(named)}" if disks > len(named) else "")


def _moved(process: Process, op: Op) -> int:
    return sum(one.bytes for one in process.work if one.op == op)


def _share(share: float, cells: int, look: Look) -> Cell:
    """A share of the time that all waited, as a figure and where there is room as a bar."""
    figure = f"{units.percent(share):>4}"
    sides = look.glyphs.sides
    full, rest = divmod(max(round(share * (cells - len(figure) - 1) * (len(sides) - 1)), 0), len(sides) - 1)
    return f"{figure} {sides[-1] * full}{sides[rest]}".rstrip(), "slow"


def _nothing(view: ProbeView) -> str:
    if len(view.work) and view.log.filter.terms:
        return "no process passes the filter: F clears it"
    return f"no process asked for block I/O in the last {figures.seconds(view.span_ns)}: waiting"
