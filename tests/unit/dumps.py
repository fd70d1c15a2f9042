"""A session to be dumped, tick by tick, and what a dump says."""

from __future__ import annotations

import json
from typing import Any

from probes.disk_sums import Hist
from probes.lanes import lanes
from probes.snapshot import Counts, Exit
from tests.unit.sessions import block_tick, exec_row, exec_tick, open_row, open_tick, snapshot

READ_1 = Hist("vda", "read", "device", lanes({64: 3, 80: 1}), 4, 5_000_000, 2_000_000, bytes=16384)
READ_2 = Hist("vda", "read", "device", lanes({64: 1}), 1, 900_000, 900_000, bytes=4096, errors=1)
QUEUED = Hist("vda", "read", "queue", lanes({0: 4}), 4, 200, 100)
EXITS = [Exit(0, 10, 3, None, 12.3456), Exit(1, 11, None, "SIGKILL", 7.0)]

COMPILING = snapshot(1, exec_tick([exec_row(10)], 1), open_tick(state="compiling"))
READY = snapshot(2, exec_tick([exec_row(11, "cat", "ENOENT")], 2, first=1))
BUSY = snapshot(
    3,
    exec_tick([], 2, exits=EXITS),
    open_tick([open_row(12, "/etc/passwd")], Counts(10, 1, 4, 3, 2, 5)),
    block_tick(READ_1, QUEUED),
)
LAST = snapshot(
    4, exec_tick([], 2), open_tick(counts=Counts(15, 1, 9, 3, 2, 5), state="off"), block_tick(READ_2, before=4)
)


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def of(out: str, kind: str) -> list[dict[str, Any]]:
    return [line for line in lines(out) if line["type"] == kind]
