"""Rows in the order of a column. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from probes.columns import Column, Kind, Value
from tui.panes.table.fields import as_text

NUMBERS: frozenset[Kind] = frozenset(("time", "pid", "number", "bytes", "us", "ms"))
LARGEST_FIRST: frozenset[Kind] = frozenset(("time", "number", "bytes", "us", "ms"))
"""Kinds of columns of which one wants to see the most first."""

Comparable = float | str | None


class Sort(NamedTuple):
    """By which column, by its id, and whether the largest comes first."""

    column: str
    falling: bool

    @classmethod
    def by(cls, column: Column) -> Sort:
        """As one wants to see that column."""
        return cls(column.id, column.kind in LARGEST_FIRST)


def comparable(value: Value, kind: Kind) -> Comparable:
    """The value as it is compared with others of its column; None for what has no place among them."""
    if kind in NUMBERS:
        known = isinstance(value, int | float) and not math.isnan(value)
        return value if known and isinstance(value, int | float) else None
    return as_text(value) or None


def ordered(values: Sequence[Comparable], *, falling: bool) -> list[int]:
    """Indexes of the values in their order. What has none comes last; equals stay as they were."""
    known = [at for at, value in enumerate(values) if value is not None]
    # Values of one kind can be compared, and None is not among these.
    known.sort(key=cast(Callable[[int], float], values.__getitem__), reverse=falling)
    return known + [at for at, value in enumerate(values) if value is None]


class Arranged:
    """The rows of a sheet in their own order, or in that of a sort: places on the screen for indexes of the sheet."""

    def __init__(self, count: int, order: Sequence[int] | None = None) -> None:
        self._count = count
        self._order = order
        self._places = {index: place for place, index in enumerate(order)} if order is not None else None

    def __len__(self) -> int:
        return self._count

    def index(self, place: int) -> int:
        """Which row is there."""
        return place if self._order is None else self._order[place]

    def place(self, index: int) -> int:
        """Where that row is."""
        return index if self._places is None else self._places[index]
