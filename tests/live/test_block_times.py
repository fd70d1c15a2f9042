"""Times that others know as well: percentiles beside fio's own, and how long requests wait for their turn."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from probes.latency import slot_of
from tests.live.disks import fio_command, measured, name_of, queued
from tests.live.session import Dump, all_there
from tests.live.test_block import check_shape, latency, one

pytestmark = pytest.mark.live

SlowDisk = Callable[..., str]

SHARES = (50.0, 90.0, 99.0, 99.9)
AT_ONCE = ("chrt", "-f", "1")
"""Before fio: it runs as soon as it is woken, whatever else the machine does, so that it sees the end of a request."""
STALLS = {"spread": 50, "sick": 1, "share": 20_000}
"""Of slow disks: times all over an octave, and far beyond it for one in fifty, so that no two percentiles are near."""


SPREAD_US = 20_000
"""Within which requests that come together come, and fio is told of their ends: far less than a turn."""


def percentiles(out: str) -> dict[float, int]:
    """What fio says that reads took from before their submission on, in nanoseconds."""
    (job,) = json.loads(out[out.index("{") :])["jobs"]
    return {float(share): ns for share, ns in job["read"]["lat_ns"]["percentile"].items()}


def ticks_ms(device: str) -> int:
    """How long the kernel says that all reads of a disk took together, from the making of the request on."""
    return int(Path(f"/sys/block/{name_of(device)}/stat").read_text().split()[3])


@pytest.mark.parametrize(
    ("depth", "waits", "disk", "requests"),
    [
        (1, False, {"delay": 3000, "low": 30_000, "high": 90_000}, 1200),
        (8, False, {"delay": 8000, "low": 40_000, "high": 120_000}, 4000),
        (12, True, {"delay": 4000, "low": 30_000, "high": 90_000}, 3000),
    ],
    ids=["one", "eight", "queued"],
)
def test_percentiles_are_fios_own(slow: SlowDisk, depth: int, waits: bool, disk: dict[str, int], requests: int) -> None:
    """Within a slot of the histogram: these disks are so slow that a system call takes far less than one is wide. The
    whole is what the kernel itself says that they took.
    """
    device = slow(**STALLS, **disk)
    options = ("--lat_percentiles=1", f"--percentile_list={':'.join(map(str, SHARES))}", "--ioengine=libaio")
    command = fio_command(device, "randread", *options, f"--iodepth={depth}", f"--number_ios={requests}")
    with ExitStack() as stack, Dump(probe="block") as dump:
        if waits:
            stack.enter_context(queued(device, 4))
        before = ticks_ms(device)
        out = subprocess.run([*AT_ONCE, *command], check=True, capture_output=True, text=True, timeout=60).stdout
        ticks = ticks_ms(device) - before
    (whole,), theirs = dump.work(comm="fio", disk=name_of(device), op="read"), percentiles(out)
    assert set(theirs) == set(SHARES)
    for hist in (whole, *(() if waits else (one(dump, device, "read"),))):
        all_there(dump, hist["count"], measured(out)["read"].requests)
        mine = {share: round(latency(hist).percentile_ns(share / 100)) for share in SHARES}
        assert all(abs(slot_of(mine[share]) - slot_of(theirs[share])) <= 1 for share in SHARES), (mine, theirs)
        assert hist["sum"] == pytest.approx(ticks * 1000, rel=0.03)


def test_each_is_told_how_long_it_waited_for_its_turn(slow: SlowDisk, tmp_path: Path) -> None:
    """The disk takes four at once, for 100 ms, and 24 come together: so they wait in fours for 0, 100, 200, .. ms; then
    one more comes with each answer. What each took in all, fio knows too.
    """
    device, turn_us, log = slow(delay=100_000), 100_000, tmp_path / "fio"
    options = ("--number_ios=48", "--ioengine=libaio", "--iodepth=24", f"--write_lat_log={log}", "--log_offset=1")
    command = fio_command(device, "read:60k", *options)  # in the order in which they come, and too far apart to merge
    with queued(device, 4), Dump("--slow", "1us", probe="block") as dump:
        subprocess.run([*AT_ONCE, *command], check=True, stdout=subprocess.DEVNULL)
    said = [line.split(", ") for line in Path(f"{log}_lat.1.log").read_text().splitlines()]
    took_us = {int(offset) // 512: int(ns) / 1000 for _time, ns, _rw, _bytes, offset, *_ in said}
    rows = [row for row in dump.rows("block", op="read", comm="fio") if row["disk"] == name_of(device)]
    all_there(dump, len(rows), 48)
    assert all(row["device_us"] >= turn_us for row in rows)
    rows.sort(key=lambda row: row["sector"])
    for place, waited_us in enumerate(sorted(row["queue_us"] for row in rows[:24])):
        assert waited_us >= place // 4 * turn_us - SPREAD_US
    rows.sort(key=lambda row: row["time"])
    for row in rows[:20]:  # of the last ones fio is told when all of them have ended
        assert 0 <= took_us[row["sector"]] - row["queue_us"] - row["device_us"] < SPREAD_US
    queue = one(dump, device, "read", "queue")
    check_shape(queue)
    assert (queue["count"], queue["max"]) == (len(rows), max(row["queue_us"] for row in rows))
    assert queue["sum"] == pytest.approx(sum(row["queue_us"] for row in rows), abs=1)
