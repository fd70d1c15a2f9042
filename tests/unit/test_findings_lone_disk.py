"""What is found of a disk by itself: a second hump, errors, what is not answered, saturation, flushes."""

from __future__ import annotations

import msgspec
import pytest

from probes.columns import Column, ProbeInfo
from tests.distributions.load import Doing, Fake
from tests.distributions.shapes import Shape, lognormal, mixed, uniform
from tests.unit.watched_disks import FAST, SICK, one, overloaded, sick, watched
from tui.findings.finding import Finding
from tui.findings.watch import Watch


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
