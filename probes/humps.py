"""Finds the humps of a latency histogram: its modes, and the slow one that an average hides. Pure.

Counts are looked at as a density over the logarithm of time, where the tails that disks have (exponential,
lognormal, Pareto) only ever fall. To the right of its peak the cumulative count of such a density is concave, to
the left convex. The least concave curve above it is then the best fit without a second mode; where the counts
stay below that curve, a valley is followed by a hump. Whether that can be chance is asked of the valley and the
hump alone: had they the same density, the counts would be spread over them as their widths are. The test is
the likelihood ratio of that against what was counted (in nats: 12 is one in 160,000), so that few requests
beyond a wide and empty valley tell as much as many beyond a shallow one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from math import inf, log, log2
from typing import NamedTuple

import msgspec

from probes.latency import SLOTS, SUB, low_ns

FEWEST = 8
"""Requests in a mode, at least."""
EVIDENCE = 12.0
STRONG_EVIDENCE = 24.0
"""Evidence for a valley in nats; the strong one is asked of histograms of fewer than MANY requests."""
MANY = 100
DEPTH = 2.0
"""How many times as dense as the valley before it a hump is, at least."""
VALLEY = 1.5
"""Width of a valley in powers of two, at least: clocks that tick coarsely leave gaps that mean nothing."""
NARROW, APART, STEEP, PLAIN = 0.75, 1.75, 8.0, 2.0
"""Or only so wide, where the hump begins so many powers of two above the peak, beyond the wide gaps of a clock, is so
many times as dense as the valley, and the evidence is so many times as strong.
"""
FAR = 5.0
"""From which distance on a hump is no longer another kind of request, reads beside writes for instance."""
LARGE = 0.2
"""Share of all requests from which on a mode can be the main one."""

ALIKE = 1e-9
_OPEN = 8.0
"""How many powers of two the first and the last slot are taken to cover: they hold whatever is beyond the scale."""
_EDGES = [log2(low_ns(1)) - _OPEN, *(log2(low_ns(slot)) for slot in range(1, SLOTS)), log2(low_ns(SLOTS)) + _OPEN]
"""Lower bounds of the slots, as powers of two."""
_WIDTHS = [high - low for low, high in pairwise(_EDGES)]


class Mode(msgspec.Struct, frozen=True):
    """A stretch of slots in which the requests have one peak.

    low, high  slots: the first of the mode, and the first behind it
    peak       the slot in which it is densest
    count      its requests
    share      of all requests of the histogram, 0..1; those of all modes add up to 1
    distance   its median, in times of that of the main mode: 1.0 for the main mode itself
    """

    low: int
    high: int
    peak: int
    count: int
    share: float
    distance: float


class _Valley(NamedTuple):
    """On the way from a peak: the last slot before the valley, the first of the hump behind it, and how sure it is."""

    before: int
    behind: int
    evidence: float


_NONE = _Valley(0, 0, 0.0)


def modes(slots: Mapping[int, int]) -> tuple[Mode, ...]:
    """The modes of a histogram (slot -> count), from the fastest to the slowest; one if nothing speaks for more.

    The main mode is the fastest of those that hold a fifth of the requests, or else the largest.
    """
    filled = [slot for slot in sorted(slots) if slots[slot] > 0 and 0 <= slot < SLOTS]
    if not filled:
        return ()
    counts = [slots[slot] for slot in filled]
    total = sum(counts)
    evidence = EVIDENCE if total >= MANY else STRONG_EVIDENCE
    cuts = _confirmed(filled, counts, [0, *_cuts(filled, counts, evidence), len(filled)], evidence)
    parts = [(filled[a:b], counts[a:b]) for a, b in pairwise(cuts)]
    sums = [sum(part) for _, part in parts]
    middles = [_middle(*part) for part in parts]
    large = next((i for i, count in enumerate(sums) if count >= LARGE * total), sums.index(max(sums)))
    return tuple(
        Mode(part[0], part[-1] + 1, part[_peak(part, here)], count, count / total, 2 ** (middle - middles[large]))
        for (part, here), count, middle in zip(parts, sums, middles, strict=True)
    )


def second_hump(slots: Mapping[int, int], far: float = FAR, least: int = 0, most: float = 1.0) -> Mode | None:
    """What is far from the main mode: from the first such mode on all that are slower, as one; None if there is none.

    far    how many times as slow as the main mode
    least  the first slot in which it may begin
    most   the share of all requests that it may have: of more, only the slower modes count

    Its peak and its distance are those of the largest of its modes.
    """
    if len(slots) < 2 or max(slots) - min(slots) < SUB * 2:  # noqa: PLR2004  (no room for two that are far apart)
        return None
    found = modes(slots)
    for at, first in enumerate(found):
        slow = found[at:]
        share = sum(mode.share for mode in slow)
        if first.distance >= far and first.low >= least and share <= most:
            largest = max(slow, key=lambda mode: mode.count)
            count = sum(mode.count for mode in slow)
            return Mode(first.low, slow[-1].high, largest.peak, count, share, largest.distance)
    return None


def _cuts(slots: Sequence[int], counts: Sequence[int], evidence: float) -> list[int]:
    """Where to cut the slots: at every valley that is beyond doubt."""
    peak = _peak(slots, counts)
    begins, ends = [_EDGES[slot] for slot in slots], [_EDGES[slot + 1] for slot in slots]
    right = _valley(_Way(begins[peak:], ends[peak:], list(accumulate(counts[peak:]))), NARROW)
    # To the left of the peak it is the same, seen in a mirror.
    mirrored = [-x for x in ends[peak::-1]], [-x for x in begins[peak::-1]], list(accumulate(counts[peak::-1]))
    left = _valley(_Way(*mirrored), VALLEY)
    if max(right.evidence, left.evidence) < evidence:
        return []
    # What is in the valley counts to the faster side: a hump begins where it rises.
    cut = peak + right.behind if right.evidence >= left.evidence else peak - left.before
    after = _cuts(slots[cut:], counts[cut:], evidence)
    return [*_cuts(slots[:cut], counts[:cut], evidence), cut, *(cut + at for at in after)]


def _confirmed(slots: Sequence[int], counts: Sequence[int], cuts: list[int], evidence: float) -> list[int]:
    """The cuts (with both ends) that the parts beside them show by themselves: the foot of a hump is no mode."""
    at = 1
    while len(cuts) > 3 and at < len(cuts) - 1:  # noqa: PLR2004  (a single cut is shown by all there is)
        begin, end = cuts[at - 1], cuts[at + 1]
        if _cuts(slots[begin:end], counts[begin:end], evidence):
            at += 1
        else:
            del cuts[at]
            at = max(at - 1, 1)
    return cuts


def _peak(slots: Sequence[int], counts: Sequence[int]) -> int:
    """Index of the densest slot; of slots that are alike, but for how widths are rounded, the first."""
    densities = [count / _WIDTHS[slot] for slot, count in zip(slots, counts, strict=True)]
    enough = max(densities) * (1 - ALIKE)
    return next(at for at, density in enumerate(densities) if density >= enough)


def _middle(slots: Sequence[int], counts: Sequence[int]) -> float:
    """The median, as a power of two."""
    half = sum(counts) / 2
    for slot, count in zip(slots, counts, strict=True):
        half -= count
        if half <= 0:
            return _EDGES[slot + 1] + half / count * _WIDTHS[slot]
    return _EDGES[slots[-1]]


class _Way(NamedTuple):
    """Away from a peak, which is the first slot: the edges of the slots, and their cumulative counts."""

    begins: Sequence[float]
    ends: Sequence[float]
    sums: Sequence[int]


def _valley(way: _Way, least: float) -> _Valley:
    """The most evident valley on the way, `least` wide or wider."""
    _begins, ends, sums = way
    if ends[-1] - ends[0] <= least:
        return _NONE
    best = _NONE
    start = 0
    for stop in _corners(ends, sums):
        # From the end of slot `start` to the end of slot `stop` the curve is a straight line.
        if ends[stop] - ends[start] > least and sums[stop] - sums[start] >= FEWEST:
            best = max(best, _deepest(way, start, stop, least), key=lambda valley: valley.evidence)
        start = stop
    return best


def _corners(ends: Sequence[float], sums: Sequence[int]) -> list[int]:
    """The slots at whose ends the least concave curve above the cumulative counts bends, without the first."""
    corners = [0]
    slopes = [inf]
    for at in range(1, len(ends)):
        end, count = ends[at], sums[at]
        while (slope := (count - sums[corners[-1]]) / (end - ends[corners[-1]])) >= slopes[-1]:
            corners.pop()
            slopes.pop()
        corners.append(at)
        slopes.append(slope)
    return corners[1:]


def _deepest(way: _Way, start: int, stop: int, least: float) -> _Valley:
    """The valley within a straight stretch of the curve: it ends where the counts stay furthest below the line."""
    begins, ends, sums = way
    origin, below = ends[start], sums[start]
    width, count = ends[stop] - origin, sums[stop] - below
    slope = count / width
    at = max(range(start + 1, stop + 1), key=lambda i: (begins[i] - origin) * slope - sums[i - 1])
    valley_width, valley = begins[at] - origin, sums[at - 1] - below
    hump_width, hump = width - valley_width, count - valley
    too_few = min(hump, sums[at - 1]) < FEWEST
    narrow = valley_width < VALLEY
    depth = STEEP if narrow else DEPTH
    if too_few or hump * valley_width < depth * valley * hump_width:
        return _NONE
    if narrow and (valley_width < least or begins[at] - begins[0] < APART):
        return _NONE
    evidence = hump * log(hump / (slope * hump_width))
    if valley:
        evidence += valley * log(valley / (slope * valley_width))
    return _Valley(start, at, evidence / PLAIN if narrow else evidence)
