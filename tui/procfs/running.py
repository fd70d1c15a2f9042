"""Which processes there are now."""

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
