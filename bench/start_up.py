"""How long it takes until there is something to see, with what was compiled before and without."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial

from bench import machine, peers, report
from bench.ours import COLD, DRAWN, LIVE, Dump, Screen, wall_s
from bench.settings import Settings

PYTHON = "python -c pass"
VERSION, HELP, DUMP, DUMP_COLD = "ebtop --version", "ebtop --help", "ebtop dump --for 0s", "ebtop dump, cold, ready"
DRAWN_WARM, LIVE_WARM = "ebtop: first picture", "ebtop: all probes live"
DRAWN_COLD, LIVE_COLD = "ebtop, cold: first picture", "ebtop, cold: all probes live"
OPENSNOOP, BPFTRACE = "opensnoop ready", "bpftrace one-liner ready"


def run(settings: Settings) -> None:
    wall_s("dump", "--for", "0s")  # bytecode is written, and probes are compiled
    figures = report.in_turn(
        settings.rounds,
        {
            PYTHON: lambda: {PYTHON: _python_s()},
            VERSION: lambda: {VERSION: wall_s("--version")},
            HELP: lambda: {HELP: wall_s("--help")},
            DUMP: lambda: {DUMP: wall_s("dump", "--for", "0s")},
            DRAWN_WARM: partial(_screen, DRAWN_WARM, LIVE_WARM, []),
            DRAWN_COLD: partial(_screen, DRAWN_COLD, LIVE_COLD, COLD),
            DUMP_COLD: lambda: {DUMP_COLD: _dump_ready_s()},
            OPENSNOOP: lambda: {OPENSNOOP: _ready_s(lambda: peers.libbpf_tool("opensnoop"))},
            BPFTRACE: lambda: {BPFTRACE: _ready_s(lambda: peers.bpftrace("tracepoint:syscalls:sys_enter_openat {}"))},
        },
    )
    rows = [
        (
            name,
            report.number(1000 * figures.median(name)),
            report.number(1000 * min(figures.values[name])),
            report.number(1000 * max(figures.values[name])),
            report.number(figures.ratio(name, PYTHON)),
        )
        for name in figures.values
    ]
    report.show("Start-up, three probes", ("start-up", "ms", "least", "most", "x python"), rows, figures.missing)
    for name, limit in ((VERSION, 0.15), (HELP, 0.15), (DUMP, 0.5), (LIVE_WARM, 1.0), (DRAWN_COLD, 1.0)):
        report.goal(name, figures.median(name), limit, " s")
    report.goal(LIVE_COLD, figures.median(LIVE_COLD), 2.0, " s")


def _screen(drawn: str, live: str, prefix: list[str]) -> Mapping[str, float]:
    with Screen(prefix=prefix) as screen:
        return {drawn: screen.shows(DRAWN), live: screen.shows(LIVE)}


def _dump_ready_s() -> float:
    with Dump(prefix=COLD) as dump:
        return dump.ready_s


def _python_s() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True, env=machine.environment())
    return time.perf_counter() - began


def _ready_s(observer: Callable[[], AbstractContextManager[None]]) -> float:
    began = time.perf_counter()
    with observer():
        return time.perf_counter() - began
