"""The columns that a user wants to see, in his order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from probes.columns import Column, Kind
from tui.widgets.table import NOTE

WIDTHS: Mapping[Kind, int] = {"time": 12, "word": 12, "text": 24, "argv": 24, "error": 8}
WIDTH = 7
"""Cells of a column that is hidden unless it is asked for, by its kind, and of all other kinds."""


class Chosen(NamedTuple):
    """order: where in a row the values of the columns are."""

    columns: tuple[Column, ...]
    order: tuple[int, ...]


@lru_cache(16)
def chosen(columns: tuple[Column, ...], wanted: tuple[str, ...]) -> Chosen:
    """Those with the ids `wanted`; without any, all as they are. What tells about another column stays with it."""
    if not wanted:
        return Chosen(columns, tuple(range(len(columns))))
    places = {column.id: at for at, column in enumerate(columns)}
    order = [places[name] for name in wanted if name in places]
    notes = [at for at, one in enumerate(columns) if one.id.endswith(NOTE) and not one.width and at not in order]
    return Chosen((*(_seen(columns[at]) for at in order), *(columns[at] for at in notes)), (*order, *notes))


def _seen(column: Column) -> Column:
    if column.width:
        return column
    return msgspec.structs.replace(column, width=WIDTHS.get(column.kind, WIDTH), grow=column.kind in ("text", "argv"))
