"""When what a rule holds to be so is said, and when it is no longer: the one place where findings begin and end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from tui.findings.finding import Finding
from tui.findings.rule import Candidate
from tui.findings.series import SECOND

MOST = (1 << 63) - 1
"""What any format can tell; sums of a recording that somebody made up can be more."""
GONE_NS = 10 * SECOND
"""How long a finding must not have held to have ended."""


@dataclass
class _State:
    """A finding that was said, or may be: `held` is when it last held."""

    finding: Finding
    held: int
    said: bool


class Hysteresis:
    """Knows what holds, and for how long already."""

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}

    @property
    def current(self) -> list[Finding]:
        """What was said and has not ended, in no order."""
        return [state.finding for state in self._states.values() if state.said]

    def update(self, now: int, candidates: Iterable[Candidate], dropped: Collection[str] = ()) -> list[Finding]:
        """The findings that end now (with `until`) and those that begin; what is `dropped` (ids) ends at once."""
        holding = [candidate for candidate in candidates if candidate.finding.id not in dropped]
        began = [candidate.finding.id for candidate in holding if self._hold(now, candidate)]
        gone = [name for name, state in self._states.items() if now - state.held >= GONE_NS or name in dropped]
        ended = [self._states.pop(name) for name in gone]
        return [
            *(msgspec.structs.replace(state.finding, until=state.held) for state in ended if state.said),
            *(self._states[name].finding for name in began),
        ]

    def _hold(self, now: int, candidate: Candidate) -> bool:
        """Notes that it holds; whether it is to be said for the first time."""
        finding, after_ns = candidate
        state = self._states.get(finding.id)
        if after_ns is None and not (state and state.said):
            return False
        if state is None:
            state = self._states[finding.id] = _State(finding, now, said=False)
        state.held = now
        state.finding = msgspec.structs.replace(finding, since=state.finding.since, numbers=_kept(finding.numbers))
        if state.said or after_ns is None or now - state.finding.since < after_ns:
            return False
        state.said = True
        return True


def _kept(numbers: Mapping[str, int | float | str]) -> Mapping[str, int | float | str]:
    return {name: min(value, MOST) if isinstance(value, int) else value for name, value in numbers.items()}
