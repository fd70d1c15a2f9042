"""What watching opens adds to each open of a program that does nothing else, and whether each one is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from bench import machine, peers, report
from bench.loads import Load, compiled
from bench.ours import Dump, screen_live
from bench.settings import Settings

BARE, SCREEN, DUMP = "nobody watches", "ebtop (screen)", "ebtop dump"
OPENSNOOP, COUNTING, STRACE = "opensnoop (libbpf-tools)", "bpftrace, count by comm", "strace -f -e openat"
SECONDS = 1.0
COMM = "openflood"


def run(settings: Settings) -> None:
    with compiled("open") as load:
        with machine.core_for_loads() as core:
            figures = report.in_turn(settings.rounds, _turns(load, core))
        _show(figures)
        _check_counts(load)


def _turns(load: Load, core: int) -> Mapping[str, report.Turn]:
    watched = partial(_watched, load, core)
    count = "tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }"
    return {
        BARE: watched(BARE, nullcontext),
        SCREEN: watched(SCREEN, screen_live),
        DUMP: watched(DUMP, Dump),
        OPENSNOOP: watched(OPENSNOOP, lambda: peers.libbpf_tool("opensnoop")),
        COUNTING: watched(COUNTING, lambda: peers.bpftrace(count)),
        STRACE: lambda: {STRACE: load.run(core, SECONDS, peers.strace("openat", core)).each_wall_ns},
    }


def _watched(load: Load, core: int, name: str, observer: Callable[[], AbstractContextManager[object]]) -> report.Turn:
    def turn() -> Mapping[str, float]:
        with observer():
            return {name: load.run(core, SECONDS).each_ns}

    return turn


def _show(figures: report.Figures) -> None:
    rows: list[Sequence[str]] = []
    added = {name: figures.added(name, BARE) for name in figures.values}
    for name in figures.values:
        bare = name == BARE
        rows.append(
            (
                name,
                report.number(figures.median(name)),
                figures.spread(name),
                "" if bare else report.number(added[name]),
                "" if bare else report.number(figures.ratio(name, BARE)),
                "" if bare else report.number(added[name] / added[SCREEN]),
            )
        )
    columns = ("open flood", "ns per open+close", "least..most", "ns added", "x bare", "added / ebtop's")
    report.show("An openat+close loop on one core", columns, rows, figures.missing)
    if OPENSNOOP in figures:
        report.goal("ebtop adds, as a part of what opensnoop adds", added[SCREEN] / added[OPENSNOOP], 0.2)
    if COUNTING in figures:
        report.goal("ebtop adds, as a part of what counting in bpftrace adds", added[SCREEN] / added[COUNTING], 1.25)


def _check_counts(load: Load) -> None:
    with machine.core_for_loads() as core:
        with Dump("--probe", "open") as free:
            done = load.run(core, SECONDS)
        total = free.totals["open"]
        lost = f"{total['seen']:,} seen of {done.times:,} by the load and whatever else ran, {total['lost']:,} lost"
        report.check("without a filter", total["seen"] >= done.times and total["lost"] == 0, lost)
        with Dump("--probe", "open", f"comm={COMM}") as filtered:
            done = load.run(core, SECONDS)
        total = filtered.totals["open"]
    seen = total["seen"] - total["filtered"]
    exact = f"{seen:,} of {done.times:,} opens of the load, {total['lost']:,} lost"
    report.check("filtered to the load", seen == done.times and total["lost"] == 0, exact)
