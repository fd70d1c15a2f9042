"""From which latency on a request is slow."""

from __future__ import annotations

import random

from probes.disk_sums import Hist, Op
from probes.lanes import lanes
from probes.latency import slot_of
from probes.thresholds import ENOUGH, EVERY_NS, GENERATION_NS, Thresholds


def hist(disk: str, op: Op, latencies_us: list[float]) -> Hist:
    slots: dict[int, int] = {}
    for us in latencies_us:
        slot = slot_of(round(us * 1000))
        slots[slot] = slots.get(slot, 0) + 1
    return Hist(disk, op, "device", lanes(slots), len(latencies_us), 0, 0)


def ordinary(count: int, seed: int = 1) -> list[float]:
    dice = random.Random(seed)
    return [300 * dice.lognormvariate(0, 0.3) for _ in range(count)]


def sick(count: int) -> list[float]:
    dice = random.Random(2)
    return [dice.uniform(20_000, 60_000) if n % 50 == 0 else us for n, us in enumerate(ordinary(count))]


def test_where_the_second_hump_begins() -> None:
    thresholds = Thresholds()
    thresholds.add([hist("sdb", "read", sick(5000))])
    (found,) = thresholds.find(1) or ()
    assert (found.disk, found.op, found.why) == ("sdb", "read", "hump")
    assert 10_000 < found.us <= 20_500


def test_else_the_tail() -> None:
    latencies = ordinary(10_000)
    thresholds = Thresholds()
    thresholds.add([hist("sda", "write", latencies)])
    (found,) = thresholds.find(1) or ()
    assert found.why == "tail"
    assert 5 <= sum(us >= found.us for us in latencies) <= 20


def test_what_a_large_part_of_the_requests_does_is_not_slow() -> None:
    """Half are answered by the cache, half by the disk: a list of half of the requests would say nothing."""
    misses = [us * 30 for us in ordinary(5000, seed=2)]
    thresholds = Thresholds()
    thresholds.add([hist("sda", "read", ordinary(5000) + misses)])
    (found,) = thresholds.find(1) or ()
    assert found.why == "tail"
    assert 5 <= sum(us >= found.us for us in misses) <= 20
    thresholds.add([hist("sda", "read", [900_000.0] * 50)])
    (found,) = thresholds.find(1 + EVERY_NS) or ()
    assert found.why == "hump"
    assert 100_000 < found.us <= 900_000


def test_the_slowest_few_do_not_hide_where_the_slow_ones_begin() -> None:
    thresholds = Thresholds()
    thresholds.add([hist("sdb", "read", sick(50_000) + [5_000_000.0] * 25)])
    (found,) = thresholds.find(1) or ()
    assert found.why == "hump"
    assert 10_000 < found.us <= 20_500


def test_nothing_is_said_of_too_few() -> None:
    thresholds = Thresholds()
    thresholds.add([hist("sda", "read", ordinary(ENOUGH - 1))])
    assert thresholds.find(1) is None


def test_what_the_user_says_holds_for_every_disk_seen() -> None:
    thresholds = Thresholds()
    thresholds.add([hist("sda", "read", ordinary(5)), hist("sdb", "flush", ordinary(5))])
    thresholds.set(20_000.0)
    assert {(t.disk, t.us, t.why) for t in thresholds.find(1) or ()} == {
        ("sda", 20_000.0, "set"),
        ("sdb", 20_000.0, "set"),
    }


def test_it_is_told_when_it_has_moved_and_not_before() -> None:
    thresholds = Thresholds()
    thresholds.add([hist("sda", "read", ordinary(5000))])
    assert thresholds.find(1) is not None
    thresholds.add([hist("sda", "read", ordinary(5000, seed=3))])
    assert thresholds.find(2) is None
    assert thresholds.find(1 + EVERY_NS) is None
    thresholds.add([hist("sda", "read", [us * 3 for us in ordinary(50_000)])])
    (moved,) = thresholds.find(1 + 2 * EVERY_NS) or ()
    assert moved.us > 1500


def test_a_hump_that_is_not_seen_for_a_moment_still_holds() -> None:
    thresholds = Thresholds()
    thresholds.add([hist("sdb", "read", sick(5000))])
    (hump,) = thresholds.find(1) or ()
    thresholds.add([hist("sdb", "read", [us * 1.1**n for n in range(55) for us in ordinary(300, seed=n)])])  # fills it
    assert thresholds.find(1 + EVERY_NS) is None
    (tail,) = thresholds.find(1 + GENERATION_NS) or ()
    assert (hump.why, tail.why) == ("hump", "tail")


def test_what_is_long_past_no_longer_counts() -> None:
    thresholds = Thresholds()
    thresholds.add([hist("sda", "read", [us * 10 for us in ordinary(5000)])])
    (slow,) = thresholds.find(GENERATION_NS + 1) or ()
    for generation in (2, 3):
        thresholds.add([hist("sda", "read", ordinary(5000))])
        found = thresholds.find(generation * (GENERATION_NS + 1))
    assert slow.us > 3000
    assert found is not None
    assert found[0].us < slow.us / 3
