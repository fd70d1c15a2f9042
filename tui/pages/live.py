"""How what is asked for now stands, in words. Pure."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from tui import format as units
from tui.widgets.line import Role

PATIENCE_S = 3.0
"""After so long without an answer it is said that there is none."""

Answer = TypeVar("Answer")


class Live(NamedTuple, Generic[Answer]):
    """What was answered last, None before the first time.

    why      why nobody can be asked; empty where one can
    waiting_s  for how long an answer is waited for, in seconds
    held     the moment that is shown is not now
    """

    answer: Answer | None = None
    why: str = ""
    waiting_s: float = 0.0
    held: bool = False

    @property
    def note(self) -> tuple[str, Role]:
        """What stands behind the heading of what is of now."""
        if self.why:
            return self.why, "warn"
        if self.waiting_s > PATIENCE_S:
            waited = units.uptime(self.waiting_s)
            return f"no answer for {waited}: the kernel or a file system does not let go of it", "bad"
        if self.answer is None:
            return "asking", "dim"
        return ("of now, not of the moment that is shown", "warn") if self.held else ("now", "dim")


def recorded(host: str) -> str:
    """Why nobody can be asked about what is in a recording."""
    return f"recorded on {host}: live figures are not available"
