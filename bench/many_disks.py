"""A machine of many disks that does not exist: `python -m bench.many_disks screen FILE` is the screen of its session.

With `feed` it says what a collector would say of it: an hour in fast motion, then FILE is made, then a tick a second.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from probes import wire
from probes.columns import ProbeInfo
from probes.disk_sums import Disk, DiskFacts, Hist, Op, Part, Stage, Work
from probes.lanes import Lanes, lanes
from probes.latency import slot_of
from probes.snapshot import PROTOCOL, Box, Counts, Hello, ProbeTick, Snapshot

DISKS = 256
HOUR = 3600
"""Ticks in fast motion."""
SECOND = 1_000_000_000
OPS: tuple[Op, ...] = ("read", "write")
STAGES: tuple[Stage, ...] = ("device", "queue")
REQUESTS = 150
"""Of each disk and operation in a second."""
VARIANTS = 16
"""Seconds that differ from each other."""
SETS_OF = 8
NAMES = tuple(f"sd{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(DISKS))
PROBES = (
    ProbeInfo("exec", "Exec", "", "rows"),
    ProbeInfo("open", "Open", "", "rows"),
    ProbeInfo("block", "Block I/O", "", "latency"),
)
QUIET = (ProbeTick("exec", "on"), ProbeTick("open", "on"))


def feed(done: Path) -> None:
    """Writes the session to the standard output, until nobody reads it; makes the file once the hour is over."""
    out = sys.stdout.buffer
    begin = time.time_ns() - HOUR * SECOND
    out.write(wire.encode(Hello(PROTOCOL, "0", "many", "6.12", begin, 1.0, PROBES)))
    try:
        for n, frame in enumerate(frames(begin)):
            out.write(frame)
            out.flush()
            if n == HOUR:
                done.touch()
                due = time.monotonic()
            if n >= HOUR:
                due += 1.0
                time.sleep(max(due - time.monotonic(), 0.0))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def frames(begin: int) -> Iterator[bytes]:
    """Every second as it is sent."""
    variants = [second(n) for n in range(VARIANTS)]
    facts = [DiskFacts(name, "ST4000NM0035", sets=(f"md{at // SETS_OF}",)) for at, name in enumerate(NAMES)]
    box = Box(0.0, (0.0, 0.0, 0.0), 0.1, 8, 1 << 30, 1 << 34)
    n = 0
    while True:
        seen = n * DISKS * len(OPS) * REQUESTS
        tick = msgspec.structs.replace(variants[n % VARIANTS], counts=Counts(seen, seen), facts=None if n else facts)
        n += 1
        yield wire.encode(Snapshot(begin + n * SECOND, SECOND, "", box, (*QUIET, tick), 4_000_000))


def second(n: int) -> ProbeTick:
    """What the disks do in a second."""
    dice = random.Random(n)  # noqa: S311  the same dice for everyone
    hists, parts, work = [], [], []
    for name in NAMES:
        for op in OPS:
            for stage in STAGES:
                counts, sum_ns, max_ns = latencies(dice, 4e6 if stage == "device" else 2e4, REQUESTS)
                hists.append(Hist(name, op, stage, counts, REQUESTS, sum_ns, max_ns, REQUESTS << 14))
            for sequential in (False, True):
                half = latencies(dice, 4e6, REQUESTS // 2)
                parts.append(Part(name, op, ("sync",), 32768, sequential, half[0], REQUESTS // 2, *half[1:]))
            counts, sum_ns, max_ns = latencies(dice, 4e6, REQUESTS)
            work.append(Work(2412, "postgres", "/p.service", False, name, op, counts, REQUESTS, sum_ns, max_ns))
    disks = [Disk(name, 2, 1000, dice.random(), 2.0) for name in NAMES]
    return ProbeTick("block", "on", hists=hists, disks=disks, bpf_ns=300_000, parts=parts, work=work)


def latencies(dice: random.Random, usual_ns: float, count: int) -> tuple[Lanes, int, int]:
    """Counts by slot, sum and longest of so many requests."""
    times = [int(dice.lognormvariate(0, 0.5) * usual_ns) for _ in range(count)]
    slots: dict[int, int] = {}
    for ns in times:
        slots[slot_of(ns)] = slots.get(slot_of(ns), 0) + 1
    return lanes(slots), sum(times), max(times)


def screen(done: str) -> int:
    """The screen over such a session; the exit code."""
    from tui import launch, run
    from tui.live_source import LiveSource
    from tui.settings.setup import Setup

    command = [sys.executable, "-m", "bench.many_disks", "feed", done]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    link = launch.Link(process)
    hello = link.read_one()
    assert isinstance(hello, Hello)
    link.hello = hello
    try:
        return run.show(LiveSource(link), Setup())
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    if sys.argv[1] == "feed":
        feed(Path(sys.argv[2]))
    else:
        sys.exit(screen(sys.argv[2]))
