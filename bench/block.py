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
SECONDS = 2.0
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
            return {name: _reads(device, SECONDS) / SECONDS}

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
    words = [
        machine.program("fio"),
        "--name=bench",
        f"--filename={device}",
        "--rw=randread",
        "--bs=4k",
        "--direct=1",
        "--ioengine=libaio",
        "--iodepth=16",
        "--time_based",
        f"--runtime={seconds}",
        "--output-format=json",
    ]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    (job,) = json.loads(said[said.index("{") :])["jobs"]
    return int(job["read"]["total_ios"])


def _show(figures: report.Figures) -> None:
    rows = [
        (
            name,
            report.number(figures.median(name)),
            figures.spread(name),
            report.number(figures.ratio(name, BARE)),
            "" if name == BARE else report.number(1e6 / figures.median(name) - 1e6 / figures.median(BARE)),
        )
        for name in figures.values
    ]
    columns = ("block", "reads a second", "least..most", "x bare", "us added a read")
    report.show("fio, random reads of 4k, 16 at a time, from a disk in memory", columns, rows, figures.missing)
