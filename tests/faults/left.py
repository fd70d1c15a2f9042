"""What a session has on the machine, to be asked for again when it has ended."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

from tests.live.kernel import bpf_ids, held
from tests.live.session import PATIENCE, collector_of, until

KINDS = ("prog", "map", "link")
GONE_S = 5.0
"""How long the kernel may take over what was closed."""
TRACING = (" - tracefs ", " - debugfs ", " - bpf ")


def mounts() -> list[str]:
    """The file systems of tracing that everybody sees."""
    return [
        line for line in Path("/proc/1/mountinfo").read_text().splitlines() if any(kind in line for kind in TRACING)
    ]


def pinned() -> list[str]:
    """What is pinned in the BPF file system, if there is one."""
    with suppress(FileNotFoundError):
        return sorted(file.name for file in Path("/sys/fs/bpf").iterdir())
    return []


class Whole:
    """A session as it is now, by the process that draws or writes: its processes, its programs, maps and links."""

    def __init__(self, pid: int) -> None:
        self.ui = psutil.Process(pid)
        self.processes = [self.ui, *self.ui.children(recursive=True)]
        self.collector = _collector(self.processes)
        self.ids = {kind: held(self.collector.pid, f"{kind}_id") for kind in KINDS}
        assert min(len(self.ids[kind]) for kind in ("prog", "map")) > 3, self.ids

    def is_gone(self) -> bool:
        """Whether nothing of it is left."""
        return not any(map(runs, self.processes)) and not any(self.ids[kind] & bpf_ids(kind) for kind in KINDS)

    def goes(self, within_s: float = GONE_S) -> None:
        """Waits until nothing of it is left."""
        until(self.is_gone, f"the session to leave nothing: {self.processes}", within_s / PATIENCE)


def _collector(processes: list[psutil.Process]) -> psutil.Process:
    """The collector itself, where sudo stands before it as well."""
    sudo = [one for one in processes if one.name() == "sudo"]
    return collector_of(sudo[-1].pid if sudo else processes[0].pid)


def runs(process: psutil.Process) -> bool:
    """Whether it is there, and more than an entry for whoever started it."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def dirty_mb(process: psutil.Process) -> float:
    """Memory that is its alone, in MB."""
    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Private_Dirty:"))


def turns(pid: int) -> int:
    """How often a process has gone to sleep of its own accord: one that works in rounds does so in each."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches:"))
