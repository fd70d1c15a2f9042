"""What is merged is what was counted: nothing is lost, nothing is counted twice."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import SIZES, Disk, Part, Work
from probes.lanes import lanes
from probes.latency import SLOTS
from probes.merge import MOST_WORK, OTHERS, merge_disks, merge_parts, merge_work

SLOT_COUNTS = st.dictionaries(st.integers(0, SLOTS - 1), st.integers(1, 1000), min_size=1, max_size=8)


def work(pid: int, disk: str, slots: dict[int, int], sum_ns: int = 100) -> Work:
    counted = lanes(slots)
    return Work(pid, f"job-{pid}", "/a.service", False, disk, "read", counted, sum(slots.values()), sum_ns, 50, 4096, 1)


WORKS = st.lists(
    st.builds(work, st.integers(1, 9), st.sampled_from(["sda", "sdb"]), SLOT_COUNTS, st.integers(0, 10**9)), max_size=40
)


def slots_by_disk(done: list[Work]) -> Counter[tuple[str, int]]:
    total: Counter[tuple[str, int]] = Counter()
    for one in done:
        for slot, here in one.lanes.slots().items():
            total[one.disk, slot] += here
    return total


@given(WORKS, st.integers(1, 12))
def test_work_is_bounded_and_its_sums_stay(done: list[Work], most: int) -> None:
    merged = merge_work(done, most)
    keys = [(one.pid, one.disk) for one in merged]
    assert len(set(keys)) == len(keys) <= most + 2
    assert slots_by_disk(merged) == slots_by_disk(done)
    for field in ("count", "sum_ns", "bytes", "errors"):
        assert sum(getattr(one, field) for one in merged) == sum(getattr(one, field) for one in done)
    assert all(one.lanes == lanes(one.lanes.slots()) for one in merged)


@given(WORKS, st.integers(1, 12))
def test_merging_what_is_merged_changes_nothing(done: list[Work], most: int) -> None:
    merged = merge_work(done, most)
    assert set(merge_work(merged, most)) == set(merged)


def test_those_who_asked_the_least_are_counted_as_others() -> None:
    done = [work(pid, "sda", {3: 1}, sum_ns=pid) for pid in range(1, MOST_WORK + 11)]
    merged = merge_work(done)
    assert len(merged) == MOST_WORK + 1
    rest = merged[-1]
    assert (rest.pid, rest.comm, rest.cgroup, rest.count, rest.sum_ns) == (0, OTHERS, "", 10, sum(range(1, 11)))
    again = merge_work([*merged, *merged])
    assert next(one for one in again if one.pid == 0).count == 20


def test_parts_are_told_apart_by_everything_that_makes_them_parts() -> None:
    part = Part("sda", "read", ("sync",), SIZES[0], True, lanes({3: 1}), 1, 10, 10, 512)
    kinds = [
        part,
        Part("sdb", "read", ("sync",), SIZES[0], True, lanes({3: 1}), 1, 10, 10, 512),
        Part("sda", "write", ("sync",), SIZES[0], True, lanes({3: 1}), 1, 10, 10, 512),
        Part("sda", "read", ("sync", "meta"), SIZES[0], True, lanes({3: 1}), 1, 10, 10, 512),
        Part("sda", "read", ("sync",), SIZES[1], True, lanes({3: 1}), 1, 10, 10, 512),
        Part("sda", "read", ("sync",), SIZES[0], False, lanes({3: 1}), 1, 10, 10, 512),
    ]
    merged = merge_parts([*kinds, *kinds])
    assert len(merged) == len(kinds)
    assert merged[0] == Part("sda", "read", ("sync",), SIZES[0], True, lanes({3: 2}), 2, 20, 10, 1024)


def test_how_busy_a_disk_was_is_of_both_spans_by_their_length() -> None:
    before = [Disk("sda", 4, 90, 0.2, 1.0), Disk("gone", 1, 1, 1.0, 1.0), Disk("sdb", 0, 0, None, None)]
    now = [Disk("sda", 1, 7, 0.8, 3.0), Disk("sdb", 0, 0, 0.5, None), Disk("new", 0, 0, 0.1, 0.1)]
    merged = merge_disks(before, now, (300, 100))
    assert [disk.name for disk in merged] == ["sda", "sdb", "new"]
    assert (merged[0].in_flight, merged[0].oldest_us) == (1, 7)
    assert (merged[0].busy, merged[0].depth) == (pytest.approx(0.35), pytest.approx(1.5))
    assert (merged[1].busy, merged[1].depth) == (0.5, None)
    assert merged[2] == now[2]
    assert merge_disks([now[0]], [Disk("sda", 0)], (1, 1))[0].busy == 0.8
