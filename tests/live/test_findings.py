"""What ebtop says in words of a disk that fails, stalls, is silent, is asked for too much, or does little but flush.

Beside it there is a healthy one, of which nothing is said.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.live.disks import name_of, queued, under_load
from tests.live.session import Dump, Line

pytestmark = [pytest.mark.live, pytest.mark.slow]

SlowDisk = Callable[..., str]
DEEP = ("--ioengine=libaio", "--iodepth=128")


def begins(dump: Dump, kind: str) -> Line:
    """The first finding of a kind, as soon as it comes."""
    wanted = ("finding", kind, "begins")
    return dump.wait_for(lambda line: (line["type"], line.get("kind"), line.get("state")) == wanted)


def disks_of(dump: Dump, kind: str) -> set[str]:
    """Of which disks it was found so far."""
    return {line["disk"] for line in dump.lines if (line["type"], line.get("kind")) == ("finding", kind)}


def test_reads_that_fail(slow: SlowDisk) -> None:
    bad, well = slow(delay=2000, bad=32 << 20), slow(delay=2000)
    with Dump(probe="block") as dump, under_load(well), under_load(bad, "--continue_on_error=all"):
        found = begins(dump, "errors")
        dump.stop()
    assert (found["disk"], found["severity"], found["numbers"]["op"]) == (name_of(bad), "critical", "read")
    errors, requests = found["numbers"]["errors"], found["numbers"]["requests"]
    (hist,) = dump.hists(disk=name_of(bad), op="read", stage="device")
    assert 0 < errors <= min(requests, hist["errors"])
    assert f"{errors:,} of {requests:,} reads" in found["text"]
    assert found["numbers"].get("kinds", "EIO") == "EIO"  # it may not be known yet
    assert disks_of(dump, "errors") == {name_of(bad)}


def test_a_storm_of_flushes(slow: SlowDisk) -> None:
    stormy, well = slow(delay=300, sync=5000), slow(delay=300, sync=5000)
    with (
        Dump(probe="block") as dump,
        under_load(well, "--fsync=500", rw="randwrite"),
        under_load(stormy, "--fsync=1", rw="randwrite"),
    ):
        found = begins(dump, "flush-storm")
        dump.stop()
    assert (found["disk"], found["severity"]) == (name_of(stormy), "warning")
    assert found["numbers"]["average_us"] >= 5300
    assert 20 <= found["numbers"]["rate"] <= 1e6 / 5300
    assert found["numbers"]["share"] >= 0.5
    assert "fsync" in found["text"]
    assert disks_of(dump, "flush-storm") == {name_of(stormy)}
    assert dump.hists(disk=name_of(well), op="flush")


def test_who_waits_for_a_saturated_disk_waits_in_its_queue(slow: SlowDisk) -> None:
    full, well = slow(delay=5000), slow(delay=5000)
    # It is busy from the first tick on, for the share is one of ten seconds.
    with queued(full, 4), under_load(well), under_load(full, *DEEP), Dump(probe="block") as dump:
        found = begins(dump, "saturated")
        dump.stop()
    assert (found["disk"], found["severity"]) == (name_of(full), "warning")
    numbers = found["numbers"]
    assert numbers["busy"] >= 0.95
    assert 90 <= numbers["depth"] <= 130
    assert numbers["device_us"] >= 5000
    # 124 of 128 are before it, of which four go at a time.
    assert numbers["queue_us"] == pytest.approx(31 * numbers["device_us"], rel=0.2)
    assert disks_of(dump, "saturated") == {name_of(full)}


def test_who_floods_a_disk_and_who_suffers(slow: SlowDisk) -> None:
    full, well = slow(delay=5000), slow(delay=5000)
    with (
        queued(full, 4),
        under_load(well),
        under_load(full, *DEEP) as flooder,
        under_load(full) as sufferer,
        Dump(probe="block") as dump,
    ):
        found = begins(dump, "flooding")
        dump.stop()
    assert (found["disk"], found["severity"]) == (name_of(full), "notice")
    numbers = found["numbers"]
    assert (numbers["pid"], numbers["sufferer_pid"]) == (flooder.pid, sufferer.pid)
    assert 0.8 <= numbers["request_share"] < 1
    assert 20_000 <= numbers["sufferer_us"] <= 1e6
    assert disks_of(dump, "flooding") == {name_of(full)}


def test_who_waits_for_one_without_a_scheduler_waits_within(slow: SlowDisk) -> None:
    full, well = slow(delay=5000), slow(delay=5000)
    with under_load(well), under_load(full), Dump("--every", probe="block") as dump:
        dump.wait_for(lambda line: line["type"] == "hist" and line["disk"] == name_of(full) and line["count"] >= 50)
        with under_load(full, *DEEP):
            found = begins(dump, "saturated")
            dump.stop()
    assert (found["disk"], found["severity"]) == (name_of(full), "warning")
    assert 5000 <= found["numbers"]["calm_device_us"] <= found["numbers"]["device_us"] / 4
    assert disks_of(dump, "saturated") == {name_of(full)}


def test_a_disk_that_does_not_answer(slow: SlowDisk) -> None:
    silent, well = slow(delay=300, every=8, slow=7_000_000), slow(delay=5000)
    command = ["dd", f"if={silent}", "of=/dev/null", "bs=4k", "count=8", "iflag=direct"]
    with Dump(probe="block") as dump, under_load(well), subprocess.Popen(command, stderr=subprocess.DEVNULL):
        found = begins(dump, "stuck")
        dump.stop()
    assert (found["disk"], found["severity"]) == (name_of(silent), "critical")
    assert 5 <= found["numbers"]["age_s"] <= 7.5
    assert found["numbers"]["in_flight"] >= 1
    assert disks_of(dump, "stuck") == {name_of(silent)}


def test_a_second_hump_of_a_disk_that_has_no_siblings(slow: SlowDisk) -> None:
    device = slow(delay=300, every=50, slow=15_000)
    with under_load(device), Dump(probe="block") as dump:
        found = begins(dump, "second-hump")
    assert (found["disk"], found["severity"], found["numbers"]["op"]) == (name_of(device), "warning", "read")
    assert 0.01 < found["numbers"]["share"] < 0.04
    assert 5000 <= found["numbers"]["low_us"] <= 15_000 <= found["numbers"]["high_us"]
    assert disks_of(dump, "odd-one-out") == set()
