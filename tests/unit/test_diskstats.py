"""Utilisation and depth of the queue, as iostat has them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.diskstats import WRAP, DiskStats, Load, Reading, load

SECOND = 1_000_000_000
LINE = "{major:4} {minor:7} {name} 5 0 40 2 7 1 64 9 {now} {busy} {weighted} 0 0 0 0 3 1\n"
"""What a tick may spend on 256 disks."""


def line(name: str, busy: int, weighted: int) -> str:
    return LINE.format(major=8, minor=0, name=name, now=0, busy=busy, weighted=weighted)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Callable[..., DiskStats]]:
    """DiskStats over a file, where these disks are whole ones: reader("sda", text=...)."""
    started = []

    def start(*whole: str, text: str = "") -> DiskStats:
        (tmp_path / "diskstats").write_text(text)
        for name in whole:
            (tmp_path / "sys/block" / name).mkdir(parents=True)
        started.append(DiskStats(tmp_path / "diskstats", tmp_path / "sys"))
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_whole_disks_are_read_again_from_one_file(reader: Callable[..., DiskStats], tmp_path: Path) -> None:
    stats = reader("sda", "cciss!c0d0", text=line("sda", 10, 20) + line("sda1", 9, 9) + line("cciss/c0d0", 3, 4))
    assert stats.read() == {"sda": (10, 20), "cciss/c0d0": (3, 4)}
    (tmp_path / "diskstats").write_text(line("sda", 11, 25))
    assert stats.read() == {"sda": (11, 25)}


def test_what_cannot_be_understood_is_left_out(reader: Callable[..., DiskStats]) -> None:
    short = "   8       0 sda 1 2 3\n"
    assert reader("sda", "sdb", text=short + "\n" + line("sdb", 1, 2)).read() == {"sdb": (1, 2)}


def test_a_partition_may_come_back_as_a_disk(reader: Callable[..., DiskStats], tmp_path: Path) -> None:
    stats = reader("sda", text=line("sdb", 1, 1))
    assert stats.read() == {}
    (tmp_path / "diskstats").write_text("")
    stats.read()
    (tmp_path / "sys/block/sdb").mkdir()
    (tmp_path / "diskstats").write_text(line("sdb", 1, 1))
    assert stats.read() == {"sdb": (1, 1)}


def test_older_kernels_have_fewer_fields(reader: Callable[..., DiskStats]) -> None:
    assert reader("sda", text="   8       0 sda 5 0 40 2 7 1 64 9 0 10 20\n").read() == {"sda": (10, 20)}


def test_a_disk_that_sysfs_does_not_have_yet_is_asked_for_again(
    reader: Callable[..., DiskStats], tmp_path: Path
) -> None:
    stats = reader("sda", text=line("sda", 10, 20) + line("sdb", 1, 1))
    assert stats.read() == {"sda": (10, 20)}
    (tmp_path / "sys/block/sdb").mkdir()
    assert stats.read() == {"sda": (10, 20), "sdb": (1, 1)}


def test_a_partition_is_asked_for_once(reader: Callable[..., DiskStats], tmp_path: Path) -> None:
    stats = reader("sda", text=line("sda", 10, 20) + line("sda1", 1, 1))
    partition = tmp_path / "sys/class/block/sda1"
    partition.mkdir(parents=True)
    (partition / "partition").write_text("1")
    assert stats.read() == {"sda": (10, 20)}
    (tmp_path / "sys/block/sda1").mkdir()
    assert stats.read() == {"sda": (10, 20)}


def test_on_this_machine() -> None:
    stats = DiskStats()
    try:
        found = stats.read()
    finally:
        stats.close()
    assert {name.replace("/", "!") for name in found} <= set(os.listdir("/sys/block"))  # noqa: PTH208
    assert found


def test_half_busy_with_three_at_once() -> None:
    assert load({"sda": (1000, 5000)}, {"sda": (1250, 6500)}, SECOND // 2) == {"sda": Load(0.5, 3.0)}


def test_time_that_was_added_late_is_not_more_than_all() -> None:
    """A request that was long under way counts whole in the tick of its end."""
    assert load({"sda": (0, 0)}, {"sda": (60_000, 60_000)}, SECOND)["sda"] == Load(1.0, 60.0)


def test_disks_come_and_go() -> None:
    before: Reading = {"sda": (1, 1), "sdb": (1, 1)}
    assert load(before, {"sdb": (1, 1), "sdc": (9, 9)}, SECOND) == {"sdb": Load(0.0, 0.0)}


def test_another_disk_of_the_same_name_is_not_compared() -> None:
    assert load({"loop0": (500, 900)}, {"loop0": (3, 4)}, SECOND) == {}


def test_no_time_has_passed() -> None:
    assert load({"sda": (1, 1)}, {"sda": (2, 2)}, 0) == {}


milliseconds = st.integers(0, WRAP - 1) | st.integers(WRAP - 1000, WRAP - 1)


@given(milliseconds, milliseconds, st.integers(0, 100_000), st.integers(0, 1 << 30), st.integers(1, 60 * SECOND))
def test_numbers_that_wrap_make_no_difference(busy: int, weighted: int, more: int, waited: int, span_ns: int) -> None:
    now = (busy + more) % WRAP, (weighted + waited) % WRAP
    (found,) = load({"sda": (busy, weighted)}, {"sda": now}, span_ns).values()
    assert found == Load(min(more / (span_ns / 1e6), 1.0), waited / (span_ns / 1e6))
    assert 0 <= found.busy <= 1
