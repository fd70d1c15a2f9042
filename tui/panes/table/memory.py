"""What was made of the rows of a log, so that it is made once and not at each moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any, Generic, TypeVar

from probes.columns import Row
from tui.log import Log, Told, unpacked

Made = TypeVar("Made")
SLICE_S = 0.005
"""How long something is made of rows before that is shown as it is, in seconds."""
LEAST = 256
"""Of so many rows it is made in any case."""


@dataclass
class _Work(Generic[Made]):
    """told: what was made, by the number of the row; left: the rows that are left, packed, the newest last."""

    make: Callable[[Row], Made]
    told: dict[int, Told[Made]] = field(default_factory=dict)
    left: list[tuple[int, bytes]] = field(default_factory=list)

    def go_on(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self.left:
            for number, packed in reversed(self.left[-LEAST:]):
                self.told[number] = (packed, self.make(unpacked(packed)))
            del self.left[-LEAST:]
            if time.monotonic() >= end:
                break

    def of(self, log: Log) -> dict[int, Made]:
        return {number: self.told[number][1] for number in log.numbers if number in self.told}


class Memory:
    """What nobody asked for at the moment before is forgotten."""

    def __init__(self, slice_s: float = SLICE_S) -> None:
        self._slice_s = slice_s
        self._works: dict[str, _Work[Any]] = {}
        self._asked: set[str] = set()

    def pass_on(self) -> None:
        """A new moment begins."""
        self._works = {what: work for what, work in self._works.items() if what in self._asked}
        self._asked.clear()

    def made(self, what: str, log: Log, make: Callable[[Row], Made]) -> dict[int, Made]:
        """What `make` makes of each row that passes the filter, by number; `what` is its name here."""
        return self._made(what, log, make, inf)

    def begun(self, what: str, log: Log, make: Callable[[Row], Made]) -> dict[int, Made]:
        """The same of the newest rows, as many as a slice of time is enough for; `go_on` sees to the others."""
        return self._made(what, log, make, self._slice_s)

    @property
    def behind(self) -> bool:
        """Whether something was not made of all rows. Where that ends, it is to be asked for again."""
        return any(self._works[what].left for what in self._asked)

    def go_on(self) -> None:
        """A slice of time for what is behind."""
        for what in self._asked:
            self._works[what].go_on(self._slice_s)

    def finish(self) -> None:
        """As long as it takes."""
        for what in self._asked:
            self._works[what].go_on(inf)

    def _made(self, what: str, log: Log, make: Callable[[Row], Made], seconds: float) -> dict[int, Made]:
        known: _Work[Made] = self._works.get(what) or _Work(make)
        work = self._works[what] = _Work(make, *log.compared(known.told))
        self._asked.add(what)
        work.go_on(seconds)
        return work.of(log)
