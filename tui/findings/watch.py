"""Watches a session, live or recorded, and tells what a person should know of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from probes.columns import ProbeInfo
from probes.snapshot import Snapshot
from tui.findings import errors, flooding, flush_storm, odd_one_out, saturated, second_hump, stuck
from tui.findings.finding import Finding
from tui.findings.hysteresis import Hysteresis
from tui.findings.rule import Candidate, Rule
from tui.findings.series import SECOND
from tui.findings.window import Window

RULES: tuple[Rule, ...] = (
    odd_one_out.rule,
    second_hump.rule,
    errors.rule,
    stuck.rule,
    saturated.rule,
    flooding.rule,
    flush_storm.rule,
)
EVERY_NS = SECOND * 9 // 10
"""Rules are asked about once a second, however short the ticks are."""
MANY, SELDOM = 128, 3
"""For each so many disks and operations they are asked a second less often, down to every third."""
MOST_PAST = 200
SEVERITIES = ("critical", "warning", "notice")


class Watch:
    """Takes every snapshot of a session, in their order. `probes` tell what rows of single requests hold."""

    def __init__(self, probes: Sequence[ProbeInfo] = ()) -> None:
        self._probes = tuple(probes)
        self.clear()

    def clear(self) -> None:
        """Forgets everything: another session, or a recording that begins anew."""
        self._window = Window(self._probes)
        self._hysteresis = Hysteresis()
        self._past: deque[Finding] = deque(maxlen=MOST_PAST)
        self._current: tuple[Finding, ...] = ()
        self._evaluated = 0
        self._time = 0

    @property
    def current(self) -> tuple[Finding, ...]:
        """What holds: the worst first, then the oldest."""
        return self._current

    @property
    def past(self) -> tuple[Finding, ...]:
        """What has ended, the newest first; bounded."""
        return tuple(self._past)

    def take(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Takes in a tick; the findings that end with it (they have `until`), then those that begin."""
        if snapshot.time < self._time:
            self.clear()
        self._time = snapshot.time
        self._window.add(snapshot)
        every = EVERY_NS + SECOND * min(len(self._window) // MANY, SELDOM - 1)
        if self._evaluated and snapshot.time - self._evaluated < every:
            return ()
        self._evaluated = snapshot.time
        scene = self._window.scene(snapshot.time)
        candidates = [candidate for rule in RULES for candidate in rule(scene)]
        changed = self._hysteresis.update(snapshot.time, candidates, self._superseded(candidates))
        self._past.extendleft(finding for finding in changed if finding.until is not None)
        self._current = tuple(sorted(self._hysteresis.current, key=_order))
        return tuple(changed)

    def _superseded(self, candidates: list[Candidate]) -> set[str]:
        """Second humps of disks that are known to be, or turn out to be, the odd one out: no news."""
        odd = {finding.disk for finding in self._current if finding.kind == "odd-one-out"}
        odd |= {c.finding.disk for c in candidates if c.finding.kind == "odd-one-out" and c.after_ns is not None}
        humps = [finding for finding in self._current if finding.kind == "second-hump"]
        humps += [c.finding for c in candidates if c.finding.kind == "second-hump"]
        return {hump.id for hump in humps if hump.disk in odd}


def _order(finding: Finding) -> tuple[int, int, str]:
    return SEVERITIES.index(finding.severity), finding.since, finding.id
