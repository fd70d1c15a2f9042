"""The processes above those that rows tell of: what the kernel's side writes as `above` (common.bpf.h)."""

from __future__ import annotations

import struct
from itertools import pairwise, takewhile

ABOVE = struct.Struct("=8I")
"""The processes above a process, the nearest first; 0 behind the first one of the box."""


class Kin:
    """Takes what each row tells; most of it again and again."""

    def __init__(self) -> None:
        self._told: dict[tuple[int, bytes], None] = {}

    def add(self, pid: int, above: bytes) -> None:
        """Those above a process, as packed by the kernel's side."""
        self._told[pid, above] = None

    def parents(self) -> dict[int, int]:
        """The parent of each process of which it was told."""
        found: dict[int, int] = {}
        for pid, above in self._told:
            line = takewhile(bool, (pid, *ABOVE.unpack(above)))
            found.update(pairwise(line))
        return found
