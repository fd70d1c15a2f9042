"""A disk answers most requests fast and some very slowly, and no sibling shows that it need not be so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from probes.disk_sums import Op
from probes.humps import Mode, second_hump
from probes.lanes import Lanes
from probes.latency import SLOTS, low_ns, slot_of
from tui.findings.finding import Finding
from tui.findings.rule import SOME_SECONDS, Candidate
from tui.findings.scene import Scene
from tui.findings.series import SECOND, Key, Series
from tui.findings.siblings import Family
from tui.findings.words import PLURAL, identity, latency, names, percent, slow_range, stretch

FAR = 8.0
"""How many times the latency of the main mode that of the hump is, at least."""
LEAST_NS = 5_000_000
LEAST_TURNING_NS = 15_000_000
"""Where a hump begins, at the earliest; with turning disks, what was not in the cache is a hump before that."""
LEAST_SHARE = 0.004
MOST_SHARE = 0.4
"""What more requests do is what the disk does, not its trouble."""
LEAST_TIME = 0.25
"""Share of the time of all requests that the slow ones take; below it the average does tell the truth."""
SUSTAINING = 0.5
"""So much of both is enough for a finding to stay."""
FEWEST_SECONDS = 4
"""Different seconds in which requests were slow."""
ALIKE = 1 / 3
"""A sibling has the hump too if it has that much of the disk's share of slow requests."""
EXPECTED = 6.0
"""A sibling can tell if it should have had so many slow requests."""
EACH_TURN = 64
"""Histograms that are searched in one second; where there are more, they take turns."""

_FIRST = {ns: next(slot for slot in range(SLOTS) if low_ns(slot) >= ns) for ns in (LEAST_NS, LEAST_TURNING_NS)}
"""The first slot that begins no earlier."""
_ENDS_NS = tuple(low_ns(slot) + low_ns(slot + 1) for slot in range(SLOTS))
"""Both ends of each slot together."""


class _Hump(NamedTuple):
    """A hump of a disk and operation.

    time_share  the share of all requests' time that it takes
    heavy       it weighs enough to be said
    """

    disk: str
    op: Op
    series: Series
    mode: Mode
    time_share: float
    heavy: bool


def rule(scene: Scene) -> list[Candidate]:
    """A warning; disks of a family that all have the hump are one finding."""
    family_of = {disk: family for family in scene.families for disk in family.members}
    found: dict[str, Candidate] = {}
    for hump in _humps(scene):
        family = family_of.get(hump.disk)
        alike = _alike(scene, hump, family) if family else ()
        candidate = _candidate(scene, hump, family if alike else None, alike)
        found.setdefault(candidate.finding.id, candidate)
    return list(found.values())


def _humps(scene: Scene) -> Iterator[_Hump]:
    suspects = sorted(key for key, series in scene.series.items() if _suspect(key, series))
    turns = -(-len(suspects) // EACH_TURN) or 1
    for disk, op in suspects[scene.time // SECOND % turns :: turns]:
        series = scene.get(disk, op)
        facts = scene.facts.get(disk)
        least = LEAST_TURNING_NS if facts and facts.rotational else LEAST_NS
        if _time(series.lanes, slot_of(least)) < SUSTAINING * LEAST_TIME * series.sum_ns:
            continue
        mode = second_hump(series.lanes.slots(), FAR, _FIRST[least], MOST_SHARE)
        if mode is None:
            continue
        time_share = _time(series.lanes, mode.low) / max(series.sum_ns, 1)
        weight = min(mode.share / LEAST_SHARE, time_share / LEAST_TIME)
        if weight < SUSTAINING:
            continue
        if series.lasts(mode.low, mode.share) and len(series.seconds(mode.low)) >= FEWEST_SECONDS:
            yield _Hump(disk, op, series, mode, min(time_share, 1.0), weight >= 1)


def _suspect(key: Key, series: Series) -> bool:
    """Whether there can be a hump. Flushes are fast or slow by what there is to flush."""
    return key[1] in ("read", "write") and series.max_ns >= LEAST_NS


def _time(lanes: Lanes, border: int) -> float:
    """What the requests from a slot on took together, in nanoseconds."""
    first = max(border, lanes.first)
    slow = zip(lanes.values()[first - lanes.first :], _ENDS_NS[first:], strict=False)
    return sum(count * ends_ns / 2 for count, ends_ns in slow)


def _alike(scene: Scene, hump: _Hump, family: Family) -> tuple[str, ...]:
    """The siblings, if all of those that can tell have the hump as well."""
    alike: list[str] = []
    for disk in family.members:
        series = scene.get(disk, hump.op)
        if disk == hump.disk or series.count * hump.mode.share < EXPECTED:
            continue
        slow = series.lanes.beyond(hump.mode.low)
        if slow < ALIKE * hump.mode.share * series.count:
            return ()
        alike.append(disk)
    return tuple(alike)


def _candidate(scene: Scene, hump: _Hump, family: Family | None, alike: tuple[str, ...]) -> Candidate:
    mode, series, facts = hump.mode, hump.series, scene.facts.get(hump.disk)
    low, high = slow_range(series.lanes.slots(), mode.low)
    numbers: dict[str, int | float | str] = {
        "op": hump.op,
        "share": mode.share,
        "time_share": hump.time_share,
        "low_us": low / 1000,
        "high_us": high / 1000,
        "distance": mode.distance,
        "average_us": series.average_ns / 1000,
        "requests": series.count,
        "slow_requests": mode.count,
        "seconds": round(series.covers_ns / SECOND, 1),
    }
    also = ""
    if family:
        numbers |= {"set" if family.is_set else "model": family.name, "siblings": ",".join(alike)}
        also = f"; so do those of {names(alike)}"
    return Candidate(
        Finding(
            id=f"second-hump:{family.name if family else hump.disk}:{hump.op}",
            kind="second-hump",
            severity="warning",
            disk=hump.disk,
            title=f"{hump.disk} has a second hump of slow {PLURAL[hump.op]}",
            text=(
                f"{hump.disk}: {percent(mode.share)} of {PLURAL[hump.op]} take {stretch(low, high)}, about "
                f"{mode.distance:,.0f} times as long as the others, and {percent(hump.time_share)} of the time; "
                f"average {latency(series.average_ns)}{also}{identity(facts)}"
            ),
            numbers=numbers,
            since=scene.time,
        ),
        SOME_SECONDS if hump.heavy else None,
    )
