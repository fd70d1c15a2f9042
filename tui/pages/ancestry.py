"""Who is above a process, by name, as far as rows and /proc tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from probes.columns import Column, Value
from probes.facts import Parent
from tui.log import Log, Told


class Named(NamedTuple):
    """What a row calls processes, and when."""

    time: int
    names: tuple[tuple[int, str], ...]


class Ancestry:
    """Finds those above a process in one view after the other; a row is looked at once while they are the same."""

    def __init__(self) -> None:
        self._pids: tuple[int, ...] = ()
        self._named: dict[int, Told[Named | None]] = {}

    def above(self, log: Log, columns: Sequence[Column], pid: int, time: int) -> tuple[Parent, ...]:
        """Those above one at a time, the nearest first, by the names that they had last until then, or had next;
        empty where no row has any.
        """
        pids = tuple(log.above(pid, time))
        if pids != self._pids:
            self._pids, self._named = pids, {}
        ids = [column.id for column in columns]
        self._named = log.derive(lambda row: _named(dict(zip(ids, row, strict=False)), pids), self._named)
        names: dict[int, str] = {}
        for _, named in self._named.values():
            for one, name in named.names if named else ():
                if one not in names or (named and named.time <= time):
                    names[one] = name
        return tuple(Parent(one, names.get(one, "")) for one in pids)


def joined(above: Sequence[Parent], living: Sequence[Parent]) -> tuple[Parent, ...]:
    """Those above a process as rows tell, and from the first on that still lives as /proc does."""
    at = next((at for at, one in enumerate(above) if living and one.pid == living[0].pid), len(above))
    return (*above[:at], *(living if at < len(above) else ()))


def _named(fields: Mapping[str, Value], pids: Sequence[int]) -> Named | None:
    """What a row calls any of those; None where it tells of others."""
    told = [(fields.get(pid), fields.get(comm)) for pid, comm in (("pid", "comm"), ("ppid", "parent_comm"))]
    names = tuple((pid, comm) for pid, comm in told if isinstance(pid, int) and pid in pids and isinstance(comm, str))
    time = fields.get("time")
    return Named(time, names) if names and isinstance(time, int) else None
