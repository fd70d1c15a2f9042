"""A probe that is in the kernel: its counts, its rows, its budget, its filter, its tallies."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from probes.broker import OpenEvent
from probes.disk_sums import Hist
from probes.filter.errors import FilterError
from probes.filter.parsed import Filter
from probes.filter.plan import Plan, plan
from probes.in_force import InForce
from probes.kernel import bpf
from probes.kernel.image import Image
from probes.kernel.loader import RETRY, Loaded, LoadError
from probes.probe import Findings, Probe, Totals
from probes.sieve import kernel_budget
from probes.snapshot import Counts
from probes.tallies import Tallies
from probes.trees import room

SECOND = 1_000_000_000
ZERO = bytes(4)
NEVER = struct.pack("=Q", (1 << 64) - 1)
_SETTINGS = struct.Struct("=QQ6I")
_COUNTS = struct.Struct("=10Q")
TREES = "tree"
"""The column with the processes that are followed and above one; it comes as their bits."""


class Attached:
    """Loads a probe when made. Raises LoadError and FilterError, leaving nothing behind.

    budget   rows a second that are asked for; as many may come at once, more where the kernel cannot test all of the
             filter (see probes.sieve)
    filter_  what of it the kernel can test is tested there (see probes.filter.plan)
    """

    def __init__(self, probe: Probe, image: Image, budget: int, filter_: Filter) -> None:
        try:
            entries = {**probe.entries(), "tree": room()}
        except OSError as error:
            raise _refused(error) from None
        self._loaded = Loaded(image, probe.hooks, entries)
        self._budget = budget
        self._id = probe.info.id
        self._plan = Plan()
        self._in_force = InForce(self._loaded)
        self._tallies = Tallies(self._loaded.maps) if "tallies" in self._loaded.maps else None
        self._tallying = False
        columns = [column.id for column in probe.info.columns]
        self._trees_at = columns.index(TREES) if TREES in columns else None
        self._told = Counts() if probe.info.view == "latency" else None
        self._unstarted = 0
        self._lost_at_entry = 0
        self._counting = probe.counting
        self._undecodable = self._unfinished = 0
        self._run_time = 0
        self._detached = False
        try:
            if not budget:
                self._loaded.maps["paid_until"].update(ZERO, NEVER)
            self.set_filter(filter_)
            self._reader = probe.reader(self._loaded)
        except OSError as error:
            self._give_back()
            raise _refused(error) from None
        except (LoadError, FilterError):
            self._give_back()
            raise

    def attach(self, open_event: OpenEvent = bpf.open_tracepoint) -> None:
        """Lets it run. Raises LoadError, leaving nothing behind."""
        try:
            self._loaded.attach(open_event)
        except LoadError:
            self.close()
            raise

    def set_filter(self, filter_: Filter) -> None:
        """Puts a filter in force at once, in programs that go on running. Raises OSError, LoadError and FilterError."""
        chosen = plan(filter_, self._id)
        if self._in_force.follow(chosen):
            self._settle()
        self._in_force.put(chosen)
        self._plan = chosen
        self._settle()
        self._in_force.settled(chosen)
        self._settle()

    def _settle(self, stopped: bool = False) -> None:
        budget = kernel_budget(self._budget, self._plan)
        row_ns = SECOND // budget if budget else 0
        slot, timed, following, recording = self._in_force.flags
        timed = timed or self._tallying  # else of what finds no budget only the end is seen
        packed = _SETTINGS.pack(row_ns, SECOND, slot, stopped, timed, following, recording, self._tallying)
        self._loaded.maps["settings"].update(ZERO, packed)

    def drain(self) -> Findings:
        """What came since the last time."""
        found = self._reader.drain()
        self._in_force.learn()
        if self._trees_at is not None:
            for row in found.rows:
                bits = row[self._trees_at]
                row[self._trees_at] = self._in_force.trees(bits) if isinstance(bits, int) and bits else None
        self._undecodable += found.undecodable
        self._unfinished += found.unfinished
        return found

    def set_slow(self, us: float | None) -> None:
        """From which latency on events are picked out as rows; None: found by the probe."""
        self._reader.set_slow(us)

    def set_tallies(self, on: bool) -> None:
        """Counts events by who did them as well, from nothing, or does so no longer. Of a probe that makes rows."""
        if self._tallies is None or on == self._tallying:
            return
        if on:
            self._tallies.begin()
        self._tallying = on
        self._settle()

    def totals(self) -> Totals:
        """What was added up since the last time."""
        totals = self._reader.totals()
        if self._told is not None:
            self._told = _with(self._told, totals.hists)
        if self._tallies is None or not self._tallying:
            return totals
        return totals._replace(tallies=self._tallies.grown())

    def counts(self, final: bool = False) -> Counts:
        """The exact counts. `final` when nothing runs any more: then the sum is checked against what was seen."""
        each = zip(*self._counts_by_cpu(), strict=True)
        seen, shown, over, filtered, lost, errors, _exits_lost, skipped, unstarted, unwanted = map(sum, each)
        passed_over = self._loaded.runs(self._counting).missed if self._counting else 0
        unseen = passed_over + self._unfinished
        # Entry and exit are read one after the other while they go on counting: a difference is a loss if it stays.
        excess = max(0, unstarted - skipped)
        self._lost_at_entry = excess if final else max(self._lost_at_entry, min(excess, self._unstarted))
        self._unstarted = excess
        lost_at_entry = min(self._lost_at_entry, unstarted - unwanted)
        over += unstarted - unwanted - lost_at_entry
        lost += lost_at_entry + unseen + self._undecodable
        shown -= self._undecodable
        if self._told is not None:  # the counts are read later than the histograms, and must agree with them
            shown, errors = self._told.shown, self._told.errors
        accounted = shown + over + filtered + lost
        if final and seen + unseen > accounted:
            lost += seen + unseen - accounted
            accounted = seen + unseen
        return Counts(accounted, shown, over, filtered, lost, errors)

    def seen(self) -> int:
        """How many events it has seen so far; cheaper than `counts`."""
        return sum(each[0] for each in self._counts_by_cpu())

    def _counts_by_cpu(self) -> list[tuple[int, ...]]:
        return list(_COUNTS.iter_unpack(self._loaded.maps["counts"].lookup(ZERO) or b""))

    def run_time_ns(self) -> int:
        """How long its programs ran since this was asked last."""
        total = self._loaded.runs().time_ns
        since = total - self._run_time
        self._run_time = total
        return since

    def detach(self) -> None:
        """Takes the programs out of the kernel, once; what they left can still be read."""
        if self._detached:  # to settle again would take for lost what ended after the counting
            return
        self._detached = True
        self._reader.settle()
        self._settle(stopped=True)
        self._loaded.detach()

    def close(self) -> None:
        """Gives everything back."""
        self._reader.close()
        self._give_back()

    def _give_back(self) -> None:
        if self._tallies is not None:
            self._tallies.close()
        self._in_force.close()
        self._loaded.close()


def _with(told: Counts, hists: Sequence[Hist]) -> Counts:
    """What histograms have told so far, with these; each request is once in those of the device stage."""
    device = [hist for hist in hists if hist.stage == "device"]
    shown, errors = sum(hist.count for hist in device), sum(hist.errors for hist in device)
    return Counts(shown=told.shown + shown, errors=told.errors + errors)


def _refused(error: OSError) -> LoadError:
    return LoadError(f"it cannot be read: {error.strerror}{f' ({error.filename})' if error.filename else ''}\n{RETRY}")
