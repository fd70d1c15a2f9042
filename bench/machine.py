"""The machine that is measured on: its cores, its programs, and what a process costs it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import UnavailableError

ROOT = Path(__file__).parents[1]
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"))
CORE = max(os.sched_getaffinity(0))
"""Where loads run."""
PATIENCE_S = 30.0
"""How long anything may take that is waited for."""

AUTOGROUPS = Path("/proc/sys/kernel/sched_autogroup_enabled")
_PROCESS_CLOCK = 2
"""CPUCLOCK_SCHED: what clock_getcpuclockid(3) makes of a process id together with its complement."""


def environment() -> dict[str, str]:
    """That of a user at a terminal who has no settings: what developers set, such as not to write bytecode, or the
    layout that they kept, is not what is measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SUDO_", "EBTOP_"))}
    nowhere = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME"), os.devnull)
    return kept | nowhere | {"TERM": "xterm-256color", "LANG": os.environ.get("LANG", "C.UTF-8")}


@contextmanager
def core_for_loads() -> Iterator[int]:
    """Leaves one core to the load, as far as what is started within it is concerned; gives its number."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before - {CORE} or before)
    try:
        yield CORE
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def no_session_starves() -> Iterator[None]:
    """Has the kernel share time among processes, not among sessions: a storm of execs can keep another session from
    running for seconds (seen on 6.18), whatever that is.
    """
    before = AUTOGROUPS.read_text() if AUTOGROUPS.exists() else ""
    if before:
        AUTOGROUPS.write_text("0")
    try:
        yield
    finally:
        if before:
            AUTOGROUPS.write_text(before)


def program(*names: str, compiled: bool = False) -> str:
    """The first program found of these names. With `compiled`, a script does not count. Raises UnavailableError."""
    for name in names:
        path = shutil.which(name, path=PLACES)
        if path and not (compiled and not _is_elf(path)):
            return path
    raise UnavailableError(f"{names[0]} is not installed")


def _is_elf(path: str) -> bool:
    with Path(path).open("rb") as file:
        return file.read(4) == b"\x7fELF"


def cpu_s(pid: int) -> float:
    """CPU time that a process with all its threads has used, in seconds, to the nanosecond."""
    return time.clock_gettime(~pid << 3 | _PROCESS_CLOCK)


def dirty_mb(pid: int) -> float:
    """Private_Dirty of a process: memory that is its alone, in MB (2**20)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    (line,) = (line for line in rollup.splitlines() if line.startswith("Private_Dirty:"))
    return int(line.split()[1]) / 1024
