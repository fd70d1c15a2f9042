"""Calls of open(2), added up: how many, how often, how they failed, how long they took. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from probes.latency import Latency, slot_of
from tui import format as units
from tui.pages.sections import LABEL, Entry, fact, passed, said
from tui.pages.seen import Open, Seen
from tui.widgets.histogram import TAIL, axis_for, render_histogram, render_labels
from tui.widgets.line import Line, Look
from tui.widgets.spark import render_spark_line

HISTOGRAM_LINES, FEWER, NARROW = 5, 3, 80
"""Lines of a histogram, and those of one that is no wider than so many cells."""
RATE_CELLS = 40
MOST_NAMED = 6


def latency_of(opens: Sequence[Open]) -> Latency:
    """The histogram of how long they took."""
    times = [int(one.latency_us * 1000) for one in opens]
    return Latency(Counter(map(slot_of, times)), len(times), sum(times), max(times, default=0))


def told(look: Look, width: int, seen: Seen) -> list[Entry]:
    """All that is told of the calls together, and which of them there are to tell of."""
    if seen.opens:
        return [*passed(look, width, seen.filter), *_summary(look, width, seen)]
    why = "none is kept" if "open" in seen.watched else "not watched: the probe is off"
    return [*passed(look, width, seen.filter), *said(look, width, why)]


def _summary(look: Look, width: int, seen: Seen) -> list[Entry]:
    opens = seen.opens
    latency = latency_of(opens)
    flags = Counter(one.flags for one in opens)
    return [
        *fact(look, width, "opened", f"{len(opens):,} times, last at {units.clock(opens[-1].time)}", "bright"),
        *_rate(look, width, seen),
        *fact(look, width, "failed", failures(opens), "bad"),
        *fact(look, width, "flags", _told(flags)),
        *fact(look, width, "latency", distribution(latency)),
        *histogram(look, width, latency),
    ]


def failures(opens: Sequence[Open]) -> str:
    """How many failed, by errno; empty where none did."""
    return _told(Counter(one.error for one in opens if one.error), units.FAILED)


def distribution(latency: Latency) -> str:
    """The usual figures of any latencies."""
    shown = {
        "avg": latency.average_ns,
        "p50": latency.percentile_ns(0.5),
        "p99": latency.percentile_ns(TAIL),
        "max": latency.max_ns,
    }
    return "  ".join(f"{name} {units.duration(ns)}" for name, ns in shown.items())


def histogram(look: Look, width: int, latency: Latency) -> list[Entry]:
    """The bars, and the axis below."""
    axis = axis_for([latency], width)
    height = HISTOGRAM_LINES if width > NARROW else FEWER
    strips = [*render_histogram(latency, axis, height, look), render_labels(axis, look)]
    return [Entry(strip) for strip in strips]


def per_stretch(times: Sequence[int], since: int, until: int, stretches: int) -> list[int]:
    """How many of the times fall into each of so many stretches of equal length."""
    counts = [0] * stretches
    span = max(until - since, 1)
    for time in times:
        counts[min(max((time - since) * stretches // span, 0), stretches - 1)] += 1
    return counts


def _rate(look: Look, width: int, seen: Seen) -> list[Entry]:
    """How often, as bars over the time of which opens are kept; at least a second each."""
    since = seen.opens_since
    seconds = (seen.until - since) / 1e9
    cells = max(min(RATE_CELLS, width - LABEL - RATE_CELLS, round(seconds)), 1)
    counts = per_stretch([one.time for one in seen.opens], since, seen.until, cells)
    peak = max(counts)
    line = Line(look, width).cell("rate", LABEL, "dim")
    line.join(render_spark_line([count / peak if count else None for count in counts], look, "common", cursor=None))
    most = units.rate(peak * cells / max(seconds, 1))
    told = f"at most {most} since {units.clock(since)[:8]}"
    return [Entry(line.put("  " if cells > 1 else "").put(told, "text").strip())]


def _told(counted: Counter[str], sign: str = "") -> str:
    told = [f"{sign}{name or 'none'} {count:,}" for name, count in counted.most_common(MOST_NAMED)]
    return ", ".join(told) + (f" and {len(counted) - MOST_NAMED} others" if len(counted) > MOST_NAMED else "")
