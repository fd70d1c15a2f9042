"""Whether a live session has fallen silent: its collector is stopped, or gets no processor."""

from __future__ import annotations

from tui import format as units

PATIENCE_S = 3.0
"""Longer than a collector that is merely slow lets one wait for a tick."""


class Silence:
    """Times are monotonic seconds. `now` is that of the start."""

    def __init__(self, now: float) -> None:
        self._heard = self._looked = now

    def heard(self, now: float) -> None:
        """Something came."""
        self._heard = now

    def notice(self, now: float, interval_s: float) -> str:
        """What to say of it, empty where all is well; to be asked about once a second, for who asks may have been
        stopped as well: then what has come meanwhile is still to be read.
        """
        if now - self._looked > PATIENCE_S:
            self._heard = now
        self._looked = now
        silent_s = now - self._heard
        if silent_s <= interval_s + PATIENCE_S:
            return ""
        return f"nothing has come for {units.about(silent_s)}: the collector is stopped, or gets no CPU"
