"""Which processes there are now, and who is above whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil

from probes.facts import SLACK_S, Parent, readable

Told = TypeVar("Told")


def running() -> Mapping[int, str]:
    """The comm of each process, by its pid. One read a process: not for the event loop."""
    return _of_each("comm", lambda written: readable(written).removesuffix("\n"))


def parents() -> Mapping[int, int]:
    """The parent of each process; likewise."""
    # The name is in parentheses and may have any in it (proc(5): state, ppid, ..).
    return _of_each("stat", lambda written: int(written.rpartition(b")")[2].split()[1]))


def living(pids: Sequence[int], time: int) -> tuple[Parent, ...]:
    """The first of these that was there at a time, in nanoseconds since the epoch, and still is, and all above it."""
    for pid in pids:
        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if process.create_time() <= time / 1e9 + SLACK_S:
                return tuple(Parent(one.pid, _comm(one.pid)) for one in (process, *process.parents()))
    return ()


def _comm(pid: int) -> str:
    return readable(Path(f"/proc/{pid}/comm").read_bytes()).removesuffix("\n")


def _of_each(file: str, read: Callable[[bytes], Told]) -> Mapping[int, Told]:
    """What a file of /proc tells of each process."""
    found: dict[int, Told] = {}
    with suppress(OSError):  # no file descriptor is left to list them, say
        for pid in psutil.pids():
            with suppress(OSError, ValueError, IndexError):  # it has ended meanwhile, or is hidden
                found[pid] = read(Path(f"/proc/{pid}/{file}").read_bytes())
    return found
