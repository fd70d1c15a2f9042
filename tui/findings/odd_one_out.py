"""One disk of a set is slower than the others at the same work: the disk that a RAID set waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from probes.disk_sums import OPS, Op
from probes.humps import second_hump
from probes.latency import SUB, low_ns
from tui.findings.comparison import FEWEST, Floor, Slower, at_hump, slower
from tui.findings.finding import Finding
from tui.findings.rule import AGAIN, AT_ONCE, Candidate
from tui.findings.same_work import Pair, comparable
from tui.findings.scene import Scene
from tui.findings.series import SECOND, Series
from tui.findings.siblings import Family
from tui.findings.words import PLURAL, identity, latency, names, of_kind, percent, slow_range, stretch

EVIDENCE = 9.0
OVERWHELMING = 30.0
SUSTAINING = 5.0
"""In nats: to be said when it holds twice, to be said at once, and to stay said."""
FEWEST_SECONDS = 3
"""Different seconds in which requests were slow: one stall of many requests is a moment, no sick disk."""
IN_A_SET = Floor(2_000_000, 200_000)
OF_A_MODEL = Floor(5_000_000, 1_000_000)
"""Disks that only have their model in common are used for different things."""
TURNING = Floor(30_000_000, 30_000_000)
TURNING_IN_A_SET = Floor(30_000_000, 30_000_000, nearer=True)
"""Up to this latency it decides, for disks that turn, how far apart the data lie and what the cache has."""
WAKING_NS = 15_000_000
"""Up to so many nanoseconds a disk that rests takes to wake, where it does not turn."""
WAITED_FOR = 0.9
"""Requests that end within the time of so many of the others on that disk may have waited for one of those."""
HIGHER_MAXIMUM, HIGHER_AVERAGE = 2.0, 1.3
"""A disk is looked at only if it has so many times the maximum or the average that is common in its family."""
ALIKE = 1 / 3
"""A disk with so much of another's share of slow requests is slow too."""
MOST_COMPARED = 4
"""Siblings that a disk is compared with."""


class Odd(NamedTuple):
    """A disk, what it does, and what those do that it was compared with."""

    disk: str
    op: Op
    family: Family
    siblings: tuple[str, ...]
    pair: Pair
    by: Slower


def rule(scene: Scene) -> list[Candidate]:
    """Critical. Of each family and operation half of the disks at most: what most of them do is not odd."""
    found: list[Candidate] = []
    for family in scene.families:
        for op in OPS:
            active = [disk for disk in family.members if scene.get(disk, op).count >= FEWEST]
            if len(active) > 1:
                found.extend(_candidate(scene, odd) for odd in _odd(scene, family, op, active))
    return found


def _odd(scene: Scene, family: Family, op: Op, active: Sequence[str]) -> Iterator[Odd]:
    """The disks that stand out and are slower than typical siblings."""
    series = {disk: scene.get(disk, op) for disk in active}
    floor = _floor(scene, family)
    if max(one.max_ns for one in series.values()) < min(floor):
        return
    middle = (len(active) - 1) // 2
    average = sorted(one.average_ns for one in series.values())[middle]
    maximum = sorted(one.max_ns for one in series.values())[middle]
    by_average = sorted(active, key=lambda disk: series[disk].average_ns)
    for disk in active:
        one = series[disk]
        if one.max_ns < HIGHER_MAXIMUM * maximum and one.average_ns < HIGHER_AVERAGE * average:
            continue
        siblings = _typical([other for other in by_average if other != disk])
        pair = comparable(scene, family, disk, siblings, op)
        by = _slower(pair, floor) if pair else None
        if pair is None or by is None or by.evidence < SUSTAINING or not one.lasts(by.border, by.share):
            continue
        alike = sum(_share(series[other], by.border) >= ALIKE * by.share for other in active)
        if alike * 2 <= len(active) and len(one.seconds(by.border)) >= FEWEST_SECONDS:
            told = at_hump(by, pair.mine.slots, pair.theirs.slots)
            if low_ns(told.border) >= pair.others.percentile_ns(WAITED_FOR):
                yield Odd(disk, op, family, siblings, pair, told)


def _slower(pair: Pair, floor: Floor) -> Slower | None:
    """By what the first is slower, other than by what it has to do."""
    if pair.rested:
        floor = Floor(max(floor.some_ns, WAKING_NS), max(floor.whole_ns, WAKING_NS))
    by = slower(pair.mine.slots, pair.theirs.slots, floor)
    if by and pair.busier and (by.whole or second_hump(pair.mine.slots, least=by.border - SUB) is None):
        return None
    return by


def _share(series: Series, border: int) -> float:
    """The share of requests from a slot on."""
    return series.lanes.beyond(border) / max(series.count, 1)


def _floor(scene: Scene, family: Family) -> Floor:
    if scene.facts[family.members[0]].rotational:
        return TURNING_IN_A_SET if family.is_set else TURNING
    return IN_A_SET if family.is_set else OF_A_MODEL


def _typical(by_average: Sequence[str]) -> tuple[str, ...]:
    """Of the siblings, from the fastest to the slowest: those in the middle, without the slowest third."""
    kept = by_average[: len(by_average) - len(by_average) // 3]
    first = max(0, (len(kept) - MOST_COMPARED) // 2)
    return tuple(sorted(kept[first : first + MOST_COMPARED]))


def _candidate(scene: Scene, odd: Odd) -> Candidate:
    evidence = odd.by.evidence
    after = AT_ONCE if evidence >= OVERWHELMING else AGAIN if evidence >= EVIDENCE else None
    family, facts = odd.family, scene.facts.get(odd.disk)
    others = f"its siblings in {family.name}" if family.is_set else "other disks of its model"
    mine, theirs = odd.pair.mine, odd.pair.theirs
    low, high = slow_range(mine.slots, odd.by.border)
    numbers: dict[str, int | float | str] = {
        "op": odd.op,
        "set" if family.is_set else "model": family.name,
        "siblings": ",".join(odd.siblings),
        "share": odd.by.share,
        "siblings_share": odd.by.theirs,
        "low_us": low / 1000,
        "high_us": high / 1000,
        "average_us": mine.average_ns / 1000,
        "siblings_average_us": theirs.average_ns / 1000,
        "median_us": mine.percentile_ns(0.5) / 1000,
        "siblings_median_us": theirs.percentile_ns(0.5) / 1000,
        "requests": mine.count,
        "slow_requests": odd.by.slow,
        "siblings_requests": theirs.count,
        "siblings_slow_requests": odd.by.their_slow,
        "seconds": round(scene.get(odd.disk, odd.op).covers_ns / SECOND, 1),
    }
    if odd.pair.kind:
        numbers |= {"only": of_kind(odd.op, *odd.pair.kind)}
    if facts:
        numbers |= {what: value for what in ("model", "serial", "slot") if (value := getattr(facts, what))}
    return Candidate(
        Finding(
            id=f"odd-one-out:{odd.disk}:{odd.op}",
            kind="odd-one-out",
            severity="critical",
            disk=odd.disk,
            title=f"{odd.disk} is slower than {others}",
            text=f"{_sentence(odd, low, high)}{identity(facts)}",
            numbers=numbers,
            since=scene.time,
            brief=_brief(odd, low, high),
        ),
        after,
    )


def _sentence(odd: Odd, low: int, high: int) -> str:
    mine, theirs, family = odd.pair.mine, odd.pair.theirs, odd.family
    what = of_kind(odd.op, *odd.pair.kind) if odd.pair.kind else PLURAL[odd.op]
    disk = f"{odd.disk}, a member of {family.name}" if family.is_set else odd.disk
    others = f"{'its siblings' if family.is_set else 'of the same model,'} {names(odd.siblings)}"
    averages = f"average {latency(mine.average_ns)} against {latency(theirs.average_ns)}"
    if odd.by.whole:
        medians = [latency(one.percentile_ns(0.5)) for one in (mine, theirs)]
        return f"{disk}: {what} take {medians[0]} at the median; {others}: {medians[1]}; {averages}"
    return (
        f"{disk}: {percent(odd.by.share)} of {what} take {stretch(low, high)}; "
        f"{others}: {percent(odd.by.theirs)}; {averages}"
    )


def _brief(odd: Odd, low: int, high: int) -> str:
    if odd.by.whole:
        mine, theirs = (latency(one.percentile_ns(0.5)) for one in (odd.pair.mine, odd.pair.theirs))
        return f"median {mine}, rest {theirs}"
    return f"{percent(odd.by.share)} at {stretch(low, high)}, rest {percent(odd.by.theirs)}"
