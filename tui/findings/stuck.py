"""A request that a disk does not answer."""

from __future__ import annotations

from tui.findings.finding import Finding
from tui.findings.rule import AT_ONCE, Candidate
from tui.findings.scene import Scene
from tui.findings.words import identity

STUCK_US = 5_000_000
"""Age of a request in flight from which on the disk does not answer, ..."""
SPINNING_UP_US = 15_000_000
"""... and where it turns, and may have been at rest."""


def rule(scene: Scene) -> list[Candidate]:
    """Critical, and at once."""
    found: list[Candidate] = []
    for disk in scene.disks.values():
        facts = scene.facts.get(disk.name)
        if disk.oldest_us < (SPINNING_UP_US if facts and facts.rotational else STUCK_US):
            continue
        age = disk.oldest_us / 1e6
        others = "no other is in flight" if disk.in_flight <= 1 else f"{disk.in_flight:,} are in flight"
        finding = Finding(
            id=f"stuck:{disk.name}",
            kind="stuck",
            severity="critical",
            disk=disk.name,
            title=f"{disk.name} does not answer",
            text=f"{disk.name}: a request has waited for an answer for {age:,.0f} s; {others}{identity(facts)}",
            numbers={"age_s": round(age, 3), "in_flight": disk.in_flight},
            since=scene.time,
        )
        found.append(Candidate(finding, AT_ONCE))
    return found
