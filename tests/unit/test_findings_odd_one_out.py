"""One of several disks is slower than its siblings: it is found, named, and told in numbers."""

from __future__ import annotations

from pathlib import Path
from random import Random

import msgspec
import pytest

import tui
from probes.disk_sums import Part
from probes.lanes import lanes
from tests.distributions.load import Doing, Fake, Session, raid, sums
from tests.distributions.ordinary import NAMES
from tests.distributions.shapes import Shape, draw, lognormal, mixed, seeks, slower, uniform
from tests.unit.watched_disks import FAST, sick, three, watched
from tui.findings.watch import Watch
from tui.recording import Reader


@pytest.mark.parametrize(
    ("share", "rate"),
    [(0.005, 500), (0.005, 20_000), (0.01, 200), (0.02, 100), (0.02, 2000), (0.05, 50), (0.05, 20_000), (0.3, 30)],
)
def test_a_sick_disk_is_found_and_named_within_ten_seconds(share: float, rate: float) -> None:
    late: list[int] = []
    for seed in range(10):
        found = watched(three(seed, (FAST, FAST, sick(share)), rate), 10)
        assert all(finding.disk == "sdc" for finding in found)
        if not any(finding.id == "odd-one-out:sdc:read" for finding in found):
            late.append(seed)
    assert not late


def test_the_finding_says_what_the_numbers_say() -> None:
    watch = Watch()
    session = three(1, (FAST, FAST, sick(0.02)), 2000)
    for _ in range(12):
        watch.take(session.tick())
    (finding,) = watch.current
    assert (finding.kind, finding.severity, finding.disk) == ("odd-one-out", "critical", "sdc")
    assert finding.title == "sdc is slower than its siblings in md0"
    numbers = finding.numbers
    assert numbers["share"] == pytest.approx(0.02, rel=0.1)
    assert numbers["siblings_share"] == 0
    assert numbers["low_us"] == pytest.approx(20_000, rel=0.15)
    assert numbers["high_us"] == pytest.approx(60_000, rel=0.15)
    assert numbers["average_us"] == pytest.approx(1140, rel=0.1)
    assert numbers["siblings_average_us"] == pytest.approx(340, rel=0.1)
    assert numbers["slow_requests"] == pytest.approx(numbers["share"] * numbers["requests"])  # type: ignore[operator]
    assert numbers["siblings"] == "sda,sdb"
    assert finding.brief == "2.0 % at 18-61 ms, rest 0.00 %"
    assert finding.text == (
        "sdc, a member of md0: 2.0 % of reads take 18-61 ms; its siblings sda, sdb: 0.00 %; "
        "average 1.1 ms against 0.3 ms (model ACME 4T, serial S-sdc, at slot 2)"
    )


def test_the_recorded_raid_set() -> None:
    """What `ebtop demo` plays: disks in md0, one of them slow."""
    watch = Watch()
    began: dict[str, float] = {}
    first = 0
    with Reader(Path(tui.__file__).with_name("demo.ebtop")) as reader:
        ticks = list(reader)
    for snapshot in ticks:
        first = first or (snapshot.time if any(tick.hists for tick in snapshot.probes) else 0)
        for finding in watch.take(snapshot):
            began.setdefault(finding.id, (snapshot.time - first) / 1e9)
    ((found, seconds),) = began.items()
    kind, disk, op = found.split(":")
    assert (kind, op) == ("odd-one-out", "read")
    assert seconds <= 10
    (still,) = watch.current
    assert still.text.startswith(f"{disk}, a member of md0: ")
    assert 0.01 < float(still.numbers["share"]) < 0.04
    assert float(still.numbers["siblings_share"]) < 0.001


@pytest.mark.parametrize("seed", range(3))
def test_of_disks_that_are_all_slow_none_is_the_odd_one(seed: int) -> None:
    found = watched(three(seed, [sick(0.02)] * 3, 300), 60)
    assert [finding.id for finding in found] == ["second-hump:md0:read"]
    assert "so do those of" in found[0].text


def test_slow_from_the_first_to_the_last_request() -> None:
    found = watched(three(1, (FAST, slower(FAST, 2), FAST), 300), 12)
    assert [finding.id for finding in found] == ["odd-one-out:sdb:read"]
    assert found[0].text.startswith(
        "sdb, a member of md0: reads take 1.2 ms at the median; its siblings sda, sdc: 0.3 ms; average 1.4 ms"
    )
    assert found[0].brief == "median 1.2 ms, rest 0.3 ms"


def test_two_disks_are_enough_to_compare() -> None:
    session = three(1, (FAST, FAST, sick(0.03)), 300)
    session.disks = session.disks[1:]
    assert [finding.id for finding in watched(session, 12)] == ["odd-one-out:sdc:read"]


def test_disks_of_one_model_are_siblings_too() -> None:
    found = watched(three(1, (FAST, FAST, sick(0.03)), 300, raid(NAMES, "")), 12)
    assert found[0].title == "sdc is slower than other disks of its model"
    assert found[0].text.startswith("sdc: ")
    assert "; of the same model, sda, sdb: 0.00 %;" in found[0].text


@pytest.mark.parametrize(("ill", "named"), [(2, 2), (11, 0)])
def test_most_of_a_family_cannot_be_odd(ill: int, named: int) -> None:
    names = [f"sd{chr(ord('a') + at)}" for at in range(20)]
    disks = [Fake(name, {"read": Doing(sick(0.03) if at < ill else FAST, 400)}) for at, name in enumerate(names)]
    found = watched(Session(Random(1), disks, raid(names)), 12)
    assert sum(finding.kind == "odd-one-out" for finding in found) == named


def test_of_turning_disks_the_cache_decides_who_is_fast() -> None:
    facts = [msgspec.structs.replace(disk, rotational=True) for disk in raid(NAMES)]
    cached = mixed((9, lognormal(0.1, 0.3)), (1, seeks()))
    assert watched(three(1, (cached, cached, seeks()), 100, facts), 60) == []
    found = watched(three(1, (seeks(), seeks(), mixed((95, seeks()), (5, uniform(100, 400)))), 100, facts), 12)
    assert [finding.id for finding in found] == ["odd-one-out:sdc:read"]


def turning(share: float, low: float, high: float, rate: float, name: str = "md0") -> list[str]:
    """What is found where a share of the last disk's reads takes `low` to `high` milliseconds."""
    facts = [msgspec.structs.replace(disk, rotational=True) for disk in raid(NAMES, name)]
    ill = mixed((1 - share, seeks()), (share, uniform(low, high)))
    return [finding.id for finding in watched(three(1, (seeks(), seeks(), ill), rate, facts), 60)]


@pytest.mark.parametrize(
    ("share", "low", "high", "rate"),
    [(0.03, 40, 90, 100), (0.05, 50, 100, 100), (0.1, 40, 80, 50), (0.03, 20, 60, 200)],
)
def test_of_turning_disks_the_sick_one_need_not_be_many_times_as_slow(
    share: float, low: float, high: float, rate: float
) -> None:
    assert turning(share, low, high, rate) == ["odd-one-out:sdc:read"]


def test_of_turning_disks_a_little_more_is_no_evidence() -> None:
    assert turning(0.05, 15, 45, 100) == []
    assert turning(0.03, 40, 90, 100, name="") == []


@pytest.mark.parametrize("ill", [sick(0.02), slower(FAST, 3)], ids=["stalls", "slow as a whole"])
def test_a_disk_of_the_model_that_does_less_because_it_is_slow(ill: Shape) -> None:
    """Each is asked again as soon as it has answered: what is slow does a fraction of the others' work."""
    session = three(1, (FAST, FAST, ill), 2000, raid(NAMES, ""))
    for disk in session.disks:
        disk.busy = 0.95
    for doing in session.disks[2].doing.values():
        doing.rate /= 6
    assert [finding.id for finding in watched(session, 12)] == ["odd-one-out:sdc:read"]


@pytest.mark.parametrize("is_slow", [True, False])
def test_of_other_work_what_is_alike_is_compared(is_slow: bool) -> None:
    """The third disk has large requests as well: only the small ones can be compared."""
    random = Random(1)
    small = sick(0.03) if is_slow else FAST
    session = three(1, (FAST, FAST, mixed((0.6, small), (0.4, slower(FAST, 5)))), 300)
    session.disks[2].doing["read"].size = 200_000
    session.parts = [
        *(_part(random, name, 4096, FAST, 300) for name in ("sda", "sdb")),
        _part(random, "sdc", 4096, small, 180),
        _part(random, "sdc", 0, slower(FAST, 5), 120),
    ]
    assert bool(watched(session, 20)) == is_slow


def _part(random: Random, disk: str, size: int, shape: Shape, count: float) -> Part:
    slots = draw(random, shape, count)
    return Part(disk, "read", (), size, False, lanes(slots), *sums(slots))
