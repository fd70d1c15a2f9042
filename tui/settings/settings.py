"""What can be set. This is the one declaration: the file is read, checked, and its defaults are printed by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, get_type_hints

import msgspec

from tui.settings import quantities, readers
from tui.settings.readers import Known
from tui.theme import DEFAULT


class Entry(NamedTuple):
    """An entry of the file: its name there, how it is read, what it is for, and how its value is written.

    `read` raises ValueError; `write` makes a value that JSON has too.
    """

    name: str
    read: Callable[[object, Known], Any]
    help: str
    write: Callable[[Any], object] = lambda value: value


class Settings(msgspec.Struct, frozen=True):
    """What holds for a session.

    probes         ids of the probes that are on at the start; None: all
    interval_s     length of a tick in seconds
    budget         most rows a second and probe
    slow_us        from which latency on block requests are rows; None: found by the collector
    history_s      seconds that one can go back
    history_bytes  most memory for that
    columns        ids of the columns to show, in their order, by probe; what is not there has its default
    keymap         Textual's names of keys by the id of a command; what is not there has the keys of the registry
    """

    probes: Annotated[tuple[str, ...] | None, Entry("probes", readers.probes, "Which probes are on at the start.")] = (
        None
    )
    interval_s: Annotated[
        float,
        Entry("interval", readers.quantity(quantities.tick), "Length of a tick, 100ms to 60s.", quantities.written),
    ] = 1.0
    budget: Annotated[
        int, Entry("budget", readers.budget, "Most rows a second and probe; what is beyond them is counted, not shown.")
    ] = 1000
    slow_us: Annotated[
        float | None,
        Entry(
            "slow",
            readers.quantity(quantities.slow),
            'Block requests that take so long are listed, "20ms"; auto: from the second hump on, or above the p99.9.',
            lambda us: "auto" if us is None else quantities.written(us / 1e6),
        ),
    ] = None
    theme: Annotated[
        str, Entry("theme", readers.theme, "Colours: dark, light, colour-blind, or one of your own in themes/ here.")
    ] = DEFAULT
    mouse: Annotated[bool, Entry("mouse", readers.flag, "Whether the screen takes the mouse from the terminal.")] = True
    history_s: Annotated[
        float,
        Entry(
            "history", readers.quantity(quantities.history), "How far back one can go, 10s to 24h.", quantities.written
        ),
    ] = 900.0
    history_bytes: Annotated[
        int,
        Entry(
            "history-memory",
            readers.quantity(quantities.memory),
            "Most memory for that history, 8MiB to 4GiB.",
            lambda size: f"{size >> 20}MiB",
        ),
    ] = 64 << 20
    columns: Mapping[str, tuple[str, ...]] = {}
    keymap: Mapping[str, tuple[str, ...]] = {}


COLUMNS, KEYS = "columns", "keys"
"""The tables of the file: columns by probe, keys by command."""


@cache
def entries() -> Mapping[str, Entry]:
    """The entries of the file outside of its tables, by field, in the order in which they are declared."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        field: entry
        for field, hint in hints.items()
        for entry in getattr(hint, "__metadata__", ())
        if isinstance(entry, Entry)
    }
