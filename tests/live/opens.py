"""Runs workloads/opens.c and reads what it did: the truth that rows are compared with."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple


class Opened(NamedTuple):
    """One call: which, its file descriptor or its errno's name, and the thread."""

    call: str
    fd: int | None
    error: str | None
    tid: int


class Opens(NamedTuple):
    """A run: the process and its calls."""

    pid: int
    calls: list[Opened]


def opens(program: str, *words: str | Path, **how: Any) -> Opens:
    """Lets the workload do `words` to its end."""
    process = subprocess.Popen(
        [program, *(os.fspath(word) for word in words)], stdout=subprocess.PIPE, text=True, **how
    )
    return finish(process)


def finish(process: subprocess.Popen[str], told: str = "") -> Opens:
    """What a workload did that was started before."""
    out, _ = process.communicate(told or None, timeout=60)
    assert process.returncode == 0
    return Opens(process.pid, [_opened(line) for line in out.splitlines()])


def _opened(line: str) -> Opened:
    call, result, tid = line.split(" ")
    number = int(result)
    return Opened(call, number if number >= 0 else None, errno.errorcode[-number] if number < 0 else None, int(tid))
