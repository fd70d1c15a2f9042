"""Numbers for people: durations, sizes, rates, times. The one place where units are written."""

from __future__ import annotations

import math
import shlex
import time
from functools import lru_cache

from probes.columns import Column, Kind, Value

_DURATIONS = ((1e9, "s"), (1e6, "ms"), (1e3, "us"))
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_COUNTS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_MINUTE_S, _HOUR_S, _DAY_S, _MANY_S = 60, 3600, 86400, 999.5

FAILED = "!"
"""Stands before the name of an error, so that it is seen without colour too."""

RIGHT: frozenset[Kind] = frozenset(("pid", "number", "bytes", "us", "ms"))
"""Kinds of columns whose cells are aligned on the right."""


def three_digits(value: float) -> str:
    """`value` with three significant digits and no exponent: 1.23, 12.3, 123, 1234."""
    size = abs(value)
    if size < 9.995:  # noqa: PLR2004  (where two decimals would round to four digits)
        return f"{value:.2f}"
    return f"{value:.1f}" if size < 99.95 else f"{value:.0f}"  # noqa: PLR2004


def duration(ns: float) -> str:
    """Nanoseconds as `850ns`, `12.3us`, `1.23ms`, `45.6s`; from a thousand seconds on as `17m` or `3h`."""
    seconds = ns / 1e9
    if seconds >= _MANY_S:
        return f"{seconds / _MINUTE_S:.0f}m" if seconds < 100 * _MINUTE_S else f"{seconds / _HOUR_S:.0f}h"
    for scale, unit in _DURATIONS:
        if ns >= scale * 0.9995:
            return three_digits(ns / scale) + unit
    return f"{ns:.0f}ns"


def size(count: float) -> str:
    """Bytes as `512B`, `1.50KiB`, `23.4MiB`."""
    if count < 1000:  # noqa: PLR2004
        return f"{count:.0f}B"
    step = 0
    while count >= 999.5 and step < len(_BYTES) - 1:  # noqa: PLR2004
        count /= 1024
        step += 1
    return three_digits(count) + _BYTES[step]


def count(number: float) -> str:
    """A number of things in at most six characters: `9,999`, `12.3k`, `1.23M`."""
    if number < 9999.5:  # noqa: PLR2004
        return f"{number:,.0f}"
    for scale, unit in _COUNTS:
        if number >= scale * 0.9995:
            return three_digits(number / scale) + unit
    return f"{number:.0f}"


def rate(number: float) -> str:
    """Things per second: `0/s`, `0.40/s`, `1,234/s`."""
    if 0 < number < 9.95:  # noqa: PLR2004
        return f"{number:.1f}/s"
    return f"{count(number)}/s"


def percent(share: float) -> str:
    """A share (0..1) as `0.4%`, `12%`."""
    value = share * 100
    return f"{value:.1f}%" if value < 9.95 else f"{value:.0f}%"  # noqa: PLR2004


def uptime(seconds: float) -> str:
    """Seconds as `3d 4h`, `4h 05m`, `5m 12s`."""
    whole = int(seconds)
    if whole >= _DAY_S:
        return f"{whole // _DAY_S}d {whole % _DAY_S // _HOUR_S}h"
    if whole >= _HOUR_S:
        return f"{whole // _HOUR_S}h {whole % _HOUR_S // _MINUTE_S:02}m"
    return f"{whole // _MINUTE_S}m {whole % _MINUTE_S:02}s"


def about(seconds: float) -> str:
    """A length of time in a word, rounded: `45s`, `15m`, `3h`."""
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f}s"
    return f"{seconds / _MINUTE_S:.0f}m" if seconds < 2 * _HOUR_S else f"{seconds / _HOUR_S:.0f}h"


def speed(times: float) -> str:
    """How fast something is played: `1x`, `8x`, `1/4x`."""
    return f"{times:g}x" if times >= 1 else f"1/{1 / times:g}x"


def clock(ns: int) -> str:
    """Nanoseconds since the epoch as local time, `12:34:56.789`."""
    seconds, rest = divmod(ns, 1_000_000_000)
    return f"{_clock(seconds)}.{rest // 1_000_000:03}"


@lru_cache(256)
def _clock(seconds: int) -> str:
    try:
        return time.strftime("%H:%M:%S", time.localtime(seconds))
    except (OverflowError, OSError, ValueError):
        return "--:--:--"


def quoted(arguments: list[str]) -> str:
    """Arguments as a shell would need them."""
    return " ".join(map(shlex.quote, arguments))


def cell(value: Value, column: Column) -> str:
    """A cell of a row. Text in it is as the kernel gave it: not yet safe to draw."""
    if value is None:
        return "ok" if column.kind == "error" else ""
    if isinstance(value, list):
        return quoted(value)
    if isinstance(value, str):
        return f"{FAILED}{value}" if column.kind == "error" else value
    return _number(value, column.kind)


def _number(value: float, kind: Kind) -> str:
    if not math.isfinite(value):
        return str(value)
    if kind == "time":
        return clock(int(value))
    if kind == "bytes":
        return size(value)
    return measured(value) if kind in ("us", "ms") else str(value)


def measured(value: float) -> str:
    """A measure in the unit of its column, in eight characters: `0.4`, `123.4`, `12345`, `1.23e+09`."""
    shown = f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"  # noqa: PLR2004
    return shown if len(shown) <= 8 else f"{value:.2e}"  # noqa: PLR2004
