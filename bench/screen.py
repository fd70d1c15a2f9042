"""What the default screen costs while it is looked at: CPU and memory of both processes, idle and under a flood."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench import machine, report
from bench.loads import compiled
from bench.ours import Screen, screen_live
from bench.settings import Settings

SLICE_S = 5.0
IDLE, FLOOD = "idle", "open flood"
LIMITS = {(IDLE, "UI"): 2.0, (IDLE, "collector"): 1.0, (FLOOD, "UI"): 6.0, (FLOOD, "collector"): 4.0}
DIRTY_MB = {"UI": 60.0, "collector": 45.0}


def run(settings: Settings) -> None:
    slices = max(round(settings.minutes * 60 / SLICE_S), settings.rounds)
    with compiled("open") as load, machine.core_for_loads() as core, screen_live() as screen:
        watch = Watch.of(screen)
        _measure(watch, IDLE, 1)  # the start is not what is looked at
        begun = watch.memory()
        idle = _measure(watch, IDLE, settings.rounds)
        with load.going_on(core, (slices + 10) * SLICE_S):
            _measure(watch, FLOOD, 1)
            before = watch.memory()
            flood = _measure(watch, FLOOD, slices)
            after = watch.memory()
    memory = {IDLE: (begun, before), FLOOD: (before, after)}
    shares = {IDLE: idle, FLOOD: flood}
    _show(shares, memory)
    for (phase, who), limit in LIMITS.items():
        report.goal(f"CPU of the {who}, {phase}", shares[phase].median(who), limit, " %")
    for who, limit in DIRTY_MB.items():
        report.goal(f"dirty memory of the {who}, at the end", after[who], limit, " MB")
        grown = after[who] / before[who]
        minutes = len(flood.values[who]) * SLICE_S / 60
        report.goal(f"dirty memory of the {who} after {minutes:.1f} min of flood, as a part of that before", grown, 1.1)


@dataclass(frozen=True)
class Watch:
    """The processes of a session, by what they do."""

    pids: Mapping[str, int]

    @classmethod
    def of(cls, screen: Screen) -> Watch:
        return cls({"UI": screen.ui, "collector": screen.collector})

    def cpu(self) -> dict[str, float]:
        return {who: machine.cpu_s(pid) for who, pid in self.pids.items()}

    def memory(self) -> dict[str, float]:
        return {who: machine.dirty_mb(pid) for who, pid in self.pids.items()}


def _measure(watch: Watch, phase: str, slices: int) -> report.Figures:
    """Per cent of a core in each slice of time."""

    def turn() -> Mapping[str, float]:
        began, before = time.monotonic(), watch.cpu()
        time.sleep(SLICE_S)
        span, after = time.monotonic() - began, watch.cpu()
        return {who: 100 * (after[who] - before[who]) / span for who in watch.pids}

    return report.in_turn(slices, {phase: turn})


def _show(
    shares: Mapping[str, report.Figures], memory: Mapping[str, tuple[dict[str, float], dict[str, float]]]
) -> None:
    rows = [
        (
            f"{who}, {phase}",
            report.number(figures.median(who)),
            figures.spread(who),
            report.number(figures.median(who) / shares[IDLE].median(who)),
            report.number(memory[phase][0][who]),
            report.number(memory[phase][1][who]),
        )
        for phase, figures in shares.items()
        for who in figures.values
    ]
    columns = ("screen", "% of a core", "least..most", "x idle", "dirty MB, first", "last")
    report.show("The default screen: 200x50, three probes, 1 s", columns, rows, {})
