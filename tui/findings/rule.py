"""What a rule is: it looks at a scene, and says what it holds to be so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tui.findings.finding import Finding
from tui.findings.scene import Scene
from tui.findings.series import SECOND

AT_ONCE = 0
AGAIN = SECOND // 2
"""When it holds the next time as well."""
SOME_SECONDS = 5 * SECOND


class Candidate(NamedTuple):
    """A finding as it is now: `since` is the time of the scene.

    after_ns  for how long it must hold before it is said; None: enough for what is said already to stay so, and no
              more than that
    """

    finding: Finding
    after_ns: int | None


Rule = Callable[[Scene], Sequence[Candidate]]
