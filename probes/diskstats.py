"""How busy each disk is, and how deep its queue: what iostat calls %util and aqu-sz.

Source: Documentation/admin-guide/iostats.rst, fields 10 and 11 of /proc/diskstats. The file is opened once and read
again: a tool that shows every open should not make one a tick.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

FILE = Path("/proc/diskstats")
NAME, BUSY_MS, WEIGHTED_MS = 2, 12, 13
"""Places of the fields in a line."""
PIECE = 1 << 16
WRAP = 1 << 32
"""The kernel prints both times as 32-bit numbers."""


class Load(NamedTuple):
    """Of one disk over a span. busy: share of it with anything to do, 0..1; depth: requests there on average."""

    busy: float
    depth: float


Reading = Mapping[str, tuple[int, int]]
"""Milliseconds by disk since it is there: with anything to do, and of all of its requests together."""


class DiskStats:
    """Reads the statistics of whole disks; partitions are left out."""

    def __init__(self, file: Path = FILE, sys: Path = Path("/sys")) -> None:
        self._fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        self._block, self._partitions = sys / "block", sys / "class/block"
        self._whole: dict[bytes, str] = {}

    def read(self) -> Reading:
        """What the kernel says now."""
        found, whole = {}, {}
        for line in self._lines():
            fields = line.split(None, WEIGHTED_MS + 1)
            if len(fields) <= WEIGHTED_MS:
                continue
            raw = fields[NAME]
            name = self._whole[raw] if raw in self._whole else self._name_if_whole(raw)
            if name is None:  # sysfs does not have it yet
                continue
            whole[raw] = name
            if name:
                found[name] = int(fields[BUSY_MS]), int(fields[WEIGHTED_MS])
        self._whole = whole  # a disk that comes again may be another one
        return found

    def close(self) -> None:
        """Closes the file."""
        os.close(self._fd)

    def _lines(self) -> list[bytes]:
        return b"".join(self._pieces()).split(b"\n")

    def _pieces(self) -> Iterator[bytes]:
        """The kernel gives a page or so at a time."""
        place = 0
        while piece := os.pread(self._fd, PIECE, place):
            yield piece
            place += len(piece)

    def _name_if_whole(self, raw: bytes) -> str | None:
        """The name of a whole disk as text, empty for a partition; None where that cannot be told."""
        name = raw.decode("utf-8", "backslashreplace")
        file = name.replace("/", "!")
        if (self._block / file).exists():
            return name
        return "" if (self._partitions / file / "partition").exists() else None


def load(before: Reading, now: Reading, span_ns: int) -> dict[str, Load]:
    """The load of the disks that are in both readings, which are `span_ns` apart, and are the same disks still."""
    span_ms = span_ns / 1e6
    if span_ms <= 0:
        return {}
    found = {}
    for name, (busy_then, weighted_then) in before.items():
        if name not in now:
            continue
        busy, weighted = (now[name][0] - busy_then) % WRAP, (now[name][1] - weighted_then) % WRAP
        if max(busy, weighted) < WRAP // 2:  # otherwise they went back: another disk has taken the name
            found[name] = Load(min(busy / span_ms, 1.0), weighted / span_ms)
    return found
