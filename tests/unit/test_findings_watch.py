"""How findings are watched for: from tick to tick, under a filter, when they end, and which comes first."""

from __future__ import annotations

import msgspec
import pytest

from probes.disk_choice import Choice
from probes.filter import parse
from probes.snapshot import Snapshot
from tests.distributions.load import Doing, raid
from tests.distributions.ordinary import NAMES
from tests.unit.watched_disks import FAST, one, overloaded, sick, three, watched
from tui.findings.watch import Watch


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
