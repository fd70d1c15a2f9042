"""Recordings from strangers: everything in them that may be text is hostile, in turn."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import msgspec

from probes import wire
from probes.columns import Row
from probes.disk_sums import Aside, Disk, DiskFacts, Hist, Part, Threshold, Work
from probes.snapshot import Bye, Hello, ProbeTick, Snapshot, Tally
from tests.hostile.names import TEXTS
from tests.tui.fakes import HELLO, START, Machine
from tui.recording import MAGIC

SECONDS = 12
SORTS = {"word", "text", "error"}


def hostile_hello() -> Hello:
    """The opening: the host, the kernel, titles, questions and helps are hostile; ids are as they are."""
    text = cycle(TEXTS)
    probes = tuple(
        msgspec.structs.replace(
            probe,
            title=f"{probe.title} {next(text)}",
            question=next(text),
            columns=tuple(msgspec.structs.replace(column, help=next(text)) for column in probe.columns),
        )
        for probe in HELLO.probes
    )
    return msgspec.structs.replace(HELLO, host=f"web-17{TEXTS[0]}", kernel=TEXTS[6], version=TEXTS[3], probes=probes)


def hostile_ids() -> Hello:
    """The same with ids, headings and everything else hostile: no pane is of a kind that is known."""
    text = cycle(TEXTS)
    opening = hostile_hello()
    probes = tuple(
        msgspec.structs.replace(
            probe,
            id=f"{next(text)}{at}",
            columns=tuple(
                msgspec.structs.replace(column, id=f"{next(text)}{n}", title=next(text))
                for n, column in enumerate(probe.columns)
            ),
        )
        for at, probe in enumerate(opening.probes)
    )
    return msgspec.structs.replace(opening, probes=probes)


def ticks(hello: Hello, seconds: int = SECONDS) -> Iterator[Snapshot]:
    """Some seconds of such a session."""
    machine = Machine(rows=len(TEXTS), disks=2)
    for _ in range(seconds):
        tick = machine.tick()
        probes = tuple(
            _hostile(msgspec.structs.replace(part, id=info.id), [column.kind for column in info.columns], machine.n)
            for part, info in zip(tick.probes, hello.probes, strict=True)
        )
        yield msgspec.structs.replace(tick, filter=TEXTS[machine.n], probes=probes)


def _hostile(part: ProbeTick, kinds: list[str], n: int) -> ProbeTick:
    disks = [f"sd{at}{text}" for at, text in enumerate(TEXTS[n::17][:3])]
    rows = [_row(row, kinds, at + n) for at, row in enumerate(part.rows)]
    if not part.hists:
        tallies = [
            Tally(at + 1, 1, text, TEXTS[at - 1], 0, text, f"/{text}.slice/{text}.service", None, at + 1)
            for at, text in enumerate(TEXTS)
        ]
        exits = [msgspec.structs.replace(end, signal=TEXTS[n] if end.signal else None) for end in part.exits]
        return msgspec.structs.replace(part, rows=rows, exits=exits, tallies=tallies)
    slow = [msgspec.structs.replace(hist, disk=disks[at % 3]) for at, hist in enumerate(part.hists)]
    works = [
        Work(at + 1, text, f"/{text}.slice/{text}.service", at % 2 > 0, disks[at % 3], "read", _lanes(slow), 3, 9, 9, 9)
        for at, text in enumerate(TEXTS)
    ]
    return msgspec.structs.replace(
        part,
        hists=slow,
        work=works,
        parts=[Part(hist.disk, hist.op, ("sync",), 4096, True, hist.lanes, hist.count, 9, 9) for hist in slow],
        disks=[Disk(disk, 3, 90_000_000, 1.0, 9.0) for disk in disks],
        facts=[DiskFacts(disk, disk, disk, disk, True, 1 << 40, (disk, f"md{disk}")) for disk in disks],
        thresholds=[Threshold(disk, "read", 900.0, "hump") for disk in disks],
        rows=[[_value(kind, at, column) for column, kind in enumerate(kinds)] for at in range(len(TEXTS))],
        aside=Aside(slow, [Disk(disk, 3, 90_000_000, 1.0, 9.0) for disk in disks], [], works),
        selected=len(TEXTS) * n,
        first=len(TEXTS) * (n - 1),
    )


def _lanes(hists: list[Hist]) -> object:
    return hists[0].lanes


def _row(row: Row, kinds: list[str], at: int) -> Row:
    """The row with every text in it replaced."""
    return [
        _value(kind, at, column) if kind in SORTS or kind == "argv" else value
        for column, (value, kind) in enumerate(zip(row, kinds, strict=True))
    ]


def _value(kind: str, at: int, column: int) -> int | float | str | list[str] | None:
    text = TEXTS[(at + column) % len(TEXTS)]
    if kind == "argv":
        return list(TEXTS[at % len(TEXTS) :][:5])
    return text if kind in SORTS else START + at if kind == "time" else 1000 + at if kind != "us" else 900.5 + at


def written(path: Path, hello: Hello, seconds: int = SECONDS) -> Path:
    """The recording, ended in order with a hostile reason."""
    frames = [hello, *ticks(hello, seconds), Bye(TEXTS[0])]
    path.write_bytes(MAGIC + b"".join(map(wire.encode, frames)))
    return path


def framed(payload: bytes) -> bytes:
    """Bytes as a frame whose head is right."""
    return wire.HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def with_rows(rows: bytes) -> bytes:
    """The payload of a tick whose rows of the first probe are these bytes of MessagePack."""
    mark = "rows are to be here"
    tick = Machine(rows=0).tick()
    part = msgspec.structs.replace(tick.probes[0], rows=[[mark]])
    packed = msgspec.msgpack.encode(msgspec.structs.replace(tick, probes=(part, *tick.probes[1:])))
    return packed.replace(msgspec.msgpack.encode([[mark]]), rows)


def array_of(count: int, one: bytes) -> bytes:
    """A list of so many times the same, in MessagePack."""
    return b"\xdd" + struct.pack(">I", count) + one * count
