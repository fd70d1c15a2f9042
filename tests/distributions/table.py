"""Distributions with the expected answer: does a hump of slow requests stand beside the main one?"""

from __future__ import annotations

from typing import NamedTuple

from tests.distributions.shapes import (
    Shape,
    erlang,
    even,
    exponential,
    lognormal,
    mixed,
    normal,
    pareto,
    seeks,
    slower,
    ticking,
    uniform,
)

SIZES = (30, 100, 300, 1000, 3000, 10_000, 100_000)
"""How many requests are drawn."""


class Expected(NamedTuple):
    """`hump`: where it begins and ends in milliseconds; None: there is none. `least`: requests it takes to tell.

    `several`: it has several modes indeed, but none that is a hump of slow requests.
    """

    name: str
    shape: Shape
    hump: tuple[float, float] | None = None
    least: int = 0
    several: bool = False


SICK = uniform(20, 60)
FAST = lognormal(0.3, 0.4)
HDD = seeks()
NO_HUMP = (
    *(Expected(f"normal, deviation {d}", normal(1, d)) for d in (0.05, 0.1, 0.2)),
    *(Expected(f"lognormal, sigma {s}", lognormal(0.3, s)) for s in (0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0)),
    *(Expected(f"exponential, mean {m}", exponential(m)) for m in (0.02, 0.3, 5)),
    *(Expected(f"Pareto, alpha {a}", pareto(0.1, a)) for a in (0.7, 1.0, 1.5, 2.0, 3.0)),
    *(Expected(f"gamma, {k} stages", erlang(1, k)) for k in (2, 4, 9)),
    Expected("uniform", uniform(0.1, 10)),
    Expected("plateau over four powers of two", even(0.2, 3.2)),
    Expected("plateau over ten powers of two", even(0.02, 20)),
    Expected("one slot", {60: 1.0}),
    Expected("two neighbouring slots", {60: 0.5, 61: 0.5}),
    Expected("every other slot", {60: 0.4, 62: 0.3, 64: 0.2, 66: 0.1}),
    Expected("clock of 0.1 ms", ticking(lognormal(0.3, 0.6), 0.1)),
    Expected("clock of 1 ms", ticking(lognormal(3, 0.5), 1)),
    Expected("reads and writes, 1:2", mixed((1, lognormal(0.2, 0.3)), (1, lognormal(0.4, 0.3)))),
    Expected("reads and writes, 1:4", mixed((1, lognormal(0.2, 0.3)), (1, lognormal(0.8, 0.3))), several=True),
    Expected("few slow, 1:4", mixed((95, lognormal(0.2, 0.3)), (5, lognormal(0.8, 0.3))), several=True),
    Expected("body with a fat tail", mixed((97, lognormal(0.3, 0.3)), (3, lognormal(1.0, 0.9)))),
    Expected("body with a Pareto tail", mixed((95, lognormal(0.3, 0.3)), (5, pareto(0.3, 1)))),
    Expected("a shallow valley", mixed((2, even(0.1, 0.4)), (2, even(0.4, 3.2)), (2, even(3.2, 12.8)))),
    Expected("seeks of a turning disk", HDD),
    Expected("queued seeks", mixed((1, HDD), (1, slower(HDD, 1)), (1, slower(HDD, 2)))),
)
HUMP = (
    # As many samples as put about thirty into the hump: with Poisson's spread hardly ever fewer than twelve.
    Expected("0.1 % at 20-60 ms", mixed((99.9, FAST), (0.1, SICK)), (20, 60), 30_000),
    Expected("0.5 % at 20-60 ms", mixed((99.5, FAST), (0.5, SICK)), (20, 60), 6000),
    Expected("1 % at 20-60 ms", mixed((99, FAST), (1, SICK)), (20, 60), 3000),
    Expected("2 % at 20-60 ms", mixed((98, FAST), (2, SICK)), (20, 60), 1500),
    Expected("5 % at 20-60 ms", mixed((95, FAST), (5, SICK)), (20, 60), 600),
    Expected("30 % at 20-60 ms", mixed((70, FAST), (30, SICK)), (20, 60), 200),
    Expected("60 % at 20-60 ms", mixed((40, FAST), (60, SICK)), (20, 60), 200),
    Expected("2 % beside a fat body", mixed((98, lognormal(0.3, 0.8)), (2, SICK)), (20, 60), 6000),
    Expected("and 0.1 % at 5 s", mixed((97.9, FAST), (2, SICK), (0.1, uniform(4900, 5200))), (20, 5300), 30_000),
    Expected("2 % at one latency", mixed((98, FAST), (2, {140: 1.0})), (98, 107), 1500),
    Expected("2 % ten times as slow", mixed((98, lognormal(0.2, 0.2)), (2, lognormal(2, 0.3))), (0.8, 9), 10_000),
    Expected(
        "2 % eight times as slow", mixed((98, lognormal(0.2, 0.15)), (2, lognormal(1.6, 0.2))), (0.8, 3.5), 10_000
    ),
    Expected("collection of garbage", mixed((99.5, lognormal(0.09, 0.3)), (0.5, lognormal(4, 0.3))), (1.5, 13), 8000),
    Expected("cache hits and misses", mixed((1, lognormal(0.1, 0.3)), (1, HDD)), (0.5, 23), 300),
    Expected("rare misses", mixed((95, lognormal(0.1, 0.3)), (5, HDD)), (0.5, 23), 1000),
    Expected("seeks and retries", mixed((98, HDD), (2, uniform(300, 900))), (300, 900), 3000),
)
