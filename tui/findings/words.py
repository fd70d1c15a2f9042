"""How figures stand in sentences: `2.1 %`, `20-60 ms`, `sda, sdb and 3 others`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from probes.disk_sums import SIZES, DiskFacts, Op
from probes.latency import low_ns

_UNITS = ((1e9, "s"), (1e5, "ms"), (1e3, "us"))
"""From how many nanoseconds on which unit is used; a tenth of a millisecond is `0.1 ms`."""
_SCALES = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}
_HALF = 0.5
"""Less than half of a unit is told in a smaller one: a single digit would not tell it."""
_BEYOND = 0.98
"""Share of slow requests that a range names: a straggler does not widen it."""
_NAMED = 3
"""Names that a list has before it is cut."""

PLURAL = {"read": "reads", "write": "writes", "flush": "flushes", "discard": "discards", "other": "other requests"}


def of_kind(op: Op, size: int, sequential: bool) -> str:
    """Requests of one kind, see `probes.snapshot.Part`: `random reads of up to 4 KiB`."""
    bound = f"up to {size >> 10} KiB" if size else f"over {SIZES[-1] >> 10} KiB"
    return f"{'sequential' if sequential else 'random'} {PLURAL[op]} of {bound}"


def percent(share: float) -> str:
    """A share (0..1): `0.00 %`, `0.45 %`, `2.1 %`, `12 %`."""
    value = share * 100
    if value < 0.995:  # noqa: PLR2004  (where two decimals would round to 1.00)
        return f"{value:.2f} %"
    return f"{value:.1f} %" if value < 9.95 else f"{value:.0f} %"  # noqa: PLR2004


def latency(ns: float) -> str:
    """Nanoseconds, shortly: `45 us`, `0.3 ms`, `1.4 ms`, `140 ms`, `2.5 s`."""
    unit = _unit(ns)
    return f"{_digits(ns / _SCALES[unit])} {unit}"


def stretch(low: float, high: float) -> str:
    """From `low` to `high` nanoseconds: `20-60 ms`, or `45 us to 60 ms` where one unit does not suit both."""
    unit = _unit(high)
    if low * 100 < high or (low < _HALF * _SCALES[unit] and _unit(low) != unit):
        return f"{latency(low)} to {latency(high)}"
    return f"{_digits(low / _SCALES[unit])}-{_digits(high / _SCALES[unit])} {unit}"


def slow_range(slots: Mapping[int, int], border: int) -> tuple[int, int]:
    """Between which nanoseconds the requests beyond a slot are, but for a few stragglers."""
    slow = sorted((slot, count) for slot, count in slots.items() if slot >= border)
    left = sum(count for _, count in slow) * _BEYOND
    for slot, count in slow:
        left -= count
        if left <= 0:
            return low_ns(slow[0][0]), low_ns(slot + 1)
    return low_ns(border), low_ns(border + 1)


def names(of: Sequence[str]) -> str:
    """`sda`, `sda, sdb`, `sda, sdb, sdc and 4 others`."""
    rest = len(of) - _NAMED
    if rest <= 0:
        return ", ".join(of)
    return f"{', '.join(of[:_NAMED])} and {rest} other{'s' if rest > 1 else ''}"


def identity(facts: DiskFacts | None) -> str:
    """How a person finds a disk: ` (model X, serial Y, at enclosure slot 5)`, as far as it is known."""
    known = {} if facts is None else {"model": facts.model, "serial": facts.serial, "at": facts.slot}
    listed = ", ".join(f"{what} {value}" for what, value in known.items() if value)
    return f" ({listed})" if listed else ""


def _unit(ns: float) -> str:
    return next((unit for least, unit in _UNITS if ns >= least * 0.995), "ns")


def _digits(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"  # noqa: PLR2004
