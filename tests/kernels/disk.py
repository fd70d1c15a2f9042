"""The block probe on a virtio disk, empty and nobody else's: vda of a guest. Run there by `make kernels` alone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from probes.controls import SetFilter, SetInterval
from tests.live.disks import Measured, fio
from tests.live.link import Session, tick_of
from tests.live.session import Dump, all_there

pytestmark = pytest.mark.live

DISK = "/dev/vda"
READS, WRITES = 400, 150
Start = Callable[..., Session]


def check(dump: Dump, op: str, said: Measured, size: int = 4096) -> None:
    """Every request of one operation, none slower than fio saw it."""
    (hist,) = dump.hists(disk="vda", op=op, stage="device")
    all_there(dump, hist["count"], said.requests)
    assert sum(count for _low, _high, count in hist["slots"]) == hist["count"]
    assert hist["bytes"] == hist["count"] * size
    assert hist["errors"] == 0
    assert 0 < hist["max"] <= said.max


@pytest.mark.parametrize("depth", [1, 8])
def test_every_read_is_counted(depth: int) -> None:
    with Dump("disk:vda", probe="block") as dump:
        said = fio(DISK, "randread", f"--number_ios={READS}", "--ioengine=libaio", f"--iodepth={depth}")
    check(dump, "read", said["read"])
    assert {(line["comm"], line["op"]) for line in dump.lines if line["type"] == "work"} == {("fio", "read")}


def test_writes_and_flushes_are_counted_apart() -> None:
    with Dump("disk:vda", probe="block") as dump:
        said = fio(DISK, "randwrite", f"--number_ios={WRITES}", "--fsync=1")
    check(dump, "write", said["write"])
    check(dump, "flush", said["flush"], size=0)


def test_what_the_kernel_writes_back_is_counted() -> None:
    with Dump("disk:vda", probe="block") as dump:
        command = ["dd", "if=/dev/zero", f"of={DISK}", "bs=64k", f"count={WRITES}", "conv=fsync"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    written = sum(hist["bytes"] for hist in dump.hists(disk="vda", op="write", stage="device"))
    assert written == WRITES << 16 or dump.total("block")["lost"]


def test_slow_ones_are_rows() -> None:
    with Dump("disk:vda", "--slow", "1us", "--rows", "10000", probe="block") as dump:
        fio(DISK, "randread", f"--number_ios={READS}")
    total = dump.total("block")
    assert total["selected"] == total["listed"] == len(dump.rows("block"))
    all_there(dump, len(dump.rows("block", comm="fio", op="read")), READS)


def test_filters_are_tested_by_the_kernel(session: Start) -> None:
    running = session(probes=("block",), interval_s=60.0)
    for text, passing in {
        "comm=fio": READS,
        "!comm=fio": 0,
        "user:root op:read": READS,
        "tree:1 disk:vda": READS,
    }.items():
        running.send(SetFilter(text))
        fio(DISK, "randread", f"--number_ios={READS}")
        tick = tick_of(running.send(SetInterval(60.0)), "block")
        counted = sum(hist.count for hist in tick.hists if (hist.disk, hist.stage) == ("vda", "device"))
        assert 0 <= passing - counted <= tick.counts.lost, text
