"""What watching a disk takes from its speed: fio on a disk in memory, where every microsecond shows."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from bench import machine, peers, report
from bench.ours import Dump
from bench.settings import Settings

BARE, EBTOP = "nobody watches", "ebtop dump --probe block"
BIOLATENCY, BIOSNOOP = "biolatency -D (libbpf-tools)", "biosnoop (libbpf-tools)"
BPFTRACE = "the same as biosnoop (bpftrace)"
SECONDS = 2.0
DEPTH = 6
"""Reads at once: with as many, a disk in memory does 100,000 a second and more."""
MOST_ADDED, MOST_OF_BIOSNOOP = 0.05, 0.5
DISK_MB = 128


def run(settings: Settings) -> None:
    with disk_in_memory() as device:
        watched = partial(_watched, device)
        figures = report.in_turn(
            settings.rounds,
            {
                BARE: watched(BARE, nullcontext),
                EBTOP: watched(EBTOP, lambda: Dump("--probe", "block")),
                BIOLATENCY: watched(BIOLATENCY, lambda: peers.libbpf_tool("biolatency", "-D")),
                BIOSNOOP: watched(BIOSNOOP, lambda: peers.libbpf_tool("biosnoop")),
                BPFTRACE: watched(BPFTRACE, lambda: peers.bpftrace(peers.BIOSNOOP)),
            },
        )
        _show(figures)
        with Dump("--probe", "block") as dump:
            done = _reads(device, SECONDS)
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
            return {name: SECONDS * 1e6 / _reads(device, SECONDS)}

    return turn


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


def _reads(device: str, seconds: float) -> int:
    """How many random reads of 4k fio makes within that time."""
    return reads(subprocess.run(fio(device, seconds), check=True, capture_output=True, text=True).stdout)


def fio(device: str, seconds: float) -> list[str]:
    """The command that makes random reads for so long."""
    return [
        machine.program("fio"),
        "--name=bench",
        f"--filename={device}",
        "--rw=randread",
        "--bs=4k",
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


def _show(figures: report.Figures) -> None:
    rows = [
        (
            name,
            report.number(1e6 / figures.median(name)),
            report.number(figures.median(name)),
            figures.spread(name),
            "" if name == BARE else report.number(figures.added(name, BARE)),
            "" if name == BARE else report.number(100 * (figures.ratio(name, BARE) - 1)),
        )
        for name in figures.values
    ]
    columns = ("block", "reads a second", "us a read", "least..most", "us added", "% added")
    report.show(f"fio, random reads of 4k, {DEPTH} at a time, from a disk in memory", columns, rows, figures.missing)
    report.goal("added to a read", figures.ratio(EBTOP, BARE) - 1, MOST_ADDED)
    for name in (BIOSNOOP, BPFTRACE):
        if name in figures:
            share = figures.added(EBTOP, BARE) / figures.added(name, BARE)
            report.goal(f"of what is added by {name}", share, MOST_OF_BIOSNOOP)
            break
