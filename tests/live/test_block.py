"""The block probe against disks of known slowness, and against what fio measures."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from probes.controls import Toggle
from probes.latency import Latency, slot_of
from tests.live.disks import Measured, fio, fio_command, loop, measured, name_of, scheduled, under_load
from tests.live.link import Session, tick_of
from tests.live.session import Dump, Line, all_there

pytestmark = pytest.mark.live

FIO_US = 60.0
"""What fio counts besides: its system call, and until it runs again."""

SlowDisk = Callable[..., str]


def one(dump: Dump, device: str, op: str, stage: str = "device") -> Line:
    """The only histogram of a disk's operation."""
    (found,) = dump.hists(disk=name_of(device), op=op, stage=stage)
    return found


def latency(hist: Line) -> Latency:
    """A line as a histogram."""
    slots = {slot_of(round(low * 1000)): count for low, _high, count in hist["slots"]}
    return Latency(slots, hist["count"], round(hist["sum"] * 1000), round(hist["max"] * 1000))


def check_shape(hist: Line) -> None:
    """Its parts agree with each other."""
    assert hist["unit"] == "us"
    assert sum(count for _low, _high, count in hist["slots"]) == hist["count"]
    lows, highs = [low for low, _, _ in hist["slots"]], [high for _, high, _ in hist["slots"]]
    assert lows == sorted(lows)
    assert lows[-1] <= hist["max"] <= highs[-1]
    assert sum(low * n for low, _, n in hist["slots"]) <= hist["sum"] <= sum(high * n for _, high, n in hist["slots"])


def agrees(dump: Dump, hist: Line, said: Measured, *shares: float) -> None:
    """Counts are the same, and so are percentiles, but for a slot's width and what fio's own way adds."""
    check_shape(hist)
    all_there(dump, hist["count"], said.requests)
    if dump.total("block")["lost"] == 0:  # a putting-back may go untold as well as an end
        assert hist["bytes"] == said.bytes
    assert hist["bytes"] <= said.bytes
    assert hist["errors"] == 0
    for share, theirs in ((0.5, said.p50), (0.99, said.p99)):
        mine = latency(hist).percentile_ns(share) / 1000
        assert mine <= theirs * 1.125, (share, mine, theirs)
        assert mine >= theirs * 0.875 - FIO_US or share not in shares, (share, mine, theirs)
    assert hist["max"] <= said.max


def test_reads_are_as_slow_as_fio_says(slow: SlowDisk) -> None:
    device = slow(delay=400, every=25, slow=15_000)
    with Dump(probe="block") as dump:
        said = fio(device, "randread", "--number_ios=1000")
    hist = one(dump, device, "read")
    agrees(dump, hist, said["read"], 0.5, 0.99)
    stalls = sum(count for low, _high, count in hist["slots"] if low >= 14_000)
    all_there(dump, stalls, 1000 // 25)
    assert {line["op"] for line in dump.hists(disk=name_of(device))} == {"read"}


def test_many_requests_at_once(slow: SlowDisk) -> None:
    device = slow(delay=1000)
    with Dump(probe="block") as dump:
        said = fio(device, "randread", "--number_ios=2000", "--ioengine=libaio", "--iodepth=8")
    agrees(dump, one(dump, device, "read"), said["read"], 0.5)


def test_the_time_in_the_queue_is_told_apart(slow: SlowDisk) -> None:
    device = slow(delay=2000)
    with scheduled(device, "mq-deadline"), Dump(probe="block") as dump:
        said = fio(device, "randread", "--number_ios=300")
    queue = one(dump, device, "read", "queue")
    check_shape(queue)
    all_there(dump, queue["count"], said["read"].requests)
    assert latency(queue).percentile_ns(0.5) < 200_000
    agrees(dump, one(dump, device, "read"), said["read"], 0.5)


def test_requests_of_all_sizes(slow: SlowDisk) -> None:
    device = slow(delay=200)
    with Dump(probe="block") as dump:
        said = fio(device, "randrw", "--number_ios=600", "--bsrange=512-64k", "--bs_unaligned=0")
    for op in ("read", "write"):
        agrees(dump, one(dump, device, op), said[op], 0.5)


def test_flushes_are_counted_apart_from_writes(slow: SlowDisk) -> None:
    device = slow(delay=500)
    with Dump(probe="block") as dump:
        said = fio(device, "randwrite", "--number_ios=150", "--fsync=1")
    agrees(dump, one(dump, device, "write"), said["write"], 0.5)
    flushes = one(dump, device, "flush")
    check_shape(flushes)
    all_there(dump, flushes["count"], said["flush"].requests)
    assert flushes["bytes"] == 0
    assert 500 <= latency(flushes).percentile_ns(0.5) / 1000 <= 1500


def test_flushes_of_two_disks_do_not_collide(slow: SlowDisk) -> None:
    quick, late = slow(delay=500), slow(delay=5000)
    with Dump(probe="block") as dump, ExitStack() as running:
        commands = [fio_command(disk, "randwrite", "--number_ios=100", "--fsync=1") for disk in (quick, late)]
        started = [running.enter_context(subprocess.Popen(c, stdout=subprocess.PIPE, text=True)) for c in commands]
        said = [measured(process.communicate(timeout=60)[0]) for process in started]
    for device, theirs, low, high in zip((quick, late), said, (400, 4500), (2500, 7000), strict=True):
        for op in ("write", "flush"):
            hist = one(dump, device, op)
            all_there(dump, hist["count"], theirs[op].requests)
            assert low <= latency(hist).percentile_ns(0.5) / 1000 <= high


def test_discards_are_counted_apart(tmp_path: Path) -> None:
    file = tmp_path / "disk"
    with file.open("wb") as stream:
        stream.truncate(64 << 20)
    with loop(file) as device, Dump(probe="block") as dump:
        subprocess.run(["blkdiscard", "--length", str(16 << 20), "--step", str(1 << 20), device], check=True)
    hist = one(dump, device, "discard")
    check_shape(hist)
    all_there(dump, hist["count"], 16)
    assert hist["bytes"] == hist["count"] << 20
    assert {line["op"] for line in dump.hists(disk=name_of(device))} <= {"discard", "read"}


def test_reads_that_fail_are_errors(slow: SlowDisk) -> None:
    device = slow(delay=100, bad=32 << 20)
    with Dump(probe="block") as dump:
        command = fio_command(device, "read", "--bs=256k", "--size=64m", "--continue_on_error=all")
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    hist = one(dump, device, "read")
    all_there(dump, hist["count"], 256)
    all_there(dump, hist["errors"], 128)
    assert dump.total("block")["errors"] == hist["errors"]


def test_what_completes_in_parts_and_is_put_back_counts_once(slow: SlowDisk) -> None:
    device = slow(delay=300, most=4096)
    with Dump(probe="block") as dump:
        said = fio(device, "randread", "--number_ios=200", "--bs=16k")
    agrees(dump, one(dump, device, "read"), said["read"], 0.5)


def reads(device: str) -> int:
    """Reads that the kernel says the disk has completed."""
    return int(Path(f"/sys/block/{name_of(device)}/stat").read_text().split()[0])


def test_attached_under_load(slow: SlowDisk, session: Callable[..., Session]) -> None:
    device, depth = slow(delay=2000), 6
    with under_load(device, "--ioengine=libaio", f"--iodepth={depth}"):
        running = session(probes=("block",), interval_s=0.1)
        for _ in range(4):
            before = reads(device)
            running.send(Toggle("block", False))
            seen = running.send(Toggle("block", True))
            for _ in range(3):
                seen = running.until(lambda _: True)
            (disk,) = [disk for disk in tick_of(seen, "block").disks if disk.name == name_of(device)]
            assert 0 <= disk.in_flight <= depth
            assert disk.oldest_us < 1e6
            assert reads(device) > before
    last = running.stop()
    assert all(disk.in_flight == 0 for disk in tick_of(last, "block").disks if disk.name == name_of(device))
    ticks = [tick_of(snapshot, "block") for snapshot in running.snapshots]
    hists = [hist for tick in ticks for hist in tick.hists if (hist.disk, hist.stage) == (name_of(device), "device")]
    assert sum(hist.count for hist in hists) > 50
    slots = [hist.lanes.first for hist in hists]
    assert slot_of(2_000_000) <= min(slots)  # whoever counts from an issue that it did not see is too quick
    assert max(hist.max_ns for hist in hists) < 1e9


def test_in_flight_is_how_many_wait(slow: SlowDisk, session: Callable[..., Session]) -> None:
    device, depth = slow(delay=300_000), 5
    running = session(probes=("block",), interval_s=0.05)

    def waiting(snapshot: Any) -> list[int]:
        return [disk.in_flight for disk in tick_of(snapshot, "block").disks if disk.name == name_of(device)]

    with under_load(device, "--ioengine=libaio", f"--iodepth={depth}"):
        running.until(lambda snapshot: waiting(snapshot) == [depth])
    running.until(lambda snapshot: waiting(snapshot) == [0])


def test_a_filter_is_that_of_who_asked(slow: SlowDisk) -> None:
    device = slow(delay=200)
    with Dump("comm=fio", probe="block") as dump:
        fio(device, "randread", "--number_ios=300", "--thread")
        subprocess.run(
            ["dd", f"if={device}", "of=/dev/null", "bs=4k", "count=50", "iflag=direct"],
            check=True,
            stderr=subprocess.DEVNULL,
        )
    all_there(dump, one(dump, device, "read")["count"], 300)
    assert dump.total("block")["filtered"] >= 50


def test_counts_go_on_from_tick_to_tick(slow: SlowDisk) -> None:
    device = slow(delay=200)
    with Dump("--every", "--interval", "100ms", probe="block") as dump:
        said = fio(device, "randread", "--number_ios=1500")
    ticks = [line for line in dump.lines if line["type"] == "hist" and "time" in line and line["stage"] == "device"]
    mine = [line for line in ticks if line["disk"] == name_of(device)]
    assert len(mine) > 2
    for line in mine:
        check_shape(line)
    all_there(dump, sum(line["count"] for line in mine), said["read"].requests)
    assert sum(line["bytes"] for line in mine) == 4096 * sum(line["count"] for line in mine)
