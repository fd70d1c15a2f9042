"""The block probe: how long each disk really takes, for which operation."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import NamedTuple

from probes import decode
from probes.kernel.btf import Btf
from probes.kernel.loader import Hook, Loaded
from probes.latency import SLOTS, low_ns
from probes.probe import PARENT, Findings, Probe, offsets
from probes.registry import BY_ID
from probes.snapshot import Disk, Hist, Op, ProbeInfo, Stage

OPS: tuple[Op, ...] = ("read", "write", "flush", "discard", "other")
STAGES: tuple[Stage, ...] = ("queue", "device")
TRACEPOINTS = ("insert", "issue", "requeue", "complete", "merge")
SUSPECT_NS = 1_000_000_000
"""A request in flight for longer is looked up in sysfs."""
MOST_REQUESTS = 16384
NO_DISK = "(none)"
"""Requests to something that is no disk: a tape, or a controller's own."""

_KEY = struct.Struct("=32sII")
_SUMS = struct.Struct("=QQQQQ")
_SLOTS = struct.Struct(f"={SLOTS}Q")
_REQUEST = struct.Struct("=QQIBBBB32s")


class _Seen(NamedTuple):
    """A histogram as it was read last: count, sum, max, bytes, errors, and the slots."""

    sums: tuple[int, ...]
    slots: tuple[int, ...]


_NOTHING = _Seen((0,) * 5, (0,) * SLOTS)


class BlockReader:
    """The kernel's histograms only grow; each tick gets what they grew by."""

    def __init__(self, loaded: Loaded) -> None:
        self._hists, self._requests = loaded.maps["hists"], loaded.maps["requests"]
        self._seen: dict[bytes, _Seen] = {}
        self._unfinished = 0

    def drain(self) -> Findings:
        unfinished, self._unfinished = self._unfinished, 0
        return Findings([], [], unfinished=unfinished)

    def totals(self) -> tuple[list[Hist], list[Disk]]:
        hists = [hist for key, value in self._hists.items() if (hist := self._grown(key, value)) is not None]
        return hists, self._in_flight()

    def _grown(self, key: bytes, value: bytes) -> Hist | None:
        before = self._seen.get(key, _NOTHING)
        sums = _SUMS.unpack_from(value)
        if sums == before.sums:
            return None
        now = _Seen(sums, _SLOTS.unpack_from(value, _SUMS.size))
        slots = tuple((i, n - was) for i, (n, was) in enumerate(zip(now.slots, before.slots, strict=True)) if n != was)
        if not slots:
            return None
        self._seen[key] = now
        name, op, stage = _KEY.unpack(key)
        count, sum_ns, max_ns, bytes_, errors = (n - was for n, was in zip(now.sums, before.sums, strict=True))
        # The kernel keeps the maximum of all time: where it did not rise, that of this tick is within its last slot.
        most = now.sums[2] if max_ns else min(now.sums[2], low_ns(slots[-1][0] + 1))
        # Requests may have been counted between the sums and the slots being read: the slots are what is shown.
        count = sum(n for _, n in slots)
        return Hist(_name(name), OPS[op], STAGES[stage], slots, count, sum_ns, most, bytes_, errors)

    def _in_flight(self) -> list[Disk]:
        there = self._pending()
        now = time.monotonic_ns()  # after they were read: none of them is younger
        if any(now - issued > SUSPECT_NS for disk in there.values() for issued, _rq in disk):
            self.settle()
            there = self._pending()
        for key in self._seen:
            there.setdefault(_KEY.unpack(key)[0], [])
        return [
            Disk(_name(name), len(there[name]), (now - min(there[name])[0]) // 1000 if there[name] else 0)
            for name in sorted(there)
        ]

    def _pending(self) -> dict[bytes, list[tuple[int, bytes]]]:
        """The requests that are in flight as far as the programs know: when issued, and their address, by disk."""
        there: dict[bytes, list[tuple[int, bytes]]] = {}
        for rq, value in self._requests.items():
            _inserted, issued, _bytes, _op, filtered, _requeued, _unused, name = _REQUEST.unpack(value)
            if issued and not filtered:
                there.setdefault(name, []).append((issued, rq))
        return there

    def settle(self) -> None:
        """Finds requests whose end was missed: they would seem to be stuck for ever.

        What was pending both before and after the kernel was asked was so at that moment: where the kernel itself
        counts fewer requests, the oldest of them have ended, and are lost.
        """
        before = self._pending()
        counted = {name: _kernels_in_flight(_name(name)) for name in before}
        after = self._pending()
        for name, pending in before.items():
            both = sorted(set(pending) & set(after.get(name, [])))
            for _issued, rq in both[: max(0, len(both) - counted[name])]:
                self._unfinished += self._requests.delete(rq)

    def close(self) -> None:
        """There is nothing to give back: the maps are the loader's."""


def _kernels_in_flight(name: str) -> int:
    """Requests that the kernel counts as issued to a disk; as many as there can be where it does not tell."""
    try:
        return sum(int(n) for n in Path(f"/sys/block/{name.replace('/', '!')}/inflight").read_text().split())
    except (OSError, ValueError):
        return MOST_REQUESTS


def _name(raw: bytes) -> str:
    return decode.comm(raw) or NO_DISK


def _facts(btf: Btf) -> dict[str, int]:
    facts = offsets(
        btf,
        PARENT
        | {
            "RQ_DATA_LEN": ("request", "__data_len"),
            "RQ_CMD_FLAGS": ("request", "cmd_flags"),
            "DISK_NAME": ("gendisk", "disk_name"),
        },
    )
    if btf.has("request", "rq_disk"):  # until 5.16
        facts["RQ_DISK"] = btf.offset("request", "rq_disk")
    else:
        facts |= offsets(btf, {"RQ_QUEUE": ("request", "q"), "QUEUE_DISK": ("request_queue", "disk")})
    for name in TRACEPOINTS:
        # Which argument is the request: a queue stood before it until 5.11, and in some 5.10.
        argument = btf.tracepoint_argument(f"block_rq_{name}", "request")
        facts[f"ARG_{name.upper()}"] = argument or 0
    return facts


def _entries() -> dict[str, int]:
    """Room for histograms: each disk's operations and stages, and as much again for disks that come later."""
    disks = sum(1 for _ in Path("/sys/block").iterdir())
    return {"hists": max(256, 2 * disks * len(OPS) * len(STAGES))}


PROBE = Probe(
    info=ProbeInfo(*BY_ID["block"], view="latency"),
    hooks=(
        Hook("completed", "block_rq_complete"),
        Hook("requeued", "block_rq_requeue"),
        Hook("merged", "block_rq_merge", optional=True),
        Hook("issued", "block_rq_issue"),
        Hook("inserted", "block_rq_insert"),
    ),
    facts=_facts,
    reader=BlockReader,
    counting=("completed",),
    entries=_entries,
)
