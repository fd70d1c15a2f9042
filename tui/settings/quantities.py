"""Quantities as people write them, on the command line and in the file of settings, and what is too much or too little.

Each function raises ValueError whose text tells what is wrong and what to write instead.
"""

from __future__ import annotations

import re

UNITS = {"us": 0.000_001, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)?", re.ASCII)
SIZE = re.compile(r"(\d{1,9})(KiB|MiB|GiB)", re.ASCII)
SIZES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
BRIEFEST_TICK_S, LONGEST_TICK_S = 0.1, 60.0
LONGEST_S = 366 * 86400.0
BRIEFEST_HISTORY_S, LONGEST_HISTORY_S = 10.0, 86400.0
LEAST_HISTORY, MOST_HISTORY = 8 << 20, 4 << 30
MOST_ROWS = 100_000
LONGEST_SLOW_US = 60e6


def duration(text: str) -> float:
    """Seconds of `500ms`, `5s`, `2m`, `1h`; a bare number is seconds."""
    match = DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write 500ms, 5s, 2m or 1h")
    return float(match[1]) * UNITS[match[2] or "s"]


def span(text: str) -> float:
    """Seconds for which a command goes on."""
    seconds = duration(text)
    if seconds > LONGEST_S:
        raise ValueError(f"{text!r} is more than a year: leave it out to go on until ^C")
    return seconds


def tick(text: str) -> float:
    """Seconds of a tick, within what a collector takes."""
    seconds = duration(text)
    if not BRIEFEST_TICK_S <= seconds <= LONGEST_TICK_S:
        raise ValueError(f"{text!r} is out of range: use 100ms to 60s")
    return seconds


def history(text: str) -> float:
    """Seconds that are kept to go back to."""
    seconds = duration(text)
    if not BRIEFEST_HISTORY_S <= seconds <= LONGEST_HISTORY_S:
        raise ValueError(f"{text!r} is out of range: use 10s to 24h")
    return seconds


def memory(text: str) -> int:
    """Bytes that the history may take: `64MiB`."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a size: write 64MiB or 1GiB")
    size = int(match[1]) * SIZES[match[2]]
    if not LEAST_HISTORY <= size <= MOST_HISTORY:
        raise ValueError(f"{text!r} is out of range: use 8MiB to 4GiB")
    return size


def rows(number: int) -> int:
    """How many rows a second and probe."""
    if not 0 <= number <= MOST_ROWS:
        raise ValueError(f"{number} is out of range: use 0 to {MOST_ROWS}")
    return number


def slow(text: str) -> float | None:
    """Microseconds from which on a block request is slow; None for `auto`."""
    if text == "auto":
        return None
    match = DURATION.fullmatch(text)
    us = float(match[1]) * UNITS[match[2]] * 1e6 if match and match[2] else 0.0
    if not 1 <= us <= LONGEST_SLOW_US:
        raise ValueError(f"{text!r} is not a latency: write 500us, 20ms, 1s (at most 60s) or auto")
    return us


def written(seconds: float) -> str:
    """A duration as it would be typed, in the largest unit in which it is a whole number."""
    for unit in ("h", "m", "s", "ms"):
        count = seconds / UNITS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    return f"{seconds / UNITS['us']:.0f}us"
