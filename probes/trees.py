"""Processes and all their descendants, as the kernel's side of a filter follows them: the map `tree`.

Each process that is followed has a bit, which its children inherit when they fork (tree_forked in common.bpf.h),
whoever becomes their parent later. Those that were there before are found in /proc, in which a fork may be missed:
so every fork is noted meanwhile, before the parent is looked up, and both are read again until nothing is missing.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from probes.kernel.bpf import Map
from probes.kernel.loader import Hook

HOOKS = (Hook("tree_ended", "sched_process_exit"), Hook("tree_forked", "sched_process_fork"))
BITS = 32
PROC = Path("/proc")
LEAST_ROOM, MOST_ROOM = 4096, 1 << 18
_U32 = struct.Struct("=I")


class Process(NamedTuple):
    """What /proc tells of a process."""

    pid: int
    parent: int
    ended: bool


class Trees:
    """The map `tree`, with the bit of each process that is followed."""

    def __init__(self, tree: Map, forks: Map) -> None:
        self._tree, self._forks = tree, forks
        self.bits: dict[int, int] = {}

    def add(self, roots: Collection[int]) -> None:
        """Follows these too; while this runs, forks must be noted. Raises OSError where they find no room."""
        fresh = [root for root in roots if root not in self.bits]
        free = [bit for bit in range(BITS) if bit not in self.bits.values()]
        for root, bit in zip(fresh, free, strict=False):
            self.bits[root] = bit
        for key, _parent in self._forks.items():  # noqa: PERF102  a map, not a dict
            self._forks.delete(key)
        self._fill({root: 1 << self.bits[root] for root in fresh})

    def keep(self, roots: Collection[int]) -> None:
        """Follows only these from now on."""
        gone = sum(1 << bit for root, bit in self.bits.items() if root not in roots)
        self.bits = {root: bit for root, bit in self.bits.items() if root in roots}
        left = True
        while gone and left:  # a child may have inherited what its parent has lost by now
            left = False
            for pid, trees in self._now().items():
                if trees & gone:
                    left = True
                    self._set(pid, trees & ~gone)

    def named(self, trees: int) -> str | None:
        """The processes whose bits these are."""
        return ",".join(str(root) for root, bit in self.bits.items() if trees >> bit & 1) or None

    def _fill(self, roots: Mapping[int, int]) -> None:
        ended: set[int] = set()
        known = {process.pid: process.parent for process in processes() if not process.ended}
        while True:
            now = self._now()
            wanted = inherited(known | self._noted(), now, roots)
            missing = {pid: trees for pid, trees in wanted.items() if trees & ~now.get(pid, 0) and pid not in ended}
            if not missing:
                return
            for pid, trees in missing.items():
                self._set(pid, trees | now.get(pid, 0))
                if not _lives(pid):  # its end, before it was put in, was seen by nobody
                    self._set(pid, 0)
                    ended.add(pid)

    def _now(self) -> dict[int, int]:
        return {_number(pid): _number(trees) for pid, trees in self._tree.items()}

    def _noted(self) -> dict[int, int]:
        return {_number(child): _number(parent) for child, parent in self._forks.items()}

    def _set(self, pid: int, trees: int) -> None:
        if trees:
            try:
                self._tree.update(_U32.pack(pid), _U32.pack(trees))
            except OSError as error:
                raise OSError(
                    error.errno, f"there is no room to follow more than {self._tree.entries} processes"
                ) from None
        else:
            self._tree.delete(_U32.pack(pid))


def inherited(parents: Mapping[int, int], now: Mapping[int, int], roots: Mapping[int, int]) -> dict[int, int]:
    """The trees of each process: those it has `now`, its own as one of the `roots`, and those of its parent."""
    children: dict[int, list[int]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    found = {pid: now.get(pid, 0) | roots.get(pid, 0) for pid in {*now, *roots}}
    waiting = list(found)
    while waiting:
        parent = waiting.pop()
        for child in children.get(parent, ()):
            trees = found.get(child, 0) | found[parent]
            if trees != found.get(child):
                found[child] = trees
                waiting.append(child)
    return found


def processes() -> Iterator[Process]:
    """Every process there is."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (process := _read(int(entry.name))) is not None:
            yield process


def room() -> int:
    """How many processes a map must hold."""
    return min(max(2 * sum(entry.name.isdigit() for entry in PROC.iterdir()), LEAST_ROOM), MOST_ROOM)


def _lives(pid: int) -> bool:
    process = _read(pid)
    return process is not None and not process.ended


def _read(pid: int) -> Process | None:
    with suppress(OSError, ValueError, IndexError):
        fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        # The first thread may have ended alone: then there are others (proc(5): state, ppid, .., num_threads).
        return Process(pid, int(fields[1]), fields[0] in (b"Z", b"X") and int(fields[17]) <= 1)
    return None


def _number(data: bytes) -> int:
    return int(_U32.unpack(data)[0])
