"""Workloads under a filter, and what passed it."""

from __future__ import annotations

from collections.abc import Callable

from tests.live.session import Dump

N = 40
LIBRARIES = 2
"""What a C program opens by itself: ld.so.cache and libc."""
ROOMY = ("--rows", "100000", "--interval", "100ms")


class Counted:
    """What a session with a filter had of a workload."""

    def __init__(self, dump: Dump, probe: str) -> None:
        self.total, self.rows = dump.total(probe), dump.rows(probe)
        assert self.total["lost"] == 0
        assert self.total["shown"] == len(self.rows)

    @property
    def passed(self) -> int:
        return int(self.total["shown"] + self.total["over_budget"])


def counted(
    filter_: str, workload: Callable[[], object], probe: str = "open", rows: tuple[str, ...] = ROOMY
) -> Counted:
    with Dump(*filter_.split(), *rows, probe=probe) as dump:
        workload()
    return Counted(dump, probe)
