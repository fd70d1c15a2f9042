"""Hours with everything on, beside steady work: whether memory, CPU, descriptors, BPF and keys stay as they are."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil

from bench import machine, report
from bench.keypress import Pressed
from bench.ours import LIVE
from bench.settings import Settings

MINUTES = 120.0
SAMPLE_S = 60.0
KEYS: Sequence[bytes] = (b"k", b"k", b"j", b"v", b"V", b"[", b"[", b"]", b"L", b"G")
"""What is pressed for each sample; at the end everything is as it was before."""
INTERVAL = "500ms"
"""Heat maps keep so many ticks, two hours of whole seconds: of these ticks, an hour."""
SETTLED = 0.55
"""The share of two hours after which every history is full: from then on it must be flat."""
LIMIT_MB_H, LIMIT_POINTS = 2.0, 1.0
"""What is flat: so many MB an hour; so many points of a per cent of a core from the first half to the second."""
WORK = Path(__file__).parent / "workloads" / "steady.py"


class Sample(NamedTuple):
    """One minute. Dirty memory in MB, CPU in per cent of a core since the sample before, keys in ms (median of ten)."""

    hours: float
    ui_mb: float
    collector_mb: float
    ui_cpu: float
    collector_cpu: float
    fds: int
    programs: int
    maps: int
    processes: int
    key_ms: float


def run(settings: Settings) -> None:
    """Prints what was at the start, at the quarters and at the end, and whether it was flat."""
    seconds = (settings.minutes or MINUTES) * 60
    with TemporaryDirectory(dir=machine.ROOT) as folder, Pressed("--interval", INTERVAL) as screen:
        screen.shows(LIVE)
        screen.by_hand()
        work = subprocess.Popen([sys.executable, str(WORK), str(seconds + machine.PATIENCE_S), folder])
        try:
            samples = _samples(screen, seconds)
        finally:
            work.kill()
            work.wait()
    rows = [(name, *(report.number(getattr(one, name)) for one in _shown(samples))) for name in Sample._fields]
    report.show(f"{seconds / 3600:.2g} hours with everything on", ("", "start", "1/4", "1/2", "3/4", "end"), rows, {})
    _judge(samples)


def _samples(screen: Pressed, seconds: float) -> list[Sample]:
    dice = random.Random(1)  # noqa: S311  the same dice for everyone
    began = last = time.monotonic()
    used = [machine.cpu_s(pid) for pid in (screen.ui, screen.collector)]
    samples: list[Sample] = []
    step = min(SAMPLE_S, seconds / 8)
    while last - began < seconds:
        report.progress(f"{(last - began) / 60:.0f} of {seconds / 60:.0f} minutes")
        screen.idle(step)
        keys = [_pressed(screen, key, dice) for key in KEYS]
        now, before = time.monotonic(), used
        used = [machine.cpu_s(pid) for pid in (screen.ui, screen.collector)]
        shares = [100 * (after - then) / (now - last) for after, then in zip(used, before, strict=True)]
        samples.append(_sample(screen, (now - began) / 3600, shares, statistics.median(keys)))
        last = now
        print(json.dumps(samples[-1]._asdict()), file=sys.stderr, flush=True)
    report.progress("")
    return samples


def _pressed(screen: Pressed, key: bytes, dice: random.Random) -> float:
    screen.idle(dice.uniform(0.05, 0.3))
    return screen.press(key)


def _sample(screen: Pressed, hours: float, cpu: Sequence[float], key_ms: float) -> Sample:
    ours = psutil.Process(screen.ui)
    every = [ours, *ours.children(recursive=True)]
    held = _held(screen.collector)
    return Sample(
        hours=hours,
        ui_mb=machine.dirty_mb(screen.ui),
        collector_mb=machine.dirty_mb(screen.collector),
        ui_cpu=cpu[0],
        collector_cpu=cpu[1],
        fds=sum(one.num_fds() for one in every),
        programs=len([kind for kind in held if kind.startswith("prog_id")]),
        maps=len([kind for kind in held if kind.startswith("map_id")]),
        processes=len(every),
        key_ms=key_ms,
    )


def _held(pid: int) -> set[str]:
    """The BPF programs and maps that a process has open, as /proc tells it: `prog_id: 7`."""
    lines: set[str] = set()
    for name in os.listdir(f"/proc/{pid}/fdinfo"):  # noqa: PTH208
        with suppress(FileNotFoundError):  # closed meanwhile
            lines |= {line for line in Path(f"/proc/{pid}/fdinfo/{name}").read_text().splitlines() if "_id:" in line}
    return lines


def _shown(samples: Sequence[Sample]) -> list[Sample]:
    return [samples[min(round(at * (len(samples) - 1) / 4), len(samples) - 1)] for at in range(5)]


def _judge(samples: Sequence[Sample]) -> None:
    settled = samples[round(len(samples) * SETTLED) :]
    hours = [one.hours for one in settled]
    for name in ("ui_mb", "collector_mb"):
        slope = statistics.linear_regression(hours, [getattr(one, name) for one in settled]).slope
        report.goal(f"{name} an hour", slope, LIMIT_MB_H, " MB")
    half = len(settled) // 2
    for name in ("ui_cpu", "collector_cpu"):
        values = [getattr(one, name) for one in settled]
        report.goal(f"{name}: more in the second half", _more(values, half), LIMIT_POINTS, " points")
    for name in ("fds", "programs", "maps", "processes"):
        values = [getattr(one, name) for one in settled]
        report.goal(f"{name}: most above least", float(max(values) - min(values)), 0.0, "")
    values = [one.key_ms for one in settled]
    report.goal("keys: slower in the second half", _more(values, half), statistics.median(values) / 2, " ms")


def _more(values: Sequence[float], half: int) -> float:
    return statistics.median(values[half:]) - statistics.median(values[:half])
