"""Sends messages to a reader that may be slow, without ever waiting for it.

What cannot be sent yet is merged into one snapshot: its counts stay exact, its rows are bounded, and rows that
had to be given up are counted as lost. Of answers only the newest is worth sending.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from probes import wire
from probes.merge import merge_aside, merge_disks, merge_hists, merge_kin, merge_parts, merge_tallies, merge_work
from probes.snapshot import Answer, Hello, Message, ProbeTick, Snapshot

MOST_ROWS = 5000
"""Rows of a probe that wait for a slow reader."""


@dataclass
class Outbox:
    """`fd` is a pipe; it is made non-blocking. `dropped` counts rows given up so far, by probe.

    The rows of a probe that makes histograms are a choice from its events, which are counted without them. They are
    numbered anew on their way out: then they are as many as the reader gets, and `selected` tells of the others.
    """

    fd: int

    def __post_init__(self) -> None:
        os.set_blocking(self.fd, False)
        self.dropped: dict[str, int] = {}
        self._choosing: frozenset[str] = frozenset()
        self._bytes = b""
        self._waiting: Snapshot | None = None
        self._answer: Answer | None = None

    @property
    def busy(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._bytes) or self._waiting is not None or self._answer is not None

    def send(self, message: Message) -> None:
        """Sends a message, or keeps it. Raises BrokenPipeError when the reader is gone."""
        if isinstance(message, Snapshot):
            message = self._renumbered(message)
            self._waiting = message if self._waiting is None else self._merged(self._waiting, message)
        elif isinstance(message, Answer):
            self._answer = message
        else:
            if isinstance(message, Hello):
                self._choosing = frozenset(probe.id for probe in message.probes if probe.view == "latency")
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
        waiting, answer, self._waiting, self._answer = self._waiting, self._answer, None, None
        return b"".join(wire.encode(message) for message in (waiting, answer) if message is not None)

    def _renumbered(self, message: Snapshot) -> Snapshot:
        if not self._choosing & self.dropped.keys():
            return message
        probes = tuple(
            msgspec.structs.replace(tick, first=tick.first - self.dropped.get(tick.id, 0))
            if tick.id in self._choosing
            else tick
            for tick in message.probes
        )
        return msgspec.structs.replace(message, probes=probes)

    def _merged(self, a: Snapshot, b: Snapshot) -> Snapshot:
        before = {tick.id: tick for tick in a.probes}
        spans = a.span_ns, b.span_ns
        probes = tuple(
            self._merged_probe(before[tick.id], tick, spans) if tick.id in before else tick for tick in b.probes
        )
        return msgspec.structs.replace(
            b, probes=probes, span_ns=sum(spans), cpu_ns=a.cpu_ns + b.cpu_ns, merged=a.merged + b.merged
        )

    def _merged_probe(self, a: ProbeTick, b: ProbeTick, spans: tuple[int, int]) -> ProbeTick:
        rows = a.rows + b.rows
        excess = max(0, len(rows) - MOST_ROWS)
        counts, first = b.counts, a.first if a.rows else b.first
        if excess:
            self.dropped[b.id] = self.dropped.get(b.id, 0) + excess
        if b.id not in self._choosing:
            counts = msgspec.structs.replace(counts, shown=counts.shown - excess, lost=counts.lost + excess)
            first += excess
        bpf_ns = None if a.bpf_ns is None or b.bpf_ns is None else a.bpf_ns + b.bpf_ns
        return msgspec.structs.replace(
            b,
            first=first,
            rows=rows[excess:],
            exits=(a.exits + b.exits)[-MOST_ROWS:],
            hists=merge_hists(a.hists + b.hists),
            disks=merge_disks(a.disks, b.disks, spans),
            parts=merge_parts(a.parts + b.parts),
            work=merge_work(a.work + b.work),
            facts=a.facts if b.facts is None else b.facts,
            thresholds=a.thresholds if b.thresholds is None else b.thresholds,
            tallies=merge_tallies(a.tallies, b.tallies),
            aside=merge_aside(a.aside, b.aside, spans),
            kin=merge_kin(a.kin, b.kin),
            counts=counts,
            bpf_ns=bpf_ns,
        )
