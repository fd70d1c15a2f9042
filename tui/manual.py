"""The manual page of ebtop as roff, for man(1). Source of the macros: man(7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from probes.filter import KEYS
from tui import __version__, keys
from tui.settings.settings import entries

if TYPE_CHECKING:
    from tui.commands.syntax import Flag, Spoken

EXIT_CODES = {
    "0": "All is well.",
    "1": "A probe could not be attached, or `ebtop doctor` found that something is missing.",
    "2": "It could not be done, or not to the end: the line on standard error says why.",
}
KEYS_HEAD = """\
A key means first what it means where the focus is: in rows or a list, in maps of disks, or on the time line.
What is said without a place holds anywhere."""
SETTINGS = """\
Entries of the file of settings, beside its tables [columns] and [keys].
They hold for the screen and for ebtop record; a flag goes before them, and ebtop dump heeds flags alone."""
FILES = {
    "~/.config/ebtop/config.toml": "The settings: `ebtop config` prints them all, `ebtop config --check` checks yours.",
    "~/.config/ebtop/themes/*.toml": "Themes of your own, in the format of those that come with ebtop.",
    "~/.local/state/ebtop/screen.json": "What was chosen on the screen: the theme, and which panes are seen.",
}


def page(syntax: Sequence[Spoken], probes: int) -> str:
    """The whole page, where there are so many probes."""
    screen, *commands = syntax
    lines = [
        f'.TH EBTOP 1 "" "ebtop {__version__}" "User Commands"',
        *_section("NAME", [r"ebtop \- a top for eBPF: execs, opens and block I/O latency, live from the kernel"]),
        *_section("SYNOPSIS", _usage(screen)),
        *_section("DESCRIPTION", [_text(screen.parser.description or "")]),
        *_section("OPTIONS", _flags(screen.flags)),
        ".SH COMMANDS",
    ]
    for command in commands:
        lines += [f".SS {_text(f'ebtop {command.name}')}", *_usage(command), ".PP"]
        lines += [*_literally(command.parser.description or ""), *_flags(command.flags)]
    lines += _section("FILTERS", ["Terms, all of which must hold; a leading ! negates one."])
    lines += [line for key in KEYS.values() for line in _item(key.takes, key.help)]
    lines += _section("KEYS", _keys(probes))
    lines += _section("SETTINGS", [_text(SETTINGS)])
    lines += [line for entry in entries().values() for line in _item(entry.name, entry.help)]
    for title, items in (("FILES", FILES), ("EXIT STATUS", EXIT_CODES)):
        lines += _section(title, [line for name, help_ in items.items() for line in _item(name, help_)])
    return "\n".join(lines) + "\n"


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> list[str]:
    return [f".SH {title}", *lines]


def _usage(spoken: Spoken) -> list[str]:
    usage = spoken.parser.format_usage().removeprefix("usage: ")
    return _literally("\n".join(line.strip() for line in usage.removesuffix("\n").split("\n")))


def _flags(flags: Sequence[Flag]) -> Iterator[str]:
    for flag in flags:
        yield from _item(f"{', '.join(flag.names)} {flag.metavar}".strip(), flag.help)


def _keys(probes: int) -> Iterator[str]:
    yield _text(KEYS_HEAD)
    for group, rows in keys.listed(probes):
        yield f".SS {group}"
        for names, text in rows:
            yield from _item(", ".join(names), text)


def _item(term: str, text: str) -> list[str]:
    return [".TP", rf"\fB{_text(term)}\fR", _text(text)]


def _literally(text: str) -> list[str]:
    return [".nf", _text(text), ".fi"]


def _text(text: str) -> str:
    r"""Text that roff does not take for requests or escapes; its hyphens are those of a keyboard."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))
