"""Filters on disks and operations: histograms, parts, work and disks of all others are left out, and counted so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from probes.controls import SetFilter, SetInterval
from probes.snapshot import ProbeTick, Snapshot
from tests.live.disks import fio
from tests.live.link import Session, tick_of
from tests.live.session import Dump

pytestmark = pytest.mark.live

SlowDisk = Callable[..., str]
Start = Callable[..., Session]
READS, WRITES = 300, 200


def both(disks: tuple[str, str]) -> None:
    """Reads of the first, reads and writes of the second."""
    for disk in disks:
        fio(disk, "randread", f"--number_ios={READS}")
    fio(disks[1], "randwrite", f"--number_ios={WRITES}")


def names(disks: tuple[str, str]) -> tuple[str, str]:
    return Path(disks[0]).name, Path(disks[1]).name


def test_a_session_has_only_the_disk_that_was_asked_for(slow: SlowDisk) -> None:
    disks = slow(delay=100), slow(delay=100)
    one, other = names(disks)
    with Dump(f"disk:{one}", "--every", "--slow", "50us", probe="block") as dump:
        both(disks)
    total = dump.total("block")
    hists = dump.hists(stage="device")
    assert {line["disk"] for line in hists} == {one}
    assert {line["disk"] for line in dump.lines if line["type"] in ("hist", "work", "part", "row")} == {one}
    assert total["shown"] == sum(line["count"] for line in hists)
    assert READS - total["lost"] <= total["shown"] <= READS + 50  # it is looked at when it is made: reads as well
    assert total["filtered"] >= READS + WRITES - total["lost"]
    assert total["seen"] == total["shown"] + total["filtered"] + total["lost"]
    assert other


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("disk:{1} op:write", {(1, "write")}),
        ("!disk:{0} op:read,write disk:{1}", {(1, "read"), (1, "write")}),
        ("(disk:{0} or op:write) (disk:{0} or disk:{1})", {(0, "read"), (1, "write")}),
        ("disk:loop* !op:write !disk:{1}", {(0, "read")}),
    ],
)
def test_a_filter_changes_while_it_runs(
    slow: SlowDisk, session: Start, text: str, wanted: set[tuple[int, str]]
) -> None:
    disks = slow(delay=100), slow(delay=100)
    running = session(probes=("block",), interval_s=60.0)
    both(disks)
    before = running.send(SetFilter(text.format(*names(disks))))
    both(disks)
    after = running.send(SetInterval(60.0))
    tick = tick_of(after, "block")
    series = {(names(disks)[at], op) for at, op in wanted}
    assert {(hist.disk, hist.op) for hist in tick.hists} == series
    assert {(part.disk, part.op) for part in tick.parts} == series
    assert {(work.disk, work.op) for work in tick.work} == series
    shown, filtered = grown(before, after)
    assert shown == requests(tick)
    asked = sum(WRITES if op == "write" else READS for _, op in wanted)
    lost = tick_of(running.stop(), "block").counts.lost
    assert 0 <= asked - shown <= lost
    assert filtered >= 2 * READS + WRITES - asked - lost
    for snapshot in running.snapshots:
        counts = tick_of(snapshot, "block").counts
        assert counts.seen == counts.shown + counts.over_budget + counts.filtered + counts.lost
        assert min(counts.shown, counts.filtered, counts.lost, counts.errors) >= 0


def test_counts_and_histograms_agree_in_every_tick(slow: SlowDisk, session: Start) -> None:
    disks = slow(delay=100), slow(delay=100)
    one, _ = names(disks)
    running = session(probes=("block",), interval_s=0.05, filter=f"disk:{one}")
    both(disks)
    both(disks)
    running.stop()
    told = counted = filtered = 0
    for snapshot in running.snapshots:
        tick = tick_of(snapshot, "block")
        told += requests(tick)
        assert told == tick.counts.shown
        assert filtered <= tick.counts.filtered
        counted, filtered = tick.counts.seen, tick.counts.filtered
        assert counted == told + filtered + tick.counts.lost
    assert told + tick_of(running.snapshots[-1], "block").counts.lost >= 2 * READS


def requests(tick: ProbeTick) -> int:
    return sum(hist.count for hist in tick.hists if hist.stage == "device")


def grown(before: Snapshot, after: Snapshot) -> tuple[int, int]:
    """By how many more requests were shown and filtered."""
    a, b = tick_of(before, "block").counts, tick_of(after, "block").counts
    return b.shown - a.shown, b.filtered - a.filtered
