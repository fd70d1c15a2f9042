"""A session without a screen: what becomes of each snapshot, whatever the format and wherever it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from probes.columns import ProbeInfo, Row
from probes.disk_choice import Choice
from probes.disk_sums import DiskFacts, Threshold
from probes.filter import WORK_KEYS, Filter
from probes.snapshot import Counts, Exit, Hello, ProbeTick, Snapshot
from tui.findings.finding import Finding
from tui.findings.watch import Watch
from tui.lineage import Lineage
from tui.tally import Series, Sort, Sum, Tally, Worker, passes, series_of, sorts_of, sum_of, workers_of


class Sink(Protocol):
    """A format: writes each thing as it comes. Times are in nanoseconds since the epoch; None: of the whole session."""

    def ready(self, hello: Hello, states: Mapping[str, str]) -> None: ...
    def rows(self, probe: ProbeInfo, rows: Sequence[Row]) -> None: ...
    def exits(self, probe: ProbeInfo, exits: Sequence[Exit]) -> None: ...
    def counts(self, probe: ProbeInfo, time: int, counts: Counts) -> None: ...
    def hist(self, probe: ProbeInfo, time: int | None, series: Series, total: Sum) -> None: ...
    def work(self, probe: ProbeInfo, time: int | None, work: Mapping[Worker, Sum]) -> None: ...
    def sorts(self, probe: ProbeInfo, time: int | None, sorts: Mapping[Sort, Sum]) -> None: ...
    def disk(self, probe: ProbeInfo, time: int, facts: DiskFacts) -> None: ...
    def threshold(self, probe: ProbeInfo, time: int, threshold: Threshold) -> None: ...
    def finding(self, finding: Finding, time: int) -> None: ...
    def total(self, probe: ProbeInfo, tally: Tally) -> None: ...
    def flush(self) -> None: ...


class Options(NamedTuple):
    """What to write.

    probes   ids of the probes to write of
    every    counts and histograms of each tick too, not only their sums at the end
    filter   what rows must pass; for a live session the kernel sees to that already
    live     off is on its way to on; in a recording it may stay so
    """

    probes: tuple[str, ...]
    every: bool = False
    filter: Filter = Filter()
    live: bool = True


def is_ready(snapshot: Snapshot, probes: Iterable[str], *, live: bool = True) -> bool:
    """Whether each of these probes is attached, or has said why it cannot be."""
    settled = ("on", "failed") if live else ("on", "failed", "off")
    return {tick.id for tick in snapshot.probes if tick.state in settled}.issuperset(probes)


MOST_HELD = 300
"""Snapshots that wait for `ready`: a forged recording may never get there."""


class Dump:
    """Takes snapshots, writes to a sink; `ready` comes first: what was seen before is held back until then."""

    def __init__(self, hello: Hello, sink: Sink, options: Options) -> None:
        self._hello = hello
        self._sink = sink
        self._options = options
        self._choice, self._lineage = Choice(options.filter), Lineage()
        self._infos = {info.id: info for info in hello.probes}
        self._tallies = {name: Tally() for name in options.probes}
        self._kept: dict[str, set[int]] = {name: set() for name in options.probes}
        self._held: list[Snapshot] | None = []
        self._states = dict.fromkeys(options.probes, "off")
        latency = any(self._infos[name].view == "latency" for name in options.probes)
        self._watch = Watch(hello.probes) if latency else None
        self._known: set[DiskFacts | Threshold] = set()

    @property
    def failed(self) -> bool:
        """Whether one of the probes could not be attached."""
        return any(state.startswith("failed") for state in self._states.values())

    def take(self, snapshot: Snapshot) -> None:
        """Writes what the snapshot holds, once every probe is ready."""
        for tick in snapshot.probes:
            if tick.id in self._states and (self._held is not None or tick.state == "failed"):
                self._states[tick.id] = _state(tick)
        if self._held is None:
            self._write(snapshot)
        else:
            self._held.append(snapshot)
            ready = is_ready(snapshot, self._options.probes, live=self._options.live)
            if ready or len(self._held) >= MOST_HELD:
                self._release()
        self._sink.flush()

    def end(self) -> None:
        """Writes the sums."""
        self._release()
        for name, tally in self._tallies.items():
            for series, total in sorted(tally.series.items()):
                self._sink.hist(self._infos[name], None, series, total)
            self._sink.work(self._infos[name], None, tally.work)
            self._sink.sorts(self._infos[name], None, tally.sorts)
        for name, tally in self._tallies.items():
            self._sink.total(self._infos[name], tally)
        self._sink.flush()

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._sink.ready(self._hello, self._states)
            for snapshot in held:
                self._write(snapshot)

    def _write(self, snapshot: Snapshot) -> None:
        if self._options.filter.follows:
            for tick in snapshot.probes:
                self._lineage.learn(tick.kin, snapshot.time - snapshot.span_ns)
                self._lineage.add(self._infos[tick.id].columns, tick.rows)
        for tick in snapshot.probes:
            if tick.id in self._tallies:
                self._write_tick(snapshot.time, tick)
        for finding in self._watch.take(snapshot) if self._watch else ():
            self._sink.finding(finding, snapshot.time)

    def _write_tick(self, time: int, tick: ProbeTick) -> None:
        info = self._infos[tick.id]
        tally = self._tallies[tick.id]
        counts = tally.counts_of(tick)
        if info.view == "latency" and self._choice:
            tick, counts = self._chosen(tick, counts)
        if self._options.filter.terms:
            rows, exits, counts = self._filtered(info, tick, counts)
        else:
            rows, exits = tick.rows, tick.exits
        work, sorts = self._work(tick), sorts_of(tick.parts)
        tally.add(counts, tick.hists)
        tally.add_work(work)
        tally.add_sorts(sorts)
        tally.selected = tick.selected
        tally.listed += len(rows)
        self._write_news(time, info, tick)
        if rows:
            self._sink.rows(info, rows)
        if exits:
            self._sink.exits(info, exits)
        if self._options.every:
            self._sink.counts(info, time, counts)
            for hist in tick.hists:
                self._sink.hist(info, time, series_of(hist), sum_of(hist))
            self._sink.work(info, time, work)
            self._sink.sorts(info, time, sorts)

    def _write_news(self, time: int, info: ProbeInfo, tick: ProbeTick) -> None:
        """What is known of disks, and from when on requests are slow, where it was not known or was otherwise."""
        for facts in tick.facts or ():
            if facts not in self._known:
                self._sink.disk(info, time, facts)
        for threshold in tick.thresholds or ():
            if threshold not in self._known:
                self._sink.threshold(info, time, threshold)
        for kind, news in ((DiskFacts, tick.facts), (Threshold, tick.thresholds)):
            if news is not None:
                self._known = {one for one in self._known if not isinstance(one, kind)} | set(news)

    def _work(self, tick: ProbeTick) -> dict[Worker, Sum]:
        """What the processes did that pass the filter, as far as it asks for what is known of them."""
        known = self._options.filter.within(*WORK_KEYS)
        return workers_of(work for work in tick.work if passes(known, work))

    def _chosen(self, tick: ProbeTick, counts: Counts) -> tuple[ProbeTick, Counts]:
        """The disks and operations that the filter asks for, and the counts that follow."""
        left = self._choice.of(tick.hists, tick.parts, tick.work, tick.disks)
        chosen = msgspec.structs.replace(
            tick, hists=list(left.hists), parts=list(left.parts), work=list(left.work), disks=list(left.disks)
        )
        return chosen, counts.hiding(left.hidden, left.errors)

    def _filtered(self, info: ProbeInfo, tick: ProbeTick, counts: Counts) -> tuple[list[Row], list[Exit], Counts]:
        """Rows that the filter lets through, the ends of their processes, and the counts that follow."""
        ids = [column.id for column in info.columns]
        error = ids.index("error") if "error" in ids else None
        ends = any(column.later for column in info.columns)
        kept = self._kept[tick.id]
        follows = self._options.filter.follows
        rows: list[Row] = []
        errors = 0
        for number, row in enumerate(tick.rows, tick.first):
            fields = dict(zip(ids, row, strict=True))
            if self._options.filter.matches(fields | {"tree": self._lineage.noted(fields)} if follows else fields):
                rows.append(row)
                if ends:
                    kept.add(number)
            elif error is not None and row[error] is not None:
                errors += 1
        exits = [end for end in tick.exits if end.row in kept]
        kept.difference_update(end.row for end in exits)
        if info.view == "latency":  # its counts are of requests, few of which are rows
            return rows, exits, counts
        return rows, exits, counts.hiding(len(tick.rows) - len(rows), errors)


def _state(tick: ProbeTick) -> str:
    """The state of a probe, with the reason and the remedy where it failed."""
    why = "; ".join(tick.message.split("\n"))
    return f"failed: {why}" if tick.state == "failed" else tick.state
