"""What is in order, as bytes: fuzzing damages it."""

from __future__ import annotations

import struct
from pathlib import Path

import msgspec

from probes.kin import ABOVE
from probes.snapshot import Bye, ProbeTick, Snapshot
from tests.hostile.recordings import framed
from tests.tui.fakes import HELLO, Machine

TICKS = tuple(machine.tick() for machine in [Machine()] for _ in range(2))
MESSAGES = (HELLO, *TICKS, Bye(""))
PAYLOADS = tuple(map(msgspec.msgpack.encode, MESSAGES))
STREAM = b"".join(map(framed, PAYLOADS))

_PARENTS = ABOVE.pack(812, 1, *[0] * 6)
_EXEC = struct.pack("=QIIIIiIQ", 9, 4000, 4000, 812, 0, 0, 0, 1) + struct.pack("=IIIIII", 2, 6, 8, 0, 0, 0)
EXEC_ROW = _EXEC + _PARENTS + b"ls".ljust(16, b"\0") + b"bash".ljust(16, b"\0") + b"ls\0-l\0/bin/ls\0"
_OPEN = struct.pack("=QQQQIIIIiIIIII", 9, 1500, 0o100000, 1, 4000, 4000, 812, 0, 3, 1, 6, 0, 8, 1)
OPEN_ROW = _OPEN + _PARENTS + b"ls".ljust(16, b"\0") + b"hosts\0etc\0usr\0"
BLOCK_ROW = struct.pack("=5Q5IiBBB5x16s", 9, 0, 1500, 2048, 1, 4096, 4000, 4000, 0, 0, 5, 0, 1, 0, b"fio")


def btf() -> bytes:
    """Types of a kernel (Documentation/bpf/btf.rst): an int, and a struct task of which it is the pid."""
    strings = b"\0int\0task\0pid\0"
    types = (
        struct.pack("<IIII", 1, 0x01000000, 4, 32)
        + struct.pack("<III", 5, 0x04000001, 4)
        + struct.pack("<III", 10, 1, 0)
    )
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
    return head + types + strings


TERMINAL = (
    b"\x1b[A\x1b[1;5Bq", b"\x1b[97;5u\x1b[27u", b"\x1b[48;24;80;480;800t", b"\x1b[<0;10;10M\x1b[<0;10;10m",
    b"\x1b[200~pasted\x1b[201~", b"\x1b[?2048;1$y\x1b[I", b"\x1bOP\xc3\xa9",
)  # fmt: skip
CONFIG = b'probes = ["exec"]\ninterval = "1s"\n[keys]\nquit = ["x"]\n[columns]\nexec = ["pid", "comm"]\n'


def theme() -> bytes:
    """A theme that is shipped."""
    return (Path(__file__).parents[2] / "themes/dark.toml").read_bytes()


def snapshot(tick: ProbeTick) -> Snapshot:
    """A second in which one probe had this."""
    return msgspec.structs.replace(TICKS[0], probes=(tick,))
