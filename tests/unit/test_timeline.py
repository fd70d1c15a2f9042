"""The timeline: nothing is lost by merging, what is kept is bounded, and a copy stands still."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from probes.disk_sums import Disk, Hist
from probes.lanes import latency_of
from probes.latency import merge
from tests.tui.fakes import SECOND, START, Key, hist
from tui.timeline import Column, Level, Timeline, unpacked

LEVELS = (Level(1, 10, 1 << 20), Level(5, 4, 1 << 20), Level(2, 3, 1 << 20))
READ = Key("sda", "read", "device")


def reads(count: int, seed: int = 1, disk: str = "sda") -> Hist:
    return hist(READ._replace(disk=disk), 100, count, seed)


def filled(ticks: int, levels: tuple[Level, ...] = LEVELS) -> Timeline:
    timeline = Timeline(levels)
    for n in range(ticks):
        timeline.add(START + n * SECOND, SECOND, [reads(n + 1, n)], [Disk("sda", 1, 0, 0.5, 2.0)])
    return timeline


def columns(timeline: Timeline, disk: str = "sda") -> list[Column]:
    return [unpacked(frame.packed[disk]) for frame in timeline if disk in frame.packed]


def counts(timeline: Timeline) -> list[int]:
    return [column.latency("device", None).count for column in columns(timeline)]


def test_the_newest_ticks_are_one_by_one() -> None:
    assert counts(filled(7)) == [1, 2, 3, 4, 5, 6, 7]


def test_older_ticks_are_merged_and_the_oldest_forgotten() -> None:
    timeline = filled(14)
    assert counts(timeline) == [15, *range(6, 15)]
    assert [frame.span_ns // SECOND for frame in timeline] == [5, *[1] * 9]
    many = filled(200)
    assert len(many) <= sum(level.frames for level in LEVELS)
    assert {frame.span_ns // SECOND for frame in many} == {10, 5, 1}
    ends = [frame.time for frame in many]
    assert all(frame.time - frame.span_ns == before for frame, before in zip(list(many)[1:], ends, strict=False))


@hypothesis_settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=30))
def test_merging_keeps_every_request(sizes: list[int]) -> None:
    timeline = Timeline((Level(1, 2, 1 << 20), Level(3, 2, 1 << 20), Level(2, 99, 1 << 20)))
    hists = [reads(size, n) for n, size in enumerate(sizes)]
    for n, one in enumerate(hists):
        timeline.add(START + n * SECOND, SECOND, [one], [])
    expected = latency_of(*hists)
    assert merge(column.latency("device", "read") for column in columns(timeline)) == expected
    kept = [one for column in columns(timeline) for one in column.of("device", "read")]
    assert sum(one.bytes for one in kept) == sum(one.bytes for one in hists)


def test_bytes_are_bounded_by_merging_earlier() -> None:
    small = tuple(Level(level.ticks, 1000, 4000) for level in LEVELS)
    timeline = filled(300, small)
    assert timeline.bytes < 3 * 4000 + 5 * 1000
    assert {frame.span_ns // SECOND for frame in timeline} == {10, 5, 1}
    assert counts(timeline)[-1] == 300


def test_busy_and_depth_are_means_over_the_time() -> None:
    timeline = Timeline((Level(1, 1, 1 << 20), Level(2, 9, 1 << 20)))
    for n, (busy, span) in enumerate(((1.0, 1), (0.2, 3), (0.0, 1))):
        timeline.add(START + n * SECOND, span * SECOND, [reads(1)], [Disk("sda", 1, 0, busy, 4 * busy)])
    first = columns(timeline)[0]
    assert (first.busy, first.depth) == (pytest.approx(0.4), pytest.approx(1.6))


def test_a_disk_that_is_silent_takes_no_room() -> None:
    timeline = Timeline()
    timeline.add(START, SECOND, [], [Disk("sda", 0, 0, 0.0, 0.0), Disk("sdb", 1)])
    assert set(next(iter(timeline)).packed) == {"sdb"}
    assert timeline.disks() == {"sdb"}


def test_a_disk_is_forgotten_with_its_last_frame() -> None:
    timeline = Timeline((Level(1, 3, 1 << 20),))
    for n in range(6):
        timeline.add(START + n * SECOND, SECOND, [reads(1, disk="sdb")] if n == 0 else [reads(1)], [])
    assert timeline.disks() == {"sda"}


def test_frames_are_found_by_number_and_by_time() -> None:
    timeline = filled(14)
    every = list(timeline)
    assert timeline.frames(0, 99) == every
    assert timeline.frames(-5, 3) == every[:3]
    assert timeline.frames(8, 10) == every[8:10]
    assert [timeline.index(frame.time) for frame in every] == list(range(10))
    assert timeline.index(every[0].time - 2 * SECOND) == 0
    assert timeline.index(START + 99 * SECOND) == 9


def test_it_tells_how_far_it_reaches() -> None:
    assert (Timeline().since, Timeline().span_ns) == (0, 0)
    timeline = filled(7)
    assert timeline.since == START - SECOND
    assert timeline.span_ns == 7 * SECOND


def test_a_copy_stands_still() -> None:
    timeline = filled(14)
    held = timeline.copy()
    before = list(held)
    for n in range(14, 60):
        timeline.add(START + n * SECOND, SECOND, [reads(1, disk="sdz")], [])
    assert list(held) == before
    assert held.disks() == {"sda"}


def test_the_reach_of_a_frame_is_that_of_all_its_disks() -> None:
    timeline = Timeline()
    timeline.add(START, SECOND, [hist(READ, 100, 9, 1), hist(READ._replace(disk="sdb"), 90_000, 3, 2)], [])
    frame = next(iter(timeline))
    slots = [slot for column in ("sda", "sdb") for slot in unpacked(frame.packed[column]).latency("device", None).slots]
    assert frame.reach == {"device": (min(slots), max(slots))}
    assert frame.busiest == 9
