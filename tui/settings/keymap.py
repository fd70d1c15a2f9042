"""The user's own keys for the commands of the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

from tui.keys import COMMANDS, MOST_PROBES, Command, key_name
from tui.nearest import nearest
from tui.settings import readers

Bound = tuple[str, str]
"""Where a key is pressed, and Textual's name of the key."""

DIGITS = frozenset(str(n) for n in range(1, MOST_PROBES + 1))
BY_ID = {command.id: command for command in COMMANDS}


def read(table: Mapping[str, object], wrong: Callable[[str, str], None]) -> dict[str, tuple[str, ...]]:
    """The keys, by command, of every command that has others than the registry gives it.

    A key that is given to a command is taken from the one that has it by default, unless it is its last one.
    `wrong` is told which entry is wrong, and why; the rest holds.
    """
    given: dict[str, tuple[str, ...]] = {}
    for id_, value in table.items():
        try:
            keys = _keys(id_, value)
            if double := next((key for key in keys if (BY_ID[id_].where, key) in _owners(given)), None):
                owner = _owners(given)[BY_ID[id_].where, double]
                raise ValueError(f"{key_name(double)!r} is a key of {owner!r} already: choose another")
        except ValueError as error:
            wrong(id_, str(error))
        else:
            given[id_] = keys
    while robbed := next((command for command in COMMANDS if not _keys_of(command, given)), None):
        owner = _owners(given)[robbed.where, robbed.keys[0]]
        wrong(owner, f"{key_name(robbed.keys[0])!r} is all that {robbed.id!r} has: give that another key as well")
        del given[owner]
    return {command.id: keys for command in COMMANDS if (keys := _keys_of(command, given)) != command.keys}


def _owners(given: Mapping[str, tuple[str, ...]]) -> dict[Bound, str]:
    return {(BY_ID[id_].where, key): id_ for id_, keys in given.items() for key in keys}


def _keys_of(command: Command, given: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The keys that a command was given, or those of the registry that no other command was given."""
    if command.id in given:
        return given[command.id]
    owners = _owners(given)
    return tuple(key for key in command.keys if (command.where, key) not in owners)


def _keys(id_: str, value: object) -> tuple[str, ...]:
    if id_ not in BY_ID:
        raise ValueError(f"unknown command {readers.shown(id_)}{nearest(id_, BY_ID)}: `ebtop config` lists them")
    keys = tuple(dict.fromkeys(key(name) for name in ([value] if isinstance(value, str) else readers.texts(value))))
    if not keys:
        raise ValueError("no key: name one, or remove the line")
    return keys


def key(name: str) -> str:
    """Textual's name of a key, from that or from what is on it: `?`, `Space`, `^C`, `F4`. Raises ValueError."""
    found = name if name in _named() else _shown().get(name) or _character(name)
    if found is None:
        raise ValueError(f"unknown key {readers.shown(name)}{nearest(name, _named())}: write x, ?, f5, ctrl+x or space")
    if found in DIGITS:
        raise ValueError(f"the key {found!r} is for a probe: choose another")
    return found


@cache
def _named() -> frozenset[str]:
    from textual.keys import Keys  # noqa: PLC0415  only those pay for it who have keys of their own

    names = {key.value for key in Keys if not key.value.startswith("<")}
    return frozenset(names | {key for command in COMMANDS for key in command.keys if len(key) > 1})


@cache
def _shown() -> Mapping[str, str]:
    return {key_name(key): key for key in _named()}


def _character(name: str) -> str | None:
    """As Textual names what a key types: letters and digits as they are, all else by its name in Unicode."""
    from textual.keys import KEY_NAME_REPLACEMENTS  # noqa: PLC0415

    if len(name) != 1 or not name.isprintable():
        return None
    if name.isalnum():
        return name
    called = unicodedata.name(name, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(called, called) or None
