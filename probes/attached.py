"""A probe that is in the kernel: its counts, its rows, its budget, its filter."""

from __future__ import annotations

import struct

from probes.broker import OpenEvent
from probes.kernel import bpf
from probes.kernel.image import Image
from probes.kernel.loader import Loaded, LoadError
from probes.probe import Findings, Probe, Totals
from probes.snapshot import Counts

SECOND = 1_000_000_000
RETRY = "free what is short, then turn it on again"
ZERO = bytes(4)
NEVER = struct.pack("=Q", (1 << 64) - 1)
_SETTINGS = struct.Struct("=QQII")
_COUNTS = struct.Struct("=9Q")


class Attached:
    """Loads a probe when made. Raises LoadError, leaving nothing behind.

    budget         rows a second that the kernel may send; as many may come at once
    kernel_filter  see probes.pushdown
    """

    def __init__(self, probe: Probe, image: Image, budget: int, kernel_filter: bytes) -> None:
        try:
            entries = probe.entries()
        except OSError as error:
            raise _refused(error) from None
        self._loaded = Loaded(image, probe.hooks, entries)
        self._budget = budget
        self._slot = 0
        self._unstarted = 0
        self._lost_at_entry = 0
        self._counting = probe.counting
        self._undecodable = self._unfinished = 0
        self._run_time = 0
        self._detached = False
        try:
            if not budget:
                self._loaded.maps["paid_until"].update(ZERO, NEVER)
            self.set_filter(kernel_filter)
            self._reader = probe.reader(self._loaded)
        except OSError as error:
            self._loaded.close()
            raise _refused(error) from None

    def attach(self, open_event: OpenEvent = bpf.open_tracepoint) -> None:
        """Lets it run. Raises LoadError, leaving nothing behind."""
        self._loaded.attach(open_event)

    def set_filter(self, kernel_filter: bytes) -> None:
        """Puts a filter in force at once, in programs that go on running."""
        self._slot ^= 1
        self._loaded.maps["filters"].update(struct.pack("=I", self._slot), kernel_filter)
        self._settle()

    def _settle(self, stopped: bool = False) -> None:
        row_ns = SECOND // self._budget if self._budget else 0
        self._loaded.maps["settings"].update(ZERO, _SETTINGS.pack(row_ns, SECOND, self._slot, stopped))

    def drain(self) -> Findings:
        """What came since the last time."""
        found = self._reader.drain()
        self._undecodable += found.undecodable
        self._unfinished += found.unfinished
        return found

    def set_slow(self, us: float | None) -> None:
        """From which latency on events are picked out as rows; None: found by the probe."""
        self._reader.set_slow(us)

    def totals(self) -> Totals:
        """What was added up since the last time."""
        return self._reader.totals()

    def counts(self, final: bool = False) -> Counts:
        """The exact counts. `final` when nothing runs any more: then the sum is checked against what was seen."""
        each = zip(*self._counts_by_cpu(), strict=True)
        seen, shown, over, filtered, lost, errors, _exits_lost, skipped, unstarted = map(sum, each)
        passed_over = self._loaded.runs(self._counting).missed if self._counting else 0
        unseen = passed_over + self._unfinished
        # Entry and exit are read one after the other while they go on counting: a difference is a loss if it stays.
        excess = max(0, unstarted - skipped)
        self._lost_at_entry = excess if final else max(self._lost_at_entry, min(excess, self._unstarted))
        self._unstarted = excess
        over += unstarted - self._lost_at_entry
        lost += self._lost_at_entry + unseen + self._undecodable
        shown -= self._undecodable
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
        self._loaded.close()


def _refused(error: OSError) -> LoadError:
    return LoadError(f"it cannot be read: {error.strerror}{f' ({error.filename})' if error.filename else ''}\n{RETRY}")
