"""The pace of a recording: how long each tick is waited for."""

from __future__ import annotations

LONGEST_GAP_NS = 60_000_000_000
"""A tick of a recording is never waited for longer than this."""
SHORTEST_GAP_NS = 1_000_000
"""And never for less."""
FRAME_S = 0.04
"""What is due within so many seconds is shown at once."""


def gap_s(span_ns: int, speed: float) -> float:
    """How long a tick of a recording that took so long is waited for, at a speed, in seconds."""
    return max(min(span_ns, LONGEST_GAP_NS), SHORTEST_GAP_NS) / 1e9 / speed
