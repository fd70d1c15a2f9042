"""Dump as text for people: aligned columns that stream, and a picture of each histogram at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, TypeVar

from rich.console import Console
from rich.text import Text

from probes.columns import Column, ProbeInfo, Row
from probes.disk_sums import DiskFacts, Threshold
from probes.latency import fold_powers_of_two
from probes.snapshot import Counts, Exit, Hello
from probes.unit_names import unit_name
from tui import format as fmt
from tui.findings.finding import Finding
from tui.tally import Series, Sort, Sum, Tally, Worker, by_process
from tui.text import fit, safe, width

Of = TypeVar("Of")

REASONS = {"hump": "there the second hump begins", "tail": "the slowest of a thousand", "set": "as asked for"}
BAR = 40
"""Cells of the longest bar of a histogram."""
LONGEST_LIST = 10
"""Processes, or sorts of requests, that are named: those that took most of the time."""
LEAST_WIDTH = 8
"""Cells of a column that the screen does not show."""


class TextSink:
    """Writes to a stream of text: styled and cut to the width of a terminal, plain and whole anywhere else."""

    def __init__(self, out: IO[str]) -> None:
        self._console = Console(file=out, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._width = self._console.width if self._console.is_terminal else 0
        self._ascii = self._console.encoding == "ascii"
        self._lines: list[Text] = []
        self._headed = ""

    def ready(self, hello: Hello, states: Mapping[str, str]) -> None:
        shown = ", ".join(f"{name} {state}" for name, state in states.items())
        self._add(f"ebtop {hello.version} on {hello.host}, kernel {hello.kernel}: {shown}", "dim")

    def rows(self, probe: ProbeInfo, rows: Sequence[Row]) -> None:
        columns = [(at, column) for at, column in enumerate(probe.columns) if column.width and not column.later]
        if self._headed != probe.id:
            self._headed = probe.id
            self._add(_line([fit(c.title, _width(c), right=c.kind in fmt.RIGHT) for _, c in columns]), "bold")
        error = next((at for at, column in columns if column.kind == "error"), None)
        for row in rows:
            cells = [_cell(fmt.cell(row[at], column), column) for at, column in columns]
            self._add(_line(cells), "red" if error is not None and row[error] is not None else "")

    def exits(self, probe: ProbeInfo, exits: Sequence[Exit]) -> None:
        for end in exits:
            how = f"signal {end.signal}" if end.signal else f"code {end.code}"
            self._add(f"{safe(probe.id)} {end.pid} ended with {how} after {fmt.duration(end.age_ms * 1e6)}", "dim")

    def counts(self, probe: ProbeInfo, time: int, counts: Counts) -> None:
        self._headed = ""
        self._add(f"{fmt.clock(time)} {probe.id}: {_counted(counts)}", "dim")

    def hist(self, probe: ProbeInfo, time: int | None, series: Series, total: Sum) -> None:
        self._headed = ""
        when = "" if time is None else f"{fmt.clock(time)} "
        self._add(f"{when}{series.disk} {series.op}, {series.stage} time: {_summed(total)}", "bold")
        if time is None:
            self._bars(fold_powers_of_two(total.latency.slots))

    def work(self, probe: ProbeInfo, time: int | None, work: Mapping[Worker, Sum]) -> None:
        if time is not None or not work:
            return
        self._add("who asked for it, from submission to completion:", "bold")
        processes = by_process(work)
        for who in _longest(processes):
            pid, comm, cgroup, kernel = who
            owner = f" {'for ' if kernel else ''}{unit_name(cgroup)}" if cgroup else ""
            self._add(f"{pid:>8} {comm}{owner}: {_summed(processes[who])}, {fmt.size(processes[who].bytes)}", "")

    def sorts(self, probe: ProbeInfo, time: int | None, sorts: Mapping[Sort, Sum]) -> None:
        if time is not None or not sorts:
            return
        self._add("what it was, time in the device:", "bold")
        for sort in _longest(sorts):
            size = f"up to {fmt.size(sort.size)}" if sort.size else "larger"
            pattern = "sequential" if sort.sequential else "random"
            kind = " ".join((sort.disk, sort.op, pattern, size, *sort.flags))
            self._add(f"{kind}: {_summed(sorts[sort])}", "")

    def disk(self, probe: ProbeInfo, time: int, facts: DiskFacts) -> None:
        known = (
            *(f"{what} {value}" for what in ("model", "serial", "slot") if (value := getattr(facts, what))),
            *(f"a member of {name}" for name in facts.sets),
            *([fmt.size(facts.size)] if facts.size else []),
        )
        self._news(f"{fmt.clock(time)} {facts.name}: {', '.join(known) or 'nothing is known of it'}")

    def threshold(self, probe: ProbeInfo, time: int, threshold: Threshold) -> None:
        since = fmt.duration(threshold.us * 1000)
        self._news(
            f"{fmt.clock(time)} {threshold.disk} {threshold.op}: slow from {since} on ({REASONS[threshold.why]})"
        )

    def finding(self, finding: Finding, time: int) -> None:
        self._headed = ""
        said = finding.text
        if finding.until is not None:
            said = f"{finding.title}: over, it held from {fmt.clock(finding.since)} to {fmt.clock(finding.until)}"
        self._add(f"{fmt.clock(time)} {finding.severity}: {said}", "bold")

    def total(self, probe: ProbeInfo, tally: Tally) -> None:
        slow = f"; {tally.listed:,} of {tally.selected:,} slow requests listed" if probe.view == "latency" else ""
        self._add(f"{probe.id}: {_counted(tally.total)}{slow}", "bold")

    def flush(self) -> None:
        if self._lines:
            self._console.print(Text("\n").join(self._lines))
            self._lines.clear()
            self._console.file.flush()

    def _news(self, line: str) -> None:
        self._headed = ""
        self._add(line, "dim")

    def _bars(self, powers: Mapping[int, int]) -> None:
        most = max(powers.values(), default=0)
        for power in range(min(powers, default=0), max(powers, default=-1) + 1):
            count = powers.get(power, 0)
            low = fmt.duration((1 << power) * 1000 if power else 0)
            high = fmt.duration((1 << power + 1) * 1000)
            self._add(f"{low:>8} .. {high:<8} {fmt.count(count):>8} {'#' * -(-count * BAR // most)}", "")

    def _add(self, line: str, style: str) -> None:
        ellipsis = "..." if self._ascii else "…"
        shown = safe(line, ascii_only=self._ascii)
        if self._width:
            shown = fit(shown, self._width, ellipsis=ellipsis).rstrip()
        self._lines.append(Text(shown, style))


def _summed(total: Sum) -> str:
    latency = total.latency
    p50, p99 = (fmt.duration(latency.percentile_ns(share)) for share in (0.5, 0.99))
    return (
        f"{fmt.count(latency.count)} requests, average {fmt.duration(latency.average_ns)}, "
        f"p50 {p50}, p99 {p99}, max {fmt.duration(latency.max_ns)}"
    )


def _longest(sums: Mapping[Of, Sum]) -> list[Of]:
    """Those that took most of the time."""
    return sorted(sums, key=lambda of: -sums[of].latency.sum_ns)[:LONGEST_LIST]


def _counted(counts: Counts) -> str:
    return (
        f"{counts.seen:,} seen = {counts.shown:,} shown + {counts.over_budget:,} over budget + "
        f"{counts.filtered:,} filtered + {counts.lost:,} lost; {counts.errors:,} errors"
    )


def _line(cells: Sequence[str]) -> str:
    return " ".join(cells).rstrip()


def _width(column: Column) -> int:
    return max(column.width, len(column.title), LEAST_WIDTH if column.grow else 0)


def _cell(text: str, column: Column) -> str:
    """A cell at least as wide as its column: what does not fit moves the rest of its line rather than be cut."""
    shown = safe(text)
    return fit(shown, max(_width(column), width(shown)), right=column.kind in fmt.RIGHT)
