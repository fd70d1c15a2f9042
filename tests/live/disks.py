"""Disks of known slowness, and fio, which says itself what it measured."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.lab.sick_disk import loop, served


class Measured(NamedTuple):
    """What fio says of one kind of operation; times in microseconds, from submission to completion."""

    requests: int
    bytes: int
    p50: float
    p99: float
    max: float


@contextmanager
def slow_disk(slowfs: Path, folder: Path, **how: int) -> Iterator[str]:
    """A loop device on a file that workloads/slowfs.c serves, which says what `how` may be."""
    words = ["64", *(f"{key}={value}" for key, value in how.items())]
    with served(slowfs, folder, words) as files, loop(files[0]) as disk:
        yield disk


def name_of(device: str) -> str:
    return device.removeprefix("/dev/")


@contextmanager
def scheduled(device: str, scheduler: str) -> Iterator[None]:
    """The disk with that scheduler, through which its requests go one by one; afterwards the one that it had."""
    file = Path(f"/sys/block/{name_of(device)}/queue/scheduler")
    before = re.search(r"\[(.*)\]", file.read_text())
    if before is None or scheduler not in file.read_text():
        pytest.skip(f"this kernel has no {scheduler}")
    file.write_text(scheduler)
    try:
        yield
    finally:
        file.write_text(before[1])


@contextmanager
def queued(device: str, depth: int) -> Iterator[None]:
    """The disk takes so many requests at once, at least four, and up to 256 wait in its scheduler meanwhile."""
    file = Path(f"/sys/block/{name_of(device)}/queue/nr_requests")
    with scheduled(device, "none"):  # with another one, it would be the scheduler that has so little room
        usual = int(file.read_text())
        try:
            file.write_text(str(depth))
            with scheduled(device, "mq-deadline"):
                yield
        finally:
            for room in (
                depth,
                usual,
            ):  # without a scheduler it says `usual` again, and takes no notice of what it says
                file.write_text(str(room))


def fio_command(device: str, rw: str, *options: str) -> list[str]:
    """fio on a device, past the page cache, one request after the other unless the options say otherwise."""
    fixed = ("--name=t", "--direct=1", "--ioengine=psync", "--bs=4k", "--randseed=1", "--output-format=json")
    return ["fio", *fixed, f"--filename={device}", f"--rw={rw}", *options]


def fio(device: str, rw: str, *options: str) -> dict[str, Measured]:
    """Runs it to its end."""
    done = subprocess.run(fio_command(device, rw, *options), check=True, capture_output=True, text=True, timeout=60)
    return measured(done.stdout)


@contextmanager
def under_load(device: str, *options: str, rw: str = "randread") -> Iterator[subprocess.Popen[str]]:
    """fio for as long as it is wanted."""
    command = fio_command(device, rw, "--time_based", "--runtime=30", "--thread", *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)


def measured(out: str) -> dict[str, Measured]:
    """What its JSON says, by operation; syncs under "flush"."""
    (job,) = json.loads(out[out.index("{") :])["jobs"]
    found = {}
    for kind in ("read", "write"):
        times = job[kind]["clat_ns"]
        points = times.get("percentile", {})
        p50, p99 = (points.get(point, 0) / 1000 for point in ("50.000000", "99.000000"))
        # With many at once, fio's completion latency begins when it is told that they are submitted: the disk may be
        # at work long before. Only the whole, with the submission, is never shorter than what the disk takes.
        most = job[kind]["lat_ns"]["max"] / 1000
        found[kind] = Measured(job[kind]["total_ios"], job[kind]["io_bytes"], p50, p99, most)
    sync = job["sync"]
    found["flush"] = Measured(sync["total_ios"], 0, 0.0, 0.0, sync["lat_ns"]["max"] / 1000)
    return found
