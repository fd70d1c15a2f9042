"""Requests under way, out of a map that here is a dictionary."""

from __future__ import annotations

import struct
import time
from typing import cast

import pytest

from probes import in_flight
from probes.in_flight import InFlight
from probes.kernel.bpf import Map
from tests.unit.test_block_sums import Dictionary

REQUEST = struct.Struct("=QQ24xIIBBBBB19x")


class Requests(Dictionary):
    entries = 8


def request(inserted: int = 0, issued: int = 0, **flags: int) -> bytes:
    """An entry of the map: flags are disk, op, filtered and requeued."""
    disk, op, filtered, requeued = (flags.get(flag, 0) for flag in ("disk", "op", "filtered", "requeued"))
    return REQUEST.pack(inserted, issued, 4096, disk, op, 0, filtered, requeued, 0)


def reader(requests: Requests) -> InFlight:
    return InFlight(cast(Map, requests), lambda number: ("sda", "sdb")[number])


def test_only_what_was_issued_is_in_flight() -> None:
    now = time.monotonic_ns()
    requests = Requests(
        {
            b"rest": request(),
            b"wait": request(inserted=now),
            b"one": request(issued=now - 2_000_000),
            b"two": request(inserted=now - 900, issued=now - 5_000_000),
            b"other": request(issued=now, disk=1, filtered=1),
        }
    )
    found = reader(requests).read()
    assert found.keys() == {"sda"}
    assert found["sda"].requests == 2
    assert found["sda"].oldest_ns >= 5_000_000


@pytest.mark.parametrize(("kernel_says", "missed"), [(1, 1), (2, 0), (0, 2)])
def test_old_requests_that_the_kernel_no_longer_has_were_missed(
    monkeypatch: pytest.MonkeyPatch, kernel_says: int, missed: int
) -> None:
    monkeypatch.setattr(in_flight, "_kernels_in_flight", lambda _name: kernel_says)
    now = time.monotonic_ns()
    requests = Requests({b"old": request(issued=now - 3_000_000_000), b"new": request(issued=now)})
    reading = reader(requests)
    found = reading.read()
    assert reading.missed == missed
    assert sum(waiting.requests for waiting in found.values()) == 2 - missed
    assert (b"old" in requests) == (missed == 0)


def test_entries_at_rest_make_room_when_it_gets_scarce() -> None:
    requests = Requests({bytes([n]): request() for n in range(6)} | {b"busy": request(issued=time.monotonic_ns())})
    reader(requests).read()
    assert set(requests) == {b"busy"}


def test_a_disk_that_is_gone_leaves_no_entry() -> None:
    requests = Requests({b"a": request(disk=0), b"b": request(disk=1), b"c": request(issued=5, disk=1)})
    reader(requests).forget({1})
    assert set(requests) == {b"a"}


def test_what_sysfs_does_not_count_is_never_taken_for_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "_kernels_in_flight", lambda _name: 0)
    old = time.monotonic_ns() - 9_000_000_000
    requests = Requests({b"flush": request(issued=old, op=2), b"again": request(issued=old, requeued=1)})
    reading = reader(requests)
    assert reading.read()["sda"].requests == 2
    reading.settle()
    assert reading.missed == 0


def test_what_the_kernel_is_just_ending_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([0, 1])
    monkeypatch.setattr(in_flight, "_kernels_in_flight", lambda _name: next(answers))
    reading = reader(Requests({b"ending": request(issued=time.monotonic_ns() - 3_000_000_000)}))
    assert reading.read()["sda"].requests == 1
    assert reading.missed == 0
