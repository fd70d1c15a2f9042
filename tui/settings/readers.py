"""Reading single values of the file of settings. Each raises ValueError, whose text tells what is wrong and the remedy.

The names of what there is come from `Known`, which looks them up when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from tui.nearest import nearest
from tui.settings import quantities

T = TypeVar("T")
MOST_SHOWN = 40


class Columns(NamedTuple):
    """The columns of a probe by their ids: `every` one, and those that are `shown` by default, in their order."""

    every: tuple[str, ...]
    shown: tuple[str, ...]


class Known(NamedTuple):
    """What a setting can name.

    probes   ids, in the order of the registry
    columns  by probe; called where the file speaks of columns
    themes   names, the user's own among them; called where the file names one
    """

    probes: tuple[str, ...]
    columns: Callable[[], Mapping[str, Columns]]
    themes: Callable[[], Sequence[str]]


def probes(value: object, known: Known) -> tuple[str, ...] | None:
    """Ids of probes in the order of the registry; None for all of them."""
    asked = [_one_of(name, known.probes, "probe") for name in texts(value)]
    if not asked:
        raise ValueError("no probe: name one, or remove the line")
    return None if set(asked) == set(known.probes) else tuple(name for name in known.probes if name in asked)


def theme(value: object, known: Known) -> str:
    """The name of a theme."""
    return _one_of(text(value), known.themes(), "theme")


def budget(value: object, _known: Known) -> int:
    """Rows a second and probe."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{shown(value)} is not a whole number: write 1000")
    return quantities.rows(value)


def flag(value: object, _known: Known) -> bool:
    """Whether something is so."""
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} is neither true nor false: write one of them, without quotes")
    return value


def quantity(read: Callable[[str], T]) -> Callable[[object, Known], T]:
    """A reader of what `read` makes of text."""
    return lambda value, _known: read(text(value))


def columns(probe: str, value: object, known: Mapping[str, Columns]) -> tuple[str, ...] | None:
    """Ids of columns of a probe in the order in which they are to be shown; None for those shown by default."""
    asked = tuple(_one_of(name, known[probe].every, "column") for name in texts(value))
    if twice := next((name for name in asked if asked.count(name) > 1), None):
        raise ValueError(f"{twice!r} is there twice: leave one out")
    if not asked:
        raise ValueError("no column: name one, or remove the line")
    return None if asked == known[probe].shown else asked


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not text: write it in quotes")
    return value


def texts(value: object) -> list[str]:
    """Texts."""
    if not isinstance(value, list):
        raise ValueError(f'{shown(value)} is not a list: write it as ["one", "two"]')
    return [text(one) for one in value]


def shown(value: object) -> str:
    """A value in an error line, however long it is."""
    whole = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    return whole if len(whole) <= MOST_SHOWN else f"{whole[: MOST_SHOWN - 3]}..."


def _one_of(name: str, names: Sequence[str], what: str) -> str:
    if name not in names:
        raise ValueError(f"unknown {what} {shown(name)}{nearest(name, names)}: use {', '.join(names)}")
    return name
