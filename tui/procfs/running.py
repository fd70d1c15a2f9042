"""Which processes there are now, and who is above whom."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from probes.facts import readable


def running() -> Mapping[int, str]:
    """The comm of each process, by its pid. One read a process: not for the event loop."""
    found: dict[int, str] = {}
    for pid in psutil.pids():
        with suppress(OSError):  # it has ended meanwhile, or is hidden
            found[pid] = readable(Path(f"/proc/{pid}/comm").read_bytes()).removesuffix("\n")
    return found


def parents() -> Mapping[int, int]:
    """The parent of each process; likewise."""
    found: dict[int, int] = {}
    for pid in psutil.pids():
        with suppress(OSError, ValueError, IndexError):
            # The name is in parentheses and may have any in it (proc(5): state, ppid, ..).
            found[pid] = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    return found
