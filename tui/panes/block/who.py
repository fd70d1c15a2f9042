"""Who asks for it: a line for each process, over all disks and operations, those who wait the most first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from textual.strip import Strip

from probes.columns import Row
from probes.disk_sums import Op, Threshold, Work
from probes.filter import WORK_KEYS, Filter
from probes.lanes import latency_of
from probes.unit_names import unit_name
from tui import format as units
from tui import text as safe_text
from tui.history import ProbeView
from tui.panes.block import figures
from tui.panes.block.figures import Field
from tui.panes.block.nothing import nothing
from tui.panes.table import fields
from tui.panes.table.sheet import Listed
from tui.subject import Cell, Unfit
from tui.tally import passes
from tui.widgets.histogram import TAIL
from tui.widgets.line import Look
from tui.widgets.spark import share_bar
from tui.widgets.table import Spot

FIELDS = (
    Field("PID", 7, 7, id="pid", kind="pid"),
    Field("COMM", 10, 8, 17, right=False, id="comm", kind="word"),
    Field("UNIT", 5, 12, 44, right=False, id="unit", kind="word"),
    Field("DISKS", 6, 11, 28, right=False, id="disk", kind="word"),
    Field(figures.IOPS, 7, 5, 6, id="iops"),
    Field("READ/s", 4, 7, id="read_bytes", kind="bytes"),
    Field("WRITE/s", 4, 7, id="written_bytes", kind="bytes"),
    Field(figures.ERRORS, 9, 5, id="errors"),
    Field(figures.AVERAGE, 3, 6, id="average_us", kind="us"),
    Field(figures.MEDIAN, 1, 6, id="p50_us", kind="us"),
    Field(figures.P99, 8, 6, id="p99_us", kind="us"),
    Field(figures.LONGEST, 2, 6, id="max_us", kind="us"),
    Field("WAIT", 9, 4, 14, right=False, id="wait"),
)
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
    known = chosen.within(*WORK_KEYS)
    by_process: dict[tuple[int, str, bool], list[Work]] = {}
    for one in work:
        if not known or passes(known, one):
            by_process.setdefault((one.pid, one.cgroup, one.kernel), []).append(one)
    found = [
        Process(pid, max(mine, key=lambda one: one.count).comm, cgroup, kernel, tuple(mine))
        for (pid, cgroup, kernel), mine in by_process.items()
    ]
    return sorted(found, key=lambda process: (-process.waited_ns, process.pid, process.cgroup))


class WhoSheet(Listed):
    """The processes of a moment; a row's key is the process with the owner of its pages. `clear` is the name of the key
    that clears the filter.
    """

    keeps = False

    def __init__(self, view: ProbeView, clear: str) -> None:
        self.processes = processes(view.work, view.log.filter)
        self._view, self._clear = view, clear
        self._whole_ns = max(sum(process.waited_ns for process in self.processes), 1)
        keys = [(process.pid, process.cgroup, process.kernel) for process in self.processes]
        super().__init__(figures.columns(FIELDS), keys, [self._values(process) for process in self.processes])
        self.name = f"{view.info.id}-who"
        errors = any(one.errors for process in self.processes for one in process.work)
        self._shown = [field for field in FIELDS if errors or field.title != figures.ERRORS]

    def spots(self, width: int) -> Sequence[Spot]:
        """See Sheet."""
        return figures.spots(figures.fit(self._shown, width))

    def strips(self, at: int, width: int, tall: int, look: Look) -> list[Strip]:
        """See Sheet."""
        places, process = figures.fit(self._shown, width), self.processes[at]
        room = {field.title: cells for field, cells in places}
        cells = _figures(process, self._view, room.get("DISKS", 0))
        cells["WAIT"] = (share_bar(process.waited_ns / self._whole_ns, room.get("WAIT", 0), look), "slow")
        return [figures.row(cells, places, width, look).strip()]

    def cell(self, at: int, column: str) -> Cell | Unfit:
        """See Sheet: the unit is that of the pages that are written; figures are of the process."""
        process = self.processes[at]
        known = {
            "pid": process.pid or None,
            "comm": process.comm,
            "cgroup": process.cgroup,
            "disk": _waited(process)[0],
        }
        of = "cgroup" if column == "unit" else column
        title = next((field.title for field in FIELDS if field.id == column), column)
        return fields.cell(of if of in known else "pid" if process.pid else "comm", known, title)

    def nothing(self) -> str:
        """See Sheet."""
        return nothing(self._view, "process", "no process asked for block I/O", self._clear)

    def _values(self, process: Process) -> Row:
        span_ns = max(self._view.span_ns, 1)
        known = figures.values(latency_of(*process.work), sum(one.errors for one in process.work), span_ns) | {
            "pid": process.pid or None,
            "comm": process.comm,
            "unit": unit(process),
            "disk": _waited(process)[0],
            "read_bytes": _moved(process, "read") * 1e9 / span_ns,
            "written_bytes": _moved(process, "write") * 1e9 / span_ns,
            "wait": process.waited_ns / self._whole_ns,
        }
        return [known[field.id] for field in FIELDS]


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


def _figures(process: Process, view: ProbeView, disk_cells: int) -> dict[str, figures.Cell]:
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
    waited = _waited(process)
    ordered = sorted(waited, key=lambda disk: -slow.get(disk, 0.0))[:MOST_DISKS]
    named = [f"{units.FAILED}{disk} {units.duration(slow[disk])}" if disk in slow else disk for disk in ordered]
    while len(named) > 1 and safe_text.width(safe_text.safe(_with_rest(named, len(waited)))) > cells:
        named.pop()
    return _with_rest(named, len(waited)) if len(named) > 1 else named[0]


def _waited(process: Process) -> list[str]:
    """Its disks, the one that it waited for the most first."""
    waited: dict[str, int] = {}
    for one in process.work:
        waited[one.disk] = waited.get(one.disk, 0) + one.sum_ns
    return sorted(waited, key=lambda disk: (-waited[disk], disk))


def _with_rest(named: Sequence[str], disks: int) -> str:
    return " ".join(named) + (f" +{disks - len(named)}" if disks > len(named) else "")


def _moved(process: Process, op: Op) -> int:
    return sum(one.bytes for one in process.work if one.op == op)
