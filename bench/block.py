"""What watching a disk takes from its speed: fio on a disk in memory, where every microsecond shows."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from bench import machine, peers, report
from bench.ours import Dump
from bench.settings import Settings

BARE, EBTOP = "nobody watches", "ebtop dump --probe block"
BIOLATENCY, BIOSNOOP = "biolatency -D (libbpf-tools)", "biosnoop (libbpf-tools)"
BPFTRACE = "the same as biosnoop (bpftrace)"
SECONDS = 2.0
DEPTH = 6
"""Reads at once."""
LARGE, SMALL = "32k", "4k"
"""Their size: a disk in memory does some 100,000 a second of the first, and of the second all that it can."""
OBSERVERS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    BARE: nullcontext,
    EBTOP: lambda: Dump("--probe", "block"),
    BIOLATENCY: lambda: peers.libbpf_tool("biolatency", "-D"),
    BIOSNOOP: lambda: peers.libbpf_tool("biosnoop"),
    BPFTRACE: lambda: peers.bpftrace(peers.BIOSNOOP),
}
MOST_ADDED, MOST_OF_BIOSNOOP = 0.05, 0.5
PAIRS, BRIEF_S = 8, 1.0
"""Runs more for each round, each beside one with nobody: one run differs from the next by more than ebtop adds."""
DISK_MB = 128


def run(settings: Settings) -> None:
    with disk_in_memory() as device:
        figures = report.in_turn(
            settings.rounds,
            {name: _watched(device, name, watch) for name, watch in OBSERVERS.items()},
        )
        for size in (LARGE, SMALL):
            _show(figures, size)
        _show_added(device, settings.rounds * PAIRS)
        with Dump("--probe", "block") as dump:
            done = _reads(device, SECONDS, SMALL)
    name = Path(device).name
    counted = sum(
        hist["count"]
        for hist in dump.hists
        if (hist["disk"], hist["op"], hist["stage"]) == (name, "read", "device") and "time" not in hist
    )
    report.check("reads counted", counted == done, f"{counted:,} of {done:,} that fio made")


def _watched(device: str, name: str, observer: Callable[[], AbstractContextManager[object]]) -> report.Turn:
    def turn() -> Mapping[str, float]:
        with observer():
            return {_at(name, size): _us_a_read(device, SECONDS, size) for size in (LARGE, SMALL)}

    return turn


def _at(name: str, size: str) -> str:
    """What the figure is called that was measured with reads of that size."""
    return f"{name}, {size}"


@contextmanager
def disk_in_memory() -> Iterator[str]:
    """A loop device on a file in memory: its path. Raises UnavailableError."""
    losetup = machine.program("losetup")
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="ebtop-bench-") as folder:
        file = Path(folder) / "disk"
        file.write_bytes(b"\xa5" * (DISK_MB << 20))
        made = subprocess.run([losetup, "--find", "--show", file], capture_output=True, text=True, check=False)
        if made.returncode:
            raise report.UnavailableError(f"no loop device: {made.stderr.strip()}")
        device = made.stdout.strip()
        try:
            subprocess.run(
                [losetup, "--direct-io=on", device], capture_output=True, check=False
            )  # where the kernel can
            Path("/sys/block", Path(device).name, "queue/nomerges").write_text("2")  # a read is a request then
            yield device
        finally:
            subprocess.run([losetup, "--detach", device], check=True)


def _show_added(device: str, pairs: int) -> None:
    """What ebtop adds, as exactly as so many pairs of runs tell it."""

    def brief(name: str) -> report.Turn:
        def turn() -> Mapping[str, float]:
            with OBSERVERS[name]():
                return {name: _us_a_read(device, BRIEF_S, LARGE)}

        return turn

    figures = report.in_turn(pairs, {name: brief(name) for name in (BARE, EBTOP)})
    off = 100 * figures.uncertainty(EBTOP, BARE)
    what = f"added to a read of {LARGE}, in {pairs} pairs of runs, give or take {report.number(off)} %"
    report.goal(what, 100 * (figures.ratio(EBTOP, BARE) - 1), 100 * MOST_ADDED, " %")


def _us_a_read(device: str, seconds: float, size: str) -> float:
    return seconds * 1e6 / _reads(device, seconds, size)


def _reads(device: str, seconds: float, size: str) -> int:
    """How many random reads of that size fio makes within that time."""
    return reads(subprocess.run(fio(device, seconds, size), check=True, capture_output=True, text=True).stdout)


def fio(device: str, seconds: float, size: str = SMALL) -> list[str]:
    """The command that makes random reads of that size for so long."""
    return [
        machine.program("fio"),
        "--name=bench",
        f"--filename={device}",
        "--rw=randread",
        f"--bs={size}",
        "--direct=1",
        "--ioengine=libaio",
        f"--iodepth={DEPTH}",
        "--time_based",
        f"--runtime={seconds}",
        "--output-format=json",
    ]


def reads(said: str) -> int:
    """How many reads fio says that it made."""
    (job,) = json.loads(said[said.index("{") :])["jobs"]
    return int(job["read"]["total_ios"])


def _show(figures: report.Figures, size: str) -> None:
    bare = _at(BARE, size)
    there = {name: at for name in OBSERVERS if (at := _at(name, size)) in figures}
    rows = [
        (
            name,
            report.number(1e6 / figures.median(at)),
            report.number(figures.median(at)),
            figures.spread(at),
            "" if at == bare else report.number(figures.added(at, bare)),
            "" if at == bare else report.number(100 * (figures.ratio(at, bare) - 1)),
        )
        for name, at in there.items()
    ]
    columns = ("block", "reads a second", "us a read", "least..most", "us added", "% added")
    title = f"fio, random reads of {size}, {DEPTH} at a time, from a disk in memory"
    report.show(title, columns, rows, figures.missing)
    for name in (BIOSNOOP, BPFTRACE):
        if name in there:
            share = figures.added(there[EBTOP], bare) / figures.added(there[name], bare)
            report.goal(f"of what is added by {name}", share, MOST_OF_BIOSNOOP)
            break
