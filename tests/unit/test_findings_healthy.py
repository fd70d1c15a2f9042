"""Disks that do as healthy ones do: nothing is found of them."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from probes.disk_sums import DiskFacts
from tests.distributions.load import Doing, Fake, Session, raid
from tests.distributions.ordinary import NAMES, ordinary
from tests.distributions.shapes import Shape, even, lognormal, mixed, seeks, slower, uniform
from tests.unit.watched_disks import FAST, SICK, one, three, watched
from tui.findings.watch import Watch


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_found_in_ordinary_loads(seed: int) -> None:
    """Two hours in all: ten minutes on each of twelve machines."""
    watch = Watch()
    found = [finding.text for snapshot in ordinary(seed, 600) for finding in watch.take(snapshot)]
    assert found == []


@pytest.mark.parametrize("seed", range(3))
def test_rare_spikes_are_what_a_healthy_disk_has(seed: int) -> None:
    shape = mixed((999, FAST), (1, SICK))
    assert watched(three(seed, (shape, FAST, FAST), 1000), 120) == []


def test_one_stall_of_many_requests_is_no_sick_disk() -> None:
    session = three(1, (FAST, FAST, FAST), 500)
    watch = Watch()
    for second in range(60):
        session.disks[2].doing["read"].shape = uniform(200, 300) if second == 30 else FAST
        assert watch.take(session.tick()) == ()


def test_one_stall_of_a_lone_disk_is_no_hump() -> None:
    session = one(1, {"read": Doing(FAST, 500)})
    watch = Watch()
    for second in range(60):
        session.disks[0].doing["read"].shape = mixed((9, FAST), (1, SICK)) if second in (30, 31) else FAST
        assert watch.take(session.tick()) == ()


def test_twice_as_slow_is_not_odd() -> None:
    assert watched(three(1, (FAST, FAST, slower(FAST, 1)), 1000), 20) == []


@pytest.mark.parametrize("seed", range(6))
def test_healthy_turning_disks_are_alike_enough(seed: int) -> None:
    """Fuller and emptier, a little older and younger, with the queues of a busy hour."""
    random = Random(seed)
    facts = [msgspec.structs.replace(disk, rotational=True) for disk in raid(NAMES)]

    def healthy() -> Shape:
        own = seeks(random.uniform(0.4, 5), random.uniform(12, 25), random.choice((8.3, 8.3, 11.1)))
        return mixed((70, own), (25, slower(own, 1)), (random.uniform(0, 5), slower(own, 2)))

    assert watched(three(seed, [healthy() for _ in NAMES], 150, facts), 60) == []


def test_a_disk_with_little_to_do_may_wake_slowly() -> None:
    idle = three(1, (FAST, FAST, slower(FAST, 4)), 300, raid(NAMES, ""))
    for doing in idle.disks[2].doing.values():
        doing.rate /= 10
    assert watched(idle, 30) == []


@pytest.mark.parametrize("usual", [1000, 1500])
def test_a_deeper_queue_on_a_disk_of_the_same_model_is_no_sickness(usual: float) -> None:
    """Volumes of a cloud that may do 3,000 requests a second: one is asked for 32 at once, the others for one."""
    alone, among_many = lognormal(1, 0.3), lognormal(10.6, 0.3)
    asked = ((alone, usual, 1), (alone, usual, 1), (among_many, 2900, 32))
    disks = [
        Fake(name, {"read": Doing(shape, rate)}, busy=0.99, depth=depth)
        for name, (shape, rate, depth) in zip(NAMES, asked, strict=True)
    ]
    session = Session(Random(1), disks, raid(NAMES, ""))
    assert [finding for finding in watched(session, 30) if finding.kind == "odd-one-out"] == []


def test_other_work_is_no_evidence() -> None:
    larger = three(1, (FAST, FAST, slower(FAST, 3)), 300)
    larger.disks[2].doing["read"].size = 1 << 20
    assert watched(larger, 20) == []
    busier = three(1, (FAST, FAST, slower(FAST, 3)), 300)
    for doing in busier.disks[2].doing.values():
        doing.rate *= 5
    assert watched(busier, 20) == []


def test_the_cache_of_a_turning_disk_is_no_trouble() -> None:
    session = one(1, {"read": Doing(mixed((9, lognormal(0.1, 0.3)), (1, seeks())), 200)})
    session.facts = [DiskFacts("sda", rotational=True)]
    assert watched(session, 60) == []


def test_where_half_of_the_requests_are_slow_that_is_how_the_disk_works() -> None:
    assert watched(one(1, {"read": Doing(mixed((1, FAST), (1, SICK)), 300)}), 30) == []


def test_an_uneven_scale_of_spikes_in_all_disks_is_none() -> None:
    shape = mixed((995, FAST), (5, even(2, 40)))
    assert watched(three(2, [shape] * 3, 500), 60) == []
