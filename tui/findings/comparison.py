"""Whether one histogram is slower than another, beyond doubt and by far. Pure.

The question is asked of quantiles: of the same share of slowest requests, how many times as long do they take
here as there? So a hump, a fat tail and a shift of the whole are one thing, and the answer does not depend on the
unit, nor on where one would draw a border. The evidence for a border is the likelihood ratio (in nats) of two
shares of slow requests against one common share.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log
from typing import NamedTuple

from probes.humps import second_hump
from probes.latency import SUB, low_ns

FEWEST = 50
"""Requests without which a histogram says nothing."""
FEWEST_SLOW = 6
SMALLEST_SHARE = 0.003
"""Fewer slow requests than three in a thousand are what a healthy disk has too."""
TIMES = 4.0
"""How many times as long the slow ones take here as the same share of requests there, at least."""
MORE = 4.0
"""How many times as many of them there are here, at least."""
BEYOND, BEYOND_TIMES = 0.001, 2.0
"""Or how many times as long as all but one in a thousand of theirs, ..."""
COUNTS = 0.5
"""... where each nat of evidence counts for so much."""
WHOLE = 0.4
"""Share of slow requests from which on it is the disk as a whole."""
WHOLE_TIMES = 3.0
"""How many times as long requests take then, at least."""


class Floor(NamedTuple):
    """What is faster is not slow, whatever the others do: for some of the requests, and for the disk as a whole.

    nearer  it is enough to be slower than nearly all of theirs: where no healthy disk is much faster than another
    """

    some_ns: int
    whole_ns: int
    nearer: bool = False


class Slower(NamedTuple):
    """By what one histogram is slower.

    border   the first slot of the slow requests
    share, theirs  shares of requests from there on, 0..1, here and there
    slow, their_slow  their numbers
    evidence in nats
    """

    border: int
    share: float
    theirs: float
    slow: int
    their_slow: int
    evidence: float

    @property
    def whole(self) -> bool:
        """Whether the disk is slower as a whole."""
        return self.share >= WHOLE


def slower(mine: Mapping[int, int], theirs: Mapping[int, int], floor: Floor) -> Slower | None:
    """The border at which the first histogram is most evidently slower than the second by far, or None."""
    all_mine, all_theirs = sum(mine.values()), sum(theirs.values())
    if min(all_mine, all_theirs) < FEWEST:
        return None
    best: Slower | None = None
    slow = their_slow = 0
    down = sorted(theirs, reverse=True)
    near_ns = BEYOND_TIMES * _slowest_but(theirs, BEYOND * all_theirs) if floor.nearer else inf
    at = beyond = 0  # how far down the others' slots, and how many of their requests were passed on the way
    for border in sorted(mine, reverse=True):
        slow += mine[border]
        share = slow / all_mine
        while at < len(down) and beyond + theirs[down[at]] <= share * all_theirs:
            beyond += theirs[down[at]]
            at += 1
        # The slowest `share` of their requests reach down to this slot.
        reached = down[min(at, len(down) - 1)]
        far, near = _by_far(border, reached, share, floor), low_ns(border) >= max(near_ns, floor.some_ns)
        if slow < FEWEST_SLOW or share < SMALLEST_SHARE or not (far or near):
            continue
        their_slow = sum(count for slot, count in theirs.items() if slot >= border)
        if share * all_theirs < MORE * their_slow and share < WHOLE:
            continue
        evidence = (1.0 if far else COUNTS) * _evidence(slow, all_mine, their_slow, all_theirs)
        if best is None or evidence > best.evidence:
            best = Slower(border, share, their_slow / all_theirs, slow, their_slow, evidence)
    return best


def at_hump(by: Slower, mine: Mapping[int, int], theirs: Mapping[int, int]) -> Slower:
    """The same told from where a hump begins, if it begins a little below the border."""
    hump = second_hump(mine, least=by.border - SUB)
    if by.whole or hump is None or hump.low >= by.border:
        return by
    their_slow = sum(count for slot, count in theirs.items() if slot >= hump.low)
    return Slower(hump.low, hump.share, their_slow / sum(theirs.values()), hump.count, their_slow, by.evidence)


def _slowest_but(slots: Mapping[int, int], few: float) -> int:
    """Within what all requests ended but so few, in nanoseconds."""
    for slot in sorted(slots, reverse=True):
        few -= slots[slot]
        if few < 0:
            return low_ns(slot + 1)
    return 0


def _by_far(border: int, reached: int, share: float, floor: Floor) -> bool:
    """Whether latencies of the slot `border` are far from those of the slot that the others reach."""
    low, their_high = low_ns(border), low_ns(reached + 1)
    if share >= WHOLE:
        return low >= floor.whole_ns and low >= WHOLE_TIMES * low_ns(reached)
    return low >= floor.some_ns and low >= TIMES * their_high


def _evidence(slow: int, all_mine: int, their_slow: int, all_theirs: int) -> float:
    """The likelihood ratio of two shares against one, as its logarithm."""
    common = (slow + their_slow) / (all_mine + all_theirs)
    return _log_ratio(slow, all_mine, common) + _log_ratio(their_slow, all_theirs, common)


def _log_ratio(some: int, of: int, common: float) -> float:
    rest = of - some
    ratio = some * log(some / (of * common)) if some else 0.0
    return ratio + (rest * log(rest / (of * (1 - common))) if rest else 0.0)
