"""Sends messages to a reader that may be slow, without ever waiting for it.

What cannot be sent yet is merged into one snapshot: its counts stay exact, its rows are bounded, and rows that
had to be given up are counted as lost.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from probes import wire
from probes.latency import Latency, merge
from probes.snapshot import Bye, Hello, Hist, ProbeTick, Snapshot

MOST_ROWS = 5000
"""Rows of a probe that wait for a slow reader."""


@dataclass
class Outbox:
    """`fd` is a pipe; it is made non-blocking. `dropped` counts rows given up so far, by probe."""

    fd: int

    def __post_init__(self) -> None:
        os.set_blocking(self.fd, False)
        self.dropped: dict[str, int] = {}
        self._bytes = b""
        self._waiting: Snapshot | None = None

    @property
    def busy(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._bytes) or self._waiting is not None

    def send(self, message: Hello | Snapshot | Bye) -> None:
        """Sends a message, or keeps it. Raises BrokenPipeError when the reader is gone."""
        if isinstance(message, Snapshot):
            self._waiting = message if self._waiting is None else self._merged(self._waiting, message)
        else:
            self._bytes += self._encoded_waiting() + wire.encode(message)
        self.flush()

    def flush(self) -> None:
        """Sends what the pipe takes now."""
        while True:
            if not self._bytes:
                self._bytes = self._encoded_waiting()
            if not self._bytes:
                return
            try:
                self._bytes = self._bytes[os.write(self.fd, self._bytes) :]
            except BlockingIOError:
                return

    def _encoded_waiting(self) -> bytes:
        waiting, self._waiting = self._waiting, None
        return wire.encode(waiting) if waiting is not None else b""

    def _merged(self, a: Snapshot, b: Snapshot) -> Snapshot:
        before = {tick.id: tick for tick in a.probes}
        probes = tuple(self._merged_probe(before[tick.id], tick) if tick.id in before else tick for tick in b.probes)
        return msgspec.structs.replace(
            b, probes=probes, span_ns=a.span_ns + b.span_ns, cpu_ns=a.cpu_ns + b.cpu_ns, merged=a.merged + b.merged
        )

    def _merged_probe(self, a: ProbeTick, b: ProbeTick) -> ProbeTick:
        rows = a.rows + b.rows
        excess = max(0, len(rows) - MOST_ROWS)
        counts = b.counts
        if excess:
            self.dropped[b.id] = self.dropped.get(b.id, 0) + excess
            counts = msgspec.structs.replace(counts, shown=counts.shown - excess, lost=counts.lost + excess)
        bpf_ns = None if a.bpf_ns is None or b.bpf_ns is None else a.bpf_ns + b.bpf_ns
        return msgspec.structs.replace(
            b,
            first=(a.first if a.rows else b.first) + excess,
            rows=rows[excess:],
            exits=(a.exits + b.exits)[-MOST_ROWS:],
            hists=merge_hists(a.hists + b.hists),
            counts=counts,
            bpf_ns=bpf_ns,
        )


def merge_hists(hists: list[Hist]) -> list[Hist]:
    """One histogram for each disk, operation and stage."""
    groups: dict[tuple[str, str, str], list[Hist]] = {}
    for hist in hists:
        groups.setdefault((hist.disk, hist.op, hist.stage), []).append(hist)
    return [_merged_hist(group) for group in groups.values()]


def _merged_hist(group: list[Hist]) -> Hist:
    whole = merge(Latency(dict(h.slots), h.count, h.sum_ns, h.max_ns) for h in group)
    return msgspec.structs.replace(
        group[0],
        slots=tuple(sorted(whole.slots.items())),
        count=whole.count,
        sum_ns=whole.sum_ns,
        max_ns=whole.max_ns,
        bytes=sum(h.bytes for h in group),
        errors=sum(h.errors for h in group),
    )
