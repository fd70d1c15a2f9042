"""Recordings for tests: written, and read back."""

from __future__ import annotations

from pathlib import Path

from probes import wire
from probes.disk_sums import DiskFacts
from probes.snapshot import Message, Snapshot
from tests.unit.sessions import HELLO, exec_row, exec_tick, snapshot
from tui.recording import MAGIC, Reader, Writer

TICKS = [snapshot(n, exec_tick([exec_row(n)], shown=n, first=n - 1)) for n in range(1, 6)]
FACTS = DiskFacts("vda", "model", "serial", "slot 7", True, 1 << 40, ("md0", "LVM vg/data"))


def record(path: Path, messages: list[Message]) -> Path:
    with Writer(path, HELLO) as writer:
        for message in messages:
            writer.write(message)
    return path


def raw(path: Path, *messages: Message, tail: bytes = b"") -> Path:
    path.write_bytes(MAGIC + b"".join(map(wire.encode, messages)) + tail)
    return path


def read(path: Path) -> tuple[list[Snapshot], str | None]:
    with Reader(path) as reader:
        return list(reader), reader.cut
