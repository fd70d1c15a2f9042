"""The machine in numbers, for the header: load, CPU, memory, uptime.

The files are opened once and read again: a tool that shows every open should not make four a second.
"""

from __future__ import annotations

import os

from probes.snapshot import Box

FILES = ("/proc/uptime", "/proc/loadavg", "/proc/stat", "/proc/meminfo")


class BoxReader:
    """Reads the machine's state. CPU is the busy share since the last reading (the first: since boot)."""

    def __init__(self) -> None:
        self._uptime, self._load, self._stat, self._memory = (os.open(file, os.O_RDONLY) for file in FILES)
        self._busy = self._all = 0
        self._cores = os.cpu_count() or 1

    def read(self) -> Box:
        """The state now."""
        load = [float(n) for n in _read(self._load).split()[:3]]
        jiffies = [int(n) for n in _read(self._stat).split(b"\n", 1)[0].split()[1:9]]
        everything, idle = sum(jiffies), jiffies[3] + jiffies[4]
        busy = everything - idle
        passed = everything - self._all
        cpu = (busy - self._busy) / passed if passed > 0 else 0.0
        self._busy, self._all = busy, everything
        memory = dict(line.split(b":") for line in _read(self._memory).split(b"\n")[:8])
        total, free = (int(memory[key].split()[0]) * 1024 for key in (b"MemTotal", b"MemAvailable"))
        uptime = float(_read(self._uptime).split()[0])
        return Box(uptime, (load[0], load[1], load[2]), min(max(cpu, 0.0), 1.0), self._cores, total - free, total)


def _read(fd: int) -> bytes:
    return os.pread(fd, 8192, 0)
