"""The command line as data, read off the parsers: completion and the manual page are made of it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Literal, NamedTuple

from tui.commands import COMMANDS, SCREEN
from tui.commands.arguments import Parser

Kind = Literal["one", "list", "file", "filter", "free"]


class Values(NamedTuple):
    """What may follow: one of `words`, a list of them with commas, a file, a term of a filter (`words` are how terms
    begin), or anything."""

    kind: Kind
    words: tuple[str, ...] = ()


class Flag(NamedTuple):
    """A flag: its spellings, how its value is called (empty: it takes none), what its value may be, what it is for."""

    names: tuple[str, ...]
    metavar: str
    values: Values
    help: str


class Spoken(NamedTuple):
    """What can be said after `ebtop NAME`; after `ebtop` alone where the name is empty."""

    name: str
    summary: str
    flags: tuple[Flag, ...]
    words: tuple[Values, ...]
    parser: Parser


def syntax() -> tuple[Spoken, ...]:
    """The screen, then every command."""
    return tuple(
        _spoken("" if command is SCREEN else command.name, command.summary, command.load().parser())
        for command in (SCREEN, *COMMANDS)
    )


def _spoken(name: str, summary: str, parser: Parser) -> Spoken:
    known = _known()
    actions = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    flags = tuple(
        Flag(tuple(action.option_strings), _metavar(action), _values(action, known), action.help or "")
        for action in actions
        if action.option_strings
    )
    words = [_values(action, known) for action in actions if not action.option_strings]
    if "[FILE]" in (parser.usage or ""):
        words.append(Values("file"))
    return Spoken(name, summary, flags, tuple(words), parser)


def _metavar(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    return f"{{{','.join(map(str, action.choices))}}}" if action.choices else str(action.metavar or action.dest.upper())


def _values(action: argparse.Action, known: Mapping[str, Values]) -> Values:
    if action.choices:
        return Values("one", tuple(map(str, action.choices)))
    return known.get(str(action.metavar), Values("free"))


def _known() -> Mapping[str, Values]:
    """What is meant by the names that parsers have for values."""
    from probes.filter import KEYS
    from probes.registry import PROBES
    from tui import theme

    return {
        "P,..": Values("list", tuple(probe.id for probe in PROBES)),
        "NAME": Values("one", theme.names()),
        "FILE": Values("file"),
        "FILTER": Values("filter", tuple(key.takes[: len(name) + 1] for name, key in KEYS.items())),
    }
