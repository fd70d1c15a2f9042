"""Findings of sessions whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec
import pytest

import tui
from probes.columns import Column, ProbeInfo
from probes.disk_choice import Choice
from probes.disk_sums import DiskFacts, Part, Work
from probes.filter import parse
from probes.lanes import lanes
from probes.snapshot import Snapshot
from tests.distributions.load import Doing, Fake, Session, raid, sums
from tests.distributions.ordinary import NAMES, ordinary
from tests.distributions.shapes import Shape, draw, even, lognormal, mixed, seeks, slower, uniform
from tui.findings.finding import Finding
from tui.findings.watch import Watch
from tui.recording import Reader

FAST = lognormal(0.3, 0.5)
SICK = uniform(20, 60)
BUFFERED = lognormal(0.2, 0.5)


def sick(share: float) -> Shape:
    return mixed((1 - share, FAST), (share, SICK))


def three(seed: object, reads: Sequence[Shape], rate: float = 150, facts: Sequence[DiskFacts] | None = None) -> Session:
    """Three disks, members of md0 if nothing else is said, that read and write."""
    disks = [
        Fake(name, {"read": Doing(shape, rate), "write": Doing(BUFFERED, rate / 2)})
        for name, shape in zip(NAMES, reads, strict=True)
    ]
    return Session(Random(str(seed)), disks, raid(NAMES) if facts is None else facts)


def one(seed: object, doing: dict[str, Doing], **state: float) -> Session:
    return Session(Random(str(seed)), [Fake("sda", doing, **state)])  # type: ignore[arg-type]


def watched(session: Session, seconds: int, each: float = 1.0) -> list[Finding]:
    """What begins and ends in so many seconds."""
    watch = Watch()
    return [finding for _ in range(round(seconds / each)) for finding in watch.take(session.tick(each))]


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


def test_twice_as_slow_is_not_odd() -> None:
    assert watched(three(1, (FAST, FAST, slower(FAST, 1)), 1000), 20) == []


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


@pytest.mark.parametrize("ill", [sick(0.02), slower(FAST, 3)], ids=["stalls", "slow as a whole"])
def test_a_disk_of_the_model_that_does_less_because_it_is_slow(ill: Shape) -> None:
    """Each is asked again as soon as it has answered: what is slow does a fraction of the others' work."""
    session = three(1, (FAST, FAST, ill), 2000, raid(NAMES, ""))
    for disk in session.disks:
        disk.busy = 0.95
    for doing in session.disks[2].doing.values():
        doing.rate /= 6
    assert [finding.id for finding in watched(session, 12)] == ["odd-one-out:sdc:read"]


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


def test_short_ticks_and_merged_ticks_tell_the_same() -> None:
    for each in (0.1, 0.5, 4.0):
        found = watched(three(each, (FAST, FAST, sick(0.02)), 400), 16, each)
        assert [finding.id for finding in found] == ["odd-one-out:sdc:read"], each


def test_it_ends_when_the_disk_is_well_again_and_not_when_it_rests() -> None:
    session = three(1, (FAST, FAST, sick(0.02)), 300)
    watch = Watch()
    changed = [finding for _ in range(20) for finding in watch.take(session.tick())]
    doing, session.disks[2].doing = session.disks[2].doing, {}
    session.disks[2].busy = 0.0
    changed += [finding for _ in range(10) for finding in watch.take(session.tick())]
    assert [finding.until for finding in changed] == [None]
    doing["read"].shape = FAST
    session.disks[2].doing = doing
    changed += [finding for _ in range(25) for finding in watch.take(session.tick())]
    assert [finding.until is None for finding in changed] == [True, False]
    assert watch.current == ()
    assert watch.past == (changed[1],)
    assert changed[1].since < (changed[1].until or 0) <= session.now


def test_a_disk_with_few_requests_is_well_again_as_soon_as_they_show_it() -> None:
    session = three(1, (FAST, FAST, sick(0.3)), 20)
    watch = Watch()
    for _ in range(40):
        watch.take(session.tick())
    assert [finding.id for finding in watch.current] == ["odd-one-out:sdc:read"]
    session.disks[2].doing["read"].shape = FAST
    for _ in range(20):
        watch.take(session.tick())
    assert watch.current == ()


def test_a_lone_disk_with_a_second_hump() -> None:
    found = watched(one(1, {"read": Doing(sick(0.02), 300)}), 20)
    assert [finding.id for finding in found] == ["second-hump:sda:read"]
    assert found[0].severity == "warning"
    assert found[0].numbers["share"] == pytest.approx(0.02, rel=0.4)


def test_a_few_that_take_seconds_do_not_hide_the_hump() -> None:
    stalls = mixed((0.9795, FAST), (0.02, SICK), (0.0005, uniform(4900, 5200)))
    found = watched(one(1, {"read": Doing(stalls, 5000)}), 20)
    assert [finding.id for finding in found] == ["second-hump:sda:read"]
    assert found[0].numbers["share"] == pytest.approx(0.02, rel=0.2)
    assert found[0].text.startswith("sda: 2.")


def test_many_that_take_a_little_do_not_hide_the_hump() -> None:
    """One in ten takes 2 to 4 ms, which is no trouble; one in fifty is."""
    two = mixed((0.88, FAST), (0.1, uniform(2.5, 4)), (0.02, SICK))
    found = watched(one(1, {"read": Doing(two, 2000)}), 20)
    assert [finding.id for finding in found] == ["second-hump:sda:read"]
    assert found[0].numbers["share"] == pytest.approx(0.02, rel=0.2)


def test_the_cache_of_a_turning_disk_is_no_trouble() -> None:
    session = one(1, {"read": Doing(mixed((9, lognormal(0.1, 0.3)), (1, seeks())), 200)})
    session.facts = [DiskFacts("sda", rotational=True)]
    assert watched(session, 60) == []


def test_where_half_of_the_requests_are_slow_that_is_how_the_disk_works() -> None:
    assert watched(one(1, {"read": Doing(mixed((1, FAST), (1, SICK)), 300)}), 30) == []


def test_errors_are_said_at_once_and_while_they_are_recent() -> None:
    session = one(1, {"read": Doing(FAST, 100)})
    watch = Watch()
    assert watch.take(session.tick()) == ()
    (finding,) = watch.take(session.tick(errors=3))
    assert (finding.id, finding.severity) == ("errors:sda:read", "critical")
    assert finding.numbers["errors"] == 3
    assert finding.text.startswith(f"sda: 3 of {finding.numbers['requests']} reads ended with an error, just now")
    for _ in range(55):
        assert watch.take(session.tick()) == ()
    assert watch.current[0].numbers["errors"] == 3
    ended = [finding for _ in range(20) for finding in watch.take(session.tick())]
    assert [finding.until is None for finding in ended] == [False]


def test_errors_are_named_where_rows_tell() -> None:
    columns = tuple(Column(name, name, "word", 8, name) for name in ("time", "disk", "op", "error"))
    watch = Watch([ProbeInfo("block", "Block I/O", "?", "latency", columns)])
    session = one(1, {"read": Doing(FAST, 100)})
    watch.take(session.tick(errors=3))
    tick = session.tick()
    failed = [[1, "sda", "read", error] for error in ("EIO", "ENODATA", "EIO", None)]
    rows = [*failed, [1, "sdb", "read", "ENOSPC"], [1, "sda", "write", "ETIMEDOUT"]]
    block = msgspec.structs.replace(tick.probes[0], rows=rows)
    watch.take(msgspec.structs.replace(tick, probes=(block,)))
    (finding,) = watch.current
    assert " reads ended with an error (EIO, ENODATA), the last 1 s ago" in finding.text
    assert finding.numbers["kinds"] == "EIO,ENODATA"


def test_a_request_that_is_not_answered() -> None:
    session = one(1, {"read": Doing(FAST, 10)}, oldest_us=7_400_000)
    (finding,) = Watch().take(session.tick())
    assert (finding.id, finding.severity) == ("stuck:sda", "critical")
    assert finding.text == "sda: a request has waited for an answer for 7 s; no other is in flight"
    assert finding.numbers["age_s"] == 7.4


def overloaded(**state: float) -> Session:
    queued = lognormal(60, 0.4)
    return one(1, {"read": Doing(lognormal(8, 0.3), 120, queued=queued)}, **({"busy": 1.0, "depth": 30.0} | state))


def test_a_saturated_disk() -> None:
    found = watched(overloaded(), 12)
    assert [finding.id for finding in found] == ["saturated:sda"]
    numbers = found[0].numbers
    assert (numbers["busy"], numbers["depth"]) == (1.0, 30.0)
    assert numbers["queue_us"] > numbers["device_us"] > 0  # type: ignore[operator]
    assert "busy 100 % of the time with 30 requests there on average" in found[0].text


def test_busy_is_not_saturated() -> None:
    assert watched(overloaded(busy=0.6), 12) == []
    assert watched(overloaded(depth=1.2), 12) == []
    in_memory = one(1, {"read": Doing(lognormal(0.004, 0.4), 200_000)}, busy=1.0, depth=16.0)
    assert watched(in_memory, 12) == []


def strained(calm: Shape, under_load: Shape, rate: float, depth: float = 30.0, busy: float = 1.0) -> list[Finding]:
    """What is found of a disk without a scheduler that has little to do at first, and then much."""
    session = one(1, {"read": Doing(calm, 100)}, busy=0.3, depth=0.5)
    watch = Watch()
    found = [finding for _ in range(10) for finding in watch.take(session.tick())]
    session.disks = [Fake("sda", {"read": Doing(under_load, rate)}, busy=busy, depth=depth)]
    return found + [finding for _ in range(25) for finding in watch.take(session.tick())]


def test_a_disk_is_saturated_too_where_requests_wait_within_it() -> None:
    (finding,) = strained(lognormal(3, 0.3), lognormal(40, 0.3), 750)
    assert (finding.id, finding.title) == ("saturated:sda", "sda is saturated")
    assert finding.text.startswith("sda is busy ")
    assert " requests take 4" in finding.text
    assert ", and took 3." in finding.text
    assert finding.numbers["calm_device_us"] == pytest.approx(3100, rel=0.1)
    assert finding.numbers["device_us"] > 4 * finding.numbers["calm_device_us"]  # type: ignore[operator]


def test_a_disk_that_does_much_at_once_is_not_saturated() -> None:
    fast = lognormal(0.09, 0.3)
    assert strained(fast, lognormal(0.4, 0.3), 80_000) == []  # in parallel, and a little slower for it
    assert strained(lognormal(8, 0.3), lognormal(9, 0.3), 3000) == []  # far away, and no slower for it
    assert strained(lognormal(3, 0.3), lognormal(40, 0.3), 750, depth=3.0) == []
    assert strained(lognormal(3, 0.3), lognormal(40, 0.3), 750, busy=0.8) == []


def work(pid: int, comm: str, count: int, each_ms: float, cgroup: str = "") -> Work:
    return Work(
        pid,
        comm,
        cgroup,
        False,
        "sda",
        "read",
        lanes({100: count}),
        count,
        round(count * each_ms * 1e6),
        1,
        count * 4096,
    )


def of_the_kernel(pid: int, comm: str, count: int, each_ms: float, cgroup: str = "") -> Work:
    return msgspec.structs.replace(work(pid, comm, count, each_ms, cgroup), kernel=True)


def flooded(*moments: Sequence[Work]) -> list[Finding]:
    """What is found where that work is done by turns on a disk that is busy."""
    session = one(1, {"read": Doing(lognormal(30, 0.3), 30)}, busy=0.97, depth=3.0)
    watch = Watch()
    return [finding for at in range(10) for finding in watch.take(session.tick(work=moments[at % len(moments)]))]


VICTIM = work(11, "nginx", 5, 45, "/system.slice/nginx.service")


def test_a_process_that_floods_a_disk_for_others() -> None:
    flood = work(10, "fio", 90, 30)
    (finding,) = flooded([flood, VICTIM])
    assert (finding.id, finding.severity) == ("flooding:sda:10", "notice")
    assert "fio (pid 10) makes 95 % of the requests" in finding.text
    assert finding.text.endswith("; nginx (pid 11, nginx.service) waits 45 ms on average")
    assert finding.numbers["sufferer_us"] == pytest.approx(45_000)
    assert flooded([flood]) == []
    assert flooded([flood, work(11, "nginx", 5, 1)]) == []
    assert flooded([work(10, "fio", 50, 30), work(11, "nginx", 50, 45)]) == []


def test_a_process_is_one_whatever_its_threads_are_called() -> None:
    by_turns = [[work(10, name, 90, 30), VICTIM] for name in ("reader", "writer", "compactor")]
    (finding,) = flooded(*by_turns)
    assert (finding.id, finding.title) == ("flooding:sda:10", f"{finding.numbers['comm']} floods sda")
    assert finding.numbers["request_share"] == pytest.approx(90 / 95)


def test_the_processes_of_a_unit_are_one_flood() -> None:
    workers = [work(20 + at, "postgres", 25, 30, "/system.slice/pg.service") for at in range(4)]
    (finding,) = flooded([*workers, VICTIM])
    assert (finding.id, finding.title) == ("flooding:sda:pg.service", "pg.service floods sda")
    assert finding.text.startswith("pg.service (4 processes, most of it postgres) makes 95 % of the requests")
    assert finding.text.endswith("; nginx (pid 11, nginx.service) waits 45 ms on average")
    assert finding.numbers["processes"] == 4
    assert "pid" not in finding.numbers
    assert flooded(workers) == []
    nobodys = [msgspec.structs.replace(one, cgroup="") for one in workers]
    assert flooded([*nobodys, VICTIM]) == []


def test_what_the_kernel_writes_is_the_flood_of_its_owner() -> None:
    writers = [of_the_kernel(20 + at, f"kworker/u8:{at}", 30, 30, "/backup.service") for at in range(3)]
    (finding,) = flooded([*writers, VICTIM])
    assert finding.title == "backup.service floods sda"


def test_the_kernels_own_queue_floods_nothing_and_suffers_nothing() -> None:
    flood, queue = work(10, "fio", 90, 30), of_the_kernel(58, "kworker/1:1H", 5, 160)
    assert flooded([flood, queue]) == []
    assert flooded([of_the_kernel(58, "kworker/1:1H", 90, 160), VICTIM]) == []
    (finding,) = flooded([flood, queue, VICTIM])
    assert finding.numbers["sufferer_comm"] == "nginx"
    (journal,) = flooded([flood, of_the_kernel(59, "jbd2/sda1-8", 5, 160)])
    assert journal.numbers["sufferer_comm"] == "jbd2/sda1-8"


def test_a_storm_of_flushes() -> None:
    session = one(1, {"flush": Doing(lognormal(8, 0.2), 100), "write": Doing(lognormal(0.5, 0.5), 200)}, busy=0.9)
    (finding,) = watched(session, 12)
    assert (finding.id, finding.severity) == ("flush-storm:sda", "warning")
    assert finding.numbers["rate"] == pytest.approx(100, rel=0.1)
    assert finding.text.startswith(f"sda: {finding.numbers['rate']:,.0f} flushes a second of 8.")
    few = one(1, {"flush": Doing(lognormal(8, 0.2), 10), "write": Doing(lognormal(0.5, 0.5), 200)})
    assert watched(few, 12) == []
    by_the_way = one(1, {"flush": Doing(lognormal(8, 0.2), 100), "write": Doing(lognormal(8, 0.2), 400)})
    assert watched(by_the_way, 12) == []


@pytest.mark.parametrize(
    ("text", "known"),
    [("disk:sda", True), ("comm:fio", False), ("disk:sda pid:10", False), ("op:read disk:sdb", True), ("(", False)],
)
def test_of_what_a_filter_lets_through_no_share_is_told(text: str, known: bool) -> None:
    """All that is seen of the disk may be one process or one operation, because nothing else was asked for."""
    session = one(1, {"flush": Doing(lognormal(8, 0.2), 100)}, busy=0.97, depth=3.0)
    session.filter = text
    watch = Watch()
    for _ in range(10):
        watch.take(session.tick(work=[work(10, "fio", 90, 30), VICTIM]))
    assert {finding.kind for finding in watch.current} == ({"flooding", "flush-storm"} if known else set())
    session.filter = ""
    for _ in range(5):
        assert watch.take(session.tick()) == (), "of the last ten seconds some are not known"


@pytest.mark.parametrize("text", ["disk:sdc", "disk:sda", "op:read", "!disk:sd* op:flush"])
def test_a_filter_on_disks_and_operations_takes_no_finding_away(text: str) -> None:
    """The sick one is told from its siblings, which the filter hides; and who looks at another is told all the same."""
    choice, watch = Choice(parse(text)), Watch()
    session = three(1, (FAST, FAST, sick(0.02)), 300)
    session.filter = text
    found = [finding.id for _ in range(10) for finding in watch.take(behind(choice, session.tick()))]
    assert found == ["odd-one-out:sdc:read"]


def behind(choice: Choice, snapshot: Snapshot) -> Snapshot:
    """A tick as the collector sends it under a filter."""
    (tick,) = snapshot.probes
    left = choice.of(tick.hists, tick.parts, tick.work, tick.disks)
    seen = msgspec.structs.replace(
        tick,
        hists=list(left.hists),
        parts=list(left.parts),
        work=list(left.work),
        disks=list(left.disks),
        aside=left.aside,
    )
    return msgspec.structs.replace(snapshot, probes=(seen,))


def test_the_odd_one_out_replaces_its_second_hump() -> None:
    """Facts may come late: what was a hump of a lone disk then has siblings."""
    session = three(1, (FAST, FAST, sick(0.02)), 300, [])
    watch = Watch()
    assert [f.id for _ in range(20) for f in watch.take(session.tick())] == ["second-hump:sdc:read"]
    session.facts, session.begun = raid(NAMES), False
    changed = [f for _ in range(5) for f in watch.take(session.tick())]
    assert [(f.id, f.until is None) for f in changed] == [
        ("second-hump:sdc:read", False),
        ("odd-one-out:sdc:read", True),
    ]


def test_rules_are_asked_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("tui.findings.watch.RULES", (lambda scene: asked.append(scene.time) or [],))
    watched(one(1, {"read": Doing(FAST, 100)}), 5, 0.1)
    assert len(asked) in (5, 6)


def test_the_worst_first_and_nothing_after_clear() -> None:
    session = overloaded()
    watch = Watch()
    for second in range(12):
        session.disks[0].oldest_us = 6_000_000 if second > 9 else 0
        watch.take(session.tick())
    assert [finding.id for finding in watch.current] == ["stuck:sda", "saturated:sda"]
    watch.clear()
    assert watch.current == watch.past == ()


def test_a_recording_that_begins_anew_is_another_session() -> None:
    watch = Watch()
    session = three(1, (FAST, FAST, sick(0.02)), 300)
    ticks = [session.tick() for _ in range(12)]
    first = [finding for tick in ticks for finding in watch.take(tick)]
    assert first == [finding for tick in ticks for finding in watch.take(tick)]
    assert len(first) == 1


def test_an_uneven_scale_of_spikes_in_all_disks_is_none() -> None:
    shape = mixed((995, FAST), (5, even(2, 40)))
    assert watched(three(2, [shape] * 3, 500), 60) == []
