"""What the block probe tells besides times: kinds of requests, who asked for them, and the single slow ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from probes.controls import SetSlow
from probes.disk_sums import Part, Work
from probes.snapshot import ProbeTick, Snapshot
from tests.live.disks import fio, fio_command, name_of
from tests.live.link import Session, tick_of
from tests.live.session import EBTOP, Dump, Line, until

pytestmark = pytest.mark.live

SlowDisk = Callable[..., str]
Sessions = Callable[..., Session]


def ticks_of(session: Session) -> list[ProbeTick]:
    """Every tick of the block probe, the last one after all is counted."""
    session.stop()
    return [tick_of(snapshot, "block") for snapshot in session.snapshots]


def parts(ticks: list[ProbeTick], device: str, op: str) -> list[Part]:
    return [part for tick in ticks for part in tick.parts if (part.disk, part.op) == (name_of(device), op)]


def work(ticks: list[ProbeTick], device: str) -> list[Work]:
    return [job for tick in ticks for job in tick.work if job.disk == name_of(device)]


def lost(ticks: list[ProbeTick]) -> int:
    return ticks[-1].counts.lost


def about(counted: int, truth: int, ticks: list[ProbeTick]) -> bool:
    """Equal, but for requests whose end the kernel did not tell of."""
    return 0 <= truth - counted <= lost(ticks)


def test_parts_add_up_to_the_histogram_of_their_disk(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=200)
    running = session(probes=("block",), interval_s=0.1)
    running.on("block")
    fio(device, "randrw", "--number_ios=600", "--bsrange=512-512k", "--bs_unaligned=0")
    ticks = ticks_of(running)
    for tick in ticks:
        for hist in tick.hists:
            if hist.stage == "device":
                mine = [part for part in tick.parts if (part.disk, part.op) == (hist.disk, hist.op)]
                assert sum(part.count for part in mine) == hist.count
                assert sum(part.bytes for part in mine) == hist.bytes
                assert sum(part.sum_ns for part in mine) == hist.sum_ns
                assert max(part.max_ns for part in mine) == hist.max_ns
                slots: dict[int, int] = {}
                for part in mine:
                    for slot, here in part.lanes.slots().items():
                        slots[slot] = slots.get(slot, 0) + here
                assert slots == hist.lanes.slots()


def test_sizes_are_told_apart(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=100)
    running = session(probes=("block",), interval_s=0.1)
    running.on("block")
    for size in ("4k", "32k", "256k", "512k"):
        fio(device, "randwrite", "--number_ios=40", f"--bs={size}")
    ticks = ticks_of(running)
    counted: dict[int, int] = {}
    for part in parts(ticks, device, "write"):
        counted[part.size] = counted.get(part.size, 0) + part.count
    assert counted.keys() >= {4096, 32768, 262144}
    assert about(counted[4096], 40, ticks)
    assert about(counted[32768], 40, ticks)


def test_sequential_and_random_are_told_apart(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=100)
    running = session(probes=("block",), interval_s=0.1)
    running.on("block")
    fio(device, "read", "--number_ios=200")
    fio(device, "randread", "--number_ios=200", "--norandommap")
    ticks = ticks_of(running)
    sequential = sum(part.count for part in parts(ticks, device, "read") if part.sequential)
    assert 190 <= sequential <= 210


def test_direct_writes_are_sync(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=100)
    running = session(probes=("block",), interval_s=0.1)
    running.on("block")
    fio(device, "randwrite", "--number_ios=50")
    ticks = ticks_of(running)
    assert about(sum(part.count for part in parts(ticks, device, "write") if "sync" in part.flags), 50, ticks)


def test_work_is_that_of_who_submitted_it(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=300)
    running = session(probes=("block",), interval_s=0.1)
    running.on("block")
    with ExitStack() as stack:
        jobs = {
            count: stack.enter_context(
                subprocess.Popen(
                    ["dd", f"if={device}", "of=/dev/null", "bs=4k", f"count={count}", "iflag=direct"],
                    stderr=subprocess.DEVNULL,
                )
            )
            for count in (100, 300)
        }
    ticks = ticks_of(running)
    for count, process in jobs.items():
        mine = [job for job in work(ticks, device) if job.pid == process.pid]
        assert {(job.comm, job.op, job.kernel) for job in mine} == {("dd", "read", False)}
        assert about(sum(job.count for job in mine), count, ticks)
        assert sum(job.bytes for job in mine) == sum(job.count for job in mine) * 4096
        assert all(job.lanes.total == job.count for job in mine)
        assert sum(job.sum_ns for job in mine) / sum(job.count for job in mine) > 300_000


def test_what_the_kernel_writes_back_is_its_own(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=100)
    running = session(probes=("block",), interval_s=0.1)
    running.on("block")
    with Path(device).open("r+b") as disk:
        disk.write(b"x" * (1 << 20))
        disk.flush()
        subprocess.run(["sync", "--file-system", device], check=True)
    ticks = ticks_of(running)
    written = [job for job in work(ticks, device) if job.op == "write"]
    assert sum(job.bytes for job in written) >= 1 << 20
    assert {job.pid for job in written if not job.kernel} <= {os.getpid()} | {
        job.pid for job in written if job.comm == "sync"
    }


def test_a_filter_holds_for_work_and_slow_requests(slow: SlowDisk) -> None:
    device = slow(delay=3000)
    with Dump("comm=fio", "--slow", "1ms", probe="block") as dump:
        fio(device, "randread", "--number_ios=50", "--thread")
        subprocess.run(
            ["dd", f"if={device}", "of=/dev/null", "bs=4k", "count=50", "iflag=direct"],
            check=True,
            stderr=subprocess.DEVNULL,
        )
    rows = [row for row in dump.rows("block") if row["disk"] == name_of(device)]
    assert {row["comm"] for row in rows} == {"fio"}
    assert 0 <= 50 - len(rows) <= dump.total("block")["lost"]


def slow_rows(dump: Dump, device: str) -> list[Line]:
    return [row for row in dump.rows("block") if row["disk"] == name_of(device)]


def test_the_slow_list_has_every_slow_request_and_no_other(slow: SlowDisk) -> None:
    device = slow(delay=300, every=25, slow=15_000)
    with Dump("--slow", "10ms", probe="block") as dump:
        fio(device, "randread", "--number_ios=1000", "--thread")
    rows = slow_rows(dump, device)
    assert 0 <= 40 - len(rows) <= dump.total("block")["lost"]
    size = int(Path(f"/sys/block/{name_of(device)}/size").read_text())
    for row in rows:
        assert row["device_us"] >= 14_000
        assert (row["op"], row["bytes"], row["comm"], row["error"]) == ("read", 4096, "fio", None)
        assert row["sector"] % 8 == 0
        assert 0 <= row["sector"] < size
        assert row["user"] == "root"
    assert len({row["sector"] for row in rows}) > len(rows) / 2


def test_failures_are_listed_however_quick(slow: SlowDisk) -> None:
    device = slow(delay=100, bad=32 << 20)
    with Dump("--slow", "10s", probe="block") as dump:
        command = fio_command(device, "read", "--bs=256k", "--size=64m", "--continue_on_error=all")
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rows = slow_rows(dump, device)
    assert 0 <= 128 - len(rows) <= dump.total("block")["lost"]
    assert {row["error"] for row in rows} == {"EIO"}


def test_what_finds_no_room_in_the_budget_is_counted(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=1000)
    running = session(probes=("block",), interval_s=0.1, rows=20, slow_us=500.0)
    running.on("block")
    fio(device, "randread", "--number_ios=400")
    ticks = ticks_of(running)
    listed = sum(len(tick.rows) for tick in ticks)
    assert 20 <= listed < 200
    assert 400 - lost(ticks) <= ticks[-1].selected
    assert ticks[-1].counts.shown >= 400 - lost(ticks)


def test_the_second_hump_is_found_and_listed(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=300, every=25, slow=15_000)
    running = session(probes=("block",), interval_s=0.2)
    running.on("block")
    with subprocess.Popen(
        fio_command(device, "randread", "--time_based", "--runtime=30", "--thread"), stdout=subprocess.DEVNULL
    ) as process:
        found = running.until(
            lambda snapshot: any(
                threshold.disk == name_of(device) and threshold.why == "hump"
                for threshold in tick_of(snapshot, "block").thresholds or ()
            )
        )
        running.until(lambda snapshot: tick_of(snapshot, "block").rows)
        process.terminate()
        process.wait(20)
    (threshold,) = [t for t in tick_of(found, "block").thresholds or () if t.disk == name_of(device)]
    assert 1_000 < threshold.us <= 15_100
    answer = running.send(SetSlow(1e6))
    assert tick_of(answer, "block").state == "on"
    ticks = ticks_of(running)
    assert [t.why for tick in ticks for t in tick.thresholds or () if t.disk == name_of(device)][-1] == "set"


def test_how_busy_a_disk_is(slow: SlowDisk, session: Sessions) -> None:
    device, depth = slow(delay=20_000), 4
    running = session(probes=("block",), interval_s=0.5)
    running.on("block")
    command = fio_command(
        device, "randread", "--time_based", "--runtime=30", "--ioengine=libaio", f"--iodepth={depth}", "--thread"
    )
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:

        def busy(snapshot: Snapshot) -> bool:
            return any(
                (disk.busy or 0) > 0.9 and depth * 0.7 < (disk.depth or 0) < depth * 1.3
                for disk in tick_of(snapshot, "block").disks
                if disk.name == name_of(device)
            )

        running.until(busy)
        process.terminate()
        process.wait(20)


def test_facts_come_once_and_again_when_a_disk_comes(slow: SlowDisk, session: Sessions) -> None:
    running = session(probes=("block",), interval_s=0.2)

    def described(snapshot: Snapshot) -> bool:
        facts = tick_of(snapshot, "block").facts or ()
        return any(fact.name == name_of(device) and fact.size == 64 << 20 for fact in facts)

    device = slow(delay=100)
    running.until(described)
    told = [tick_of(snapshot, "block").facts for snapshot in running.snapshots]
    assert told[0] is not None
    assert sum(facts is not None for facts in told) <= 4


def test_a_flush_of_more_than_a_second_is_not_taken_for_missed(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=1_300_000)
    running = session(probes=("block",), interval_s=0.2)
    fio(device, "write", "--number_ios=2", "--fsync=1")
    ticks = ticks_of(running)
    flushes = [hist for tick in ticks for hist in tick.hists if (hist.disk, hist.op) == (name_of(device), "flush")]
    assert sum(hist.count for hist in flushes) >= 1
    assert max(hist.max_ns for hist in flushes) >= 1_300_000_000
    assert lost(ticks) == 0


def test_a_process_is_called_as_it_is_called_now(slow: SlowDisk, session: Sessions) -> None:
    device = slow(delay=2000)
    running = session(probes=("block",), interval_s=0.2)
    script = f"""
        import mmap, os
        disk, page = os.open({device!r}, os.O_RDONLY | os.O_DIRECT), mmap.mmap(-1, 4096)
        os.preadv(disk, [page], 0)
        open("/proc/self/comm", "w").write("ebt-after")
        for at in range(100):
            os.preadv(disk, [page], 4096 * at)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
    ticks = ticks_of(running)
    assert [job.comm for job in work(ticks, device) if job.op == "read"][-1] == "ebt-after"


def test_flushes_are_of_whoever_asked_for_them(slow: SlowDisk) -> None:
    """The kernel's own request for a flush is made later, by a thread of its own."""
    device = slow(delay=100)
    with Dump("comm:fio", "--slow", "1us", "--rows", "100000", probe="block") as dump:
        done = fio(device, "randwrite", "--number_ios=200", "--fsync=1")
    flushes = [row for row in slow_rows(dump, device) if row["op"] == "flush"]
    assert 0 <= done["flush"].requests - len(flushes) <= dump.total("block")["lost"]
    assert {row["sector"] for row in flushes} == {None}
    jobs = [job for job in dump.lines if job["type"] == "work" and job["disk"] == name_of(device)]
    assert {job["comm"] for job in jobs if job["op"] == "flush"} == {"fio"}
    writes = {row["pid"] for row in slow_rows(dump, device) if row["op"] == "write"}
    assert {row["pid"] for row in flushes} == writes


def test_a_recording_with_flushes_in_it_reads_back_whole(slow: SlowDisk, tmp_path: Path) -> None:
    device, path = slow(delay=100), str(tmp_path / "x.ebtop")

    def flushed() -> bool:
        fio(device, "randwrite", "--number_ios=20", "--fsync=1")
        told = subprocess.run([*EBTOP, "dump", path], capture_output=True, text=True, check=False)
        return '"op":"flush"' in told.stdout

    command = [*EBTOP, "record", "-o", path, "--probe", "block", "--slow", "1us"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as recording:
        until(lambda: Path(path).exists(), "the file")
        until(flushed, "a flush in it")
        recording.send_signal(signal.SIGINT)
        assert recording.wait(30) == 0
    done = subprocess.run([*EBTOP, "dump", path], capture_output=True, text=True, check=True)
    assert {"row", "total"} <= {json.loads(line)["type"] for line in done.stdout.splitlines()}
