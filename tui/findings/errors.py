"""Requests that ended with an error."""

from __future__ import annotations

from tui.findings.finding import Finding
from tui.findings.rule import AT_ONCE, Candidate
from tui.findings.scene import Scene
from tui.findings.series import SECOND
from tui.findings.words import PLURAL, identity


def rule(scene: Scene) -> list[Candidate]:
    """Critical, and at once; as long as errors are recent."""
    found: list[Candidate] = []
    for (disk, op), failures in scene.failures.items():
        ago = (scene.time - failures.last) / SECOND
        over = (scene.time - failures.first) / SECOND
        when = "just now" if ago < 1 else f"the last {ago:.0f} s ago"
        kinds = sorted(failures.kinds, key=lambda kind: (-failures.kinds[kind], kind))
        named = f" ({', '.join(kinds)})" if kinds else ""
        finding = Finding(
            id=f"errors:{disk}:{op}",
            kind="errors",
            severity="critical",
            disk=disk,
            title=f"{disk} fails {PLURAL[op]}",
            text=(
                f"{disk}: {failures.errors:,} of {failures.requests:,} {PLURAL[op]} ended with an error{named}, {when}"
                f"{identity(scene.facts.get(disk))}; the kernel log says more: dmesg"
            ),
            numbers={
                "op": op,
                "errors": failures.errors,
                **({"kinds": ",".join(kinds)} if kinds else {}),
                "requests": failures.requests,
                "seconds": round(over, 1),
                "seconds_ago": round(ago, 1),
            },
            since=scene.time,
        )
        found.append(Candidate(finding, AT_ONCE))
    return found
