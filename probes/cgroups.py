"""The path of a cgroup from its number, as BPF programs tell it: the number of the inode of its directory.

Where it may be, the directory is opened by that number alone (open_by_handle_at(2), which needs
CAP_DAC_READ_SEARCH): one call however many cgroups there are, and none that counts as the open of a file by name.
"""

from __future__ import annotations

import ctypes
import os
import re
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from probes.facts import readable

MOUNTS = Path("/proc/self/mountinfo")
FILEID_KERNFS = 0xFE
MOST = 4096
"""Cgroups that are remembered."""
AGAIN_S = 10.0
"""A cgroup that was not found is looked for again after this long."""

_LIBC = ctypes.CDLL(None, use_errno=True)


class Known(NamedTuple):
    """What was found, and until when that holds."""

    path: str
    until: float


class Cgroups:
    """Paths of cgroups of version 2, below the root of the hierarchy: `/system.slice/nginx.service`.

    A cgroup keeps its path and its number is not used again, so that what was found once holds, even after its end.
    """

    def __init__(self, root: Path | None = None) -> None:
        """`root` is where the hierarchy is mounted; None: found by itself."""
        self._root = root or mount_point(os.fsdecode(MOUNTS.read_bytes()))
        self._fd = -1
        if self._root is not None:
            try:
                self._fd = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except OSError:  # mounted over, or not for this process
                self._root = None
        top = 0 if self._root is None else self._root.stat().st_ino
        self._by_handle = self._root is not None and self._opened(top) == "/"
        self._known: dict[int, Known] = {top: Known("/", float("inf"))} if self._root is not None else {}
        self._walk_again = 0.0

    def path(self, number: int) -> str:
        """The path of the cgroup with this number; empty where it is not known, or not any more."""
        known = self._known.get(number)
        if known is None or known.until < time.monotonic():
            known = self._look_up(number)
        return known.path

    def all(self) -> dict[int, str]:
        """The path of every cgroup that there is now, by its number."""
        return {} if self._root is None else {number: self._below(path) for number, path in directories(self._root)}

    def close(self) -> None:
        """Closes its directory."""
        if self._fd >= 0:
            os.close(self._fd)

    def _look_up(self, number: int) -> Known:
        now = time.monotonic()
        path = self._opened(number) if self._by_handle else self._walked(number, now)
        return self._remember(number, Known(path, float("inf") if path else now + AGAIN_S))

    def _remember(self, number: int, known: Known) -> Known:
        self._known.pop(number, None)
        self._known[number] = known
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return known

    def _opened(self, number: int) -> str:
        """The path by way of the kernel's file handle, empty where there is no such cgroup or it may not be."""
        handle = struct.pack("=IiQ", 8, FILEID_KERNFS, number)
        fd = _LIBC.open_by_handle_at(self._fd, handle, os.O_PATH | os.O_CLOEXEC)
        if fd < 0:
            return ""
        try:
            return self._below(str(Path(f"/proc/self/fd/{fd}").readlink()))
        finally:
            os.close(fd)

    def _walked(self, number: int, now: float) -> str:
        """The path by looking at every directory, which is not done more often than every AGAIN_S."""
        if self._root is None or now < self._walk_again:
            return ""
        self._walk_again = now + AGAIN_S
        found = ""
        for inode, path in directories(self._root):
            below = self._below(path)
            self._remember(inode, Known(below, float("inf")))
            if inode == number:
                found = below
        return found

    def _below(self, path: str) -> str:
        below = path.removeprefix(str(self._root)).removesuffix(" (deleted)") or "/"
        return readable(below)


def directories(root: Path) -> Iterator[tuple[int, str]]:
    """Number and path of a directory and of all below it."""
    yield root.stat().st_ino, str(root)
    waiting = [str(root)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:  # it may have gone meanwhile
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    yield entry.inode(), entry.path


def mount_point(mounts: str) -> Path | None:
    """Where cgroup v2 is mounted, on hybrid systems too, by the text of a mountinfo file (proc(5)); None: nowhere."""
    for line in mounts.split("\n"):
        about, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            return Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), about.split(" ")[4]))
    return None
