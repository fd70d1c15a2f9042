"""Distributions of latency as probabilities of slots, and histograms drawn from them. Times are in milliseconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random

from probes.latency import SLOTS, low_ns

Shape = Mapping[int, float]
"""Slot -> probability."""
_EDGES_MS = [low_ns(slot) / 1e6 for slot in range(SLOTS)] + [math.inf]
_NEVER = 1e-9
"""What is less probable is left out."""


def shape(cumulative: Callable[[float], float]) -> Shape:
    """A shape from its cumulative distribution function."""
    below = [0.0, *map(cumulative, _EDGES_MS[1:-1]), 1.0]
    return {slot: p for slot in range(SLOTS) if (p := below[slot + 1] - below[slot]) > _NEVER}


def normal(mean: float, deviation: float) -> Shape:
    return shape(lambda ms: 0.5 * (1 + math.erf((ms - mean) / deviation / math.sqrt(2))))


def lognormal(median: float, sigma: float) -> Shape:
    return shape(lambda ms: 0.5 * (1 + math.erf(math.log(ms / median) / sigma / math.sqrt(2))))


def exponential(mean: float) -> Shape:
    return shape(lambda ms: 1 - math.exp(-ms / mean))


def pareto(least: float, alpha: float) -> Shape:
    return shape(lambda ms: 1 - (least / ms) ** alpha if ms > least else 0.0)


def erlang(mean: float, stages: int) -> Shape:
    """The gamma distribution of a whole number of stages."""

    def cumulative(ms: float) -> float:
        x = ms * stages / mean
        return 1 - sum(math.exp(k * math.log(x) - x - math.lgamma(k + 1)) for k in range(stages))

    return shape(cumulative)


def uniform(low: float, high: float) -> Shape:
    return shape(lambda ms: min(max((ms - low) / (high - low), 0.0), 1.0))


def even(low: float, high: float) -> Shape:
    """As many in each power of two."""
    return shape(lambda ms: min(max(math.log(ms / low) / math.log(high / low), 0.0), 1.0))


def seeks(fastest: float = 0.5, slowest: float = 15.0, turn: float = 8.3) -> Shape:
    """A turning disk: a seek, up to a turn of the platter, and the transfer."""
    steps = 400
    found: dict[int, float] = {}
    for i in range(steps):
        # Times of seeks grow with the root of their distance.
        seek = fastest + (slowest - fastest) * math.sqrt(1 - math.sqrt(1 - (i + 0.5) / steps))
        for slot, p in uniform(seek, seek + turn).items():
            found[slot] = found.get(slot, 0.0) + p / steps
    return found


def ticking(of: Shape, step: float) -> Shape:
    """As a clock sees it that ticks every `step` milliseconds."""
    found: dict[int, float] = {}
    for slot, p in of.items():
        low, high = _EDGES_MS[slot], min(_EDGES_MS[slot + 1], _EDGES_MS[slot] * 2 + step)
        pieces = 16
        for piece in range(pieces):
            ms = low + (high - low) * (piece + 0.5) / pieces
            seen = _slot(math.ceil(ms / step) * step)
            found[seen] = found.get(seen, 0.0) + p / pieces
    return found


def mixed(*parts: tuple[float, Shape]) -> Shape:
    """Several kinds of request, with their weights."""
    whole = sum(weight for weight, _ in parts)
    found: dict[int, float] = {}
    for weight, part in parts:
        for slot, p in part.items():
            found[slot] = found.get(slot, 0.0) + weight / whole * p
    return found


def slower(of: Shape, doublings: int) -> Shape:
    """All times doubled so often. For times above a microsecond."""
    return {slot + 8 * doublings: p for slot, p in of.items()}


def draw(random: Random, of: Shape, count: float) -> dict[int, int]:
    """A histogram of about `count` requests (slot -> count)."""
    return {slot: n for slot, p in of.items() if (n := _poisson(random, p * count))}


def middle_ns(slot: int) -> float:
    return (low_ns(slot) + low_ns(slot + 1)) / 2


def _slot(ms: float) -> int:
    return max(slot for slot in range(SLOTS) if _EDGES_MS[slot] <= ms)


def _poisson(random: Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
