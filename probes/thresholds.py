"""From which latency on a single request is worth a row: found from the histograms, or set by the user."""

from __future__ import annotations

from collections.abc import Set

from probes.disk_sums import Hist, Op, Threshold
from probes.humps import second_hump
from probes.lanes import NONE, Lanes, add_up
from probes.latency import Latency, low_ns

EVERY_NS = 2_000_000_000
"""How often thresholds are found anew."""
GENERATION_NS = 30_000_000_000
"""What is younger than one to two of these counts."""
ENOUGH = 1000
"""Requests without which there is no p99.9."""
TAIL = 0.999
MOST_SHARE = 0.1
"""A hump of more requests is what the disk does, its cache's misses for instance: not slow, and no short list."""
STEADY = 1.1
"""A threshold that would move by less stays."""

Series = tuple[str, Op]


class Thresholds:
    """The threshold of each disk and operation, kept up to date with the histograms of the device stage."""

    def __init__(self) -> None:
        self.set_us: float | None = None
        self._fresh: dict[Series, list[Lanes]] = {}
        self._young: dict[Series, Lanes] = {}
        self._old: dict[Series, Lanes] = {}
        self._born_ns = self._found_ns = 0
        self._found: dict[Series, Threshold] = {}
        self._humped_ns: dict[Series, int] = {}
        self._told: dict[Series, Threshold] = {}

    def set(self, us: float | None) -> None:
        """One threshold for all, from now on; None: find them."""
        self.set_us = us
        self._found_ns = 0
        self._found.clear()

    def forget(self, disks: Set[str]) -> None:
        """Disks that are gone."""
        for known in (self._fresh, self._young, self._old, self._found, self._humped_ns):
            for series in [series for series in known if series[0] in disks]:
                del known[series]

    def add(self, hists: list[Hist]) -> None:
        """Takes in the histograms of a tick."""
        for hist in hists:
            if hist.stage == "device":
                self._fresh.setdefault((hist.disk, hist.op), []).append(hist.lanes)

    def find(self, now_ns: int) -> list[Threshold] | None:
        """All thresholds, or None where it is not yet time or none has changed. `now_ns` is any steady clock."""
        if self._found_ns and now_ns - self._found_ns < EVERY_NS:
            return None
        self._found_ns = now_ns
        for series, fresh in self._fresh.items():
            self._young[series] = add_up([self._young.get(series, NONE), *fresh])
        self._fresh.clear()
        for series in {**self._old, **self._young}:
            found = self._threshold(series)
            if found is None:
                continue
            if found.why == "hump":
                self._humped_ns[series] = now_ns
            if _same(self._found.get(series), found):
                continue
            if found.why == "tail" and now_ns - self._humped_ns.get(series, -GENERATION_NS) < GENERATION_NS:
                continue  # a hump of few requests comes and goes: what it stood for has not gone with it
            self._found[series] = found
        if now_ns - self._born_ns > GENERATION_NS:
            self._old, self._young, self._born_ns = self._young, {}, now_ns
        if self._found == self._told:
            return None
        self._told = dict(self._found)
        return list(self._found.values())

    def _threshold(self, series: Series) -> Threshold | None:
        disk, op = series
        if self.set_us is not None:
            return Threshold(disk, op, self.set_us, "set")
        slots = add_up([self._old.get(series, NONE), self._young.get(series, NONE)]).slots()
        if (hump := second_hump(slots, most=MOST_SHARE)) is not None:
            return Threshold(disk, op, low_ns(hump.low) / 1000, "hump")
        count = sum(slots.values())
        if count < ENOUGH:
            return None
        return Threshold(disk, op, Latency(slots, count, 0, low_ns(max(slots) + 1)).percentile_ns(TAIL) / 1000, "tail")


def _same(a: Threshold | None, b: Threshold) -> bool:
    return a is not None and a.why == b.why and max(a.us, b.us) < STEADY * min(a.us, b.us)
