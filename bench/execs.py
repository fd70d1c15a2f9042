"""What watching execs adds to each fork, exec and end of a program that does nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from bench import machine, peers, report
from bench.loads import Load, compiled
from bench.ours import Dump
from bench.settings import Settings

BARE, EBTOP, EBTOP_EXEC = "nobody watches", "ebtop dump", "ebtop dump --probe exec"
EXECSNOOP, STRACE = "execsnoop (libbpf-tools)", "strace -f -e execve"
SECONDS = 1.0


def run(settings: Settings) -> None:
    with compiled("exec") as load, machine.core_for_loads() as core:
        watched = partial(_watched, load, core)
        figures = report.in_turn(
            settings.rounds,
            {
                BARE: watched(BARE, nullcontext),
                EBTOP: watched(EBTOP, Dump),
                EBTOP_EXEC: watched(EBTOP_EXEC, lambda: Dump("--probe", "exec")),
                EXECSNOOP: watched(EXECSNOOP, lambda: peers.libbpf_tool("execsnoop")),
                STRACE: lambda: {STRACE: load.run(core, SECONDS, peers.strace("execve", core)).each_wall_ns / 1000},
            },
        )
        _show(figures)
        with Dump("--probe", "exec", "comm=true") as dump:
            done = load.run(core, SECONDS)
    total = dump.totals["exec"]
    seen = total["seen"] - total["filtered"]
    report.check("execs counted", seen == done.times and not total["lost"], f"{seen:,} of {done.times:,}")


def _watched(load: Load, core: int, name: str, observer: Callable[[], AbstractContextManager[object]]) -> report.Turn:
    def turn() -> Mapping[str, float]:
        with observer():
            return {name: load.run(core, SECONDS).each_ns / 1000}

    return turn


def _show(figures: report.Figures) -> None:
    rows = [
        (
            name,
            report.number(figures.median(name)),
            figures.spread(name),
            "" if name == BARE else report.number(figures.added(name, BARE)),
            report.number(figures.ratio(name, BARE)),
        )
        for name in figures.values
    ]
    columns = ("exec", "us per fork+exec", "least..most", "us added", "x bare")
    report.show("A fork+exec loop of /bin/true on one core", columns, rows, figures.missing)
