"""What a session has on the machine, to be asked for again when it has ended."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

import psutil

from tests.live.kernel import bpf_ids, held, shown
from tests.live.session import PATIENCE, collector_of, until

KINDS = ("prog", "map", "link")
GONE_S = 5.0
"""How long the kernel may take over what was closed."""
MOUNTS = [Path(f"/proc/{who}/mountinfo") for who in ("self", "1")]
"""Of the tests, and of everybody: in a container these are not the same."""


OTHERS = re.compile(r" /\S*(?:/pytest-of-\w+/pytest-\d+|/ebtop-lab)/")
"""Where other tests and the lab mount what they need."""


def mounts(own: Path) -> set[str]:
    """Everything that is mounted, with all that the kernel says of it, but for what other tests mount in folders of
    theirs: `own` is that of these.
    """
    lines = {line for file in MOUNTS for line in file.read_text().splitlines()}
    return {line for line in lines if not OTHERS.search(line) or f" {own}/" in line}


def pinned() -> list[str]:
    """What is pinned in the BPF file system, if there is one."""
    with suppress(FileNotFoundError):
        return sorted(file.name for file in Path("/sys/fs/bpf").iterdir())
    return []


class Before:
    """The machine as it was when this was made: what is in the kernel, mounted and pinned, and what this process has
    started, and what that has. Orphans are among these where this process takes them in: see the fixtures.
    """

    def __init__(self, own: Path) -> None:
        self._own = own
        self._ids = {kind: bpf_ids(kind) for kind in KINDS}
        self._mounts, self._pinned, self._started = mounts(own), pinned(), started()

    def differences(self) -> list[str]:
        """What is there now and was not, or is there no more, each in words; empty where all is as before."""
        new = {kind: bpf_ids(kind) - self._ids[kind] for kind in KINDS}
        others = held_by_others() if any(new.values()) else new
        return [
            *(f"{kind} {id_}" for kind, ids in new.items() for id_ in sorted(ids - others[kind])),
            *sorted(mounts(self._own) ^ self._mounts),
            *(f"pinned: {name}" for name in set(pinned()) ^ set(self._pinned)),
            *(str(process) for process in started() - self._started),
        ]

    def is_again(self) -> None:
        """Waits until there is no difference."""
        found: list[str] = []

        def same() -> bool:
            found[:] = self.differences()
            return not found

        with suppress(AssertionError):
            until(same, "the machine to be as before", GONE_S / PATIENCE)
        assert not found, found


def started() -> set[psutil.Process]:
    """What this process has started, directly or not, and runs now."""
    return set(filter(runs, psutil.Process().children(recursive=True)))


def held_by_others() -> dict[str, set[int]]:
    """Ids, by kind, of what processes have which this one has not started: other sessions, other tracers. A map may be
    theirs by one of their programs alone, and a program by a link.
    """
    ours = {os.getpid(), *(process.pid for process in psutil.Process().children(recursive=True))}
    found: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for pid in set(psutil.pids()) - ours:
        for kind in KINDS:
            with suppress(OSError):  # it ended meanwhile
                found[kind] |= held(pid, f"{kind}_id")
    found["prog"] |= {link["prog_id"] for link in shown("link") if link["id"] in found["link"]}
    found["map"] |= {id_ for prog in shown("prog") if prog["id"] in found["prog"] for id_ in prog.get("map_ids", ())}
    return found


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
