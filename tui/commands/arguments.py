"""Arguments from the command line: how they are declared, read and refused."""

from __future__ import annotations

import argparse
import os
import re
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

from tui.commands.errors import CommandError
from tui.nearest import nearest
from tui.settings import quantities

T = TypeVar("T")

TERM = re.compile(r"!?(?:\(!?)*[A-Za-z_]+(?:[:=~]|[<>]=?)")
JOINT = re.compile(r"or|and", re.IGNORECASE)
"""What joins terms."""
MARK = re.compile(r"[!(\")]")
"""What only terms begin with."""
URL = re.compile(r"[A-Za-z]+://")
BLANKS = re.compile(r"\s+")


class Parser(argparse.ArgumentParser):
    """As argparse's, but every refusal is one line with a remedy, and flags must be written out."""

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def read(self, words: Sequence[str]) -> Namespace:
        """The arguments; flags and other words may come in any order. Raises CommandError."""
        args, unknown = self.parse_known_intermixed_args(words)
        if unknown:
            if not unknown[0].startswith("-"):
                raise CommandError(f"'{unknown[0]}' is a word too many: see {self.prog} --help")
            flag = unknown[0].partition("=")[0]
            known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
            raise CommandError(f"unknown option '{flag}'{nearest(flag, known)}: see {self.prog} --help")
        return args

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message.removeprefix('argument ')}: see {self.prog} --help")


def checked(flag: str, read: Callable[[str], T]) -> Callable[[str], T]:
    """Reads what follows a flag; the function raises CommandError where `read` raises ValueError."""

    def read_word(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise CommandError(f"{flag} {error}") from None

    return read_word


def rows(text: str) -> int:
    """How many rows a second and probe. Raises ValueError."""
    most = quantities.MOST_ROWS
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
        raise ValueError(f"{text!r} is not a number of rows a second: use 0 to {most}")
    return int(text)


def probe_list(text: str) -> tuple[str, ...]:
    """The probes named in `exec,open`, each once, in the order of the registry. Raises CommandError."""
    from probes.registry import PROBES

    known = [probe.id for probe in PROBES]
    asked = [word.strip() for word in text.split(",")]
    for word in asked:
        if word not in known:
            raise CommandError(f"unknown probe '{word}'{nearest(word, known)}: use {', '.join(known)}")
    return tuple(name for name in known if name in asked)


def file_path(text: str) -> Path:
    """A file that was named. Raises CommandError."""
    if not text:
        raise CommandError("a file has no name: give one")
    return Path(text)


def is_term(word: str) -> bool:
    """Whether a word is meant as filter terms rather than as a file or a command."""
    begins = TERM.match(word) or MARK.match(word)
    return begins is not None or any(map(JOINT.fullmatch, word.split()))


def filter_text(words: Sequence[str]) -> str:
    """One filter of what the shell handed over as words: a value that the shell's quotes held together stays so, if
    nothing in it is a term of its own.

    Bytes that are not UTF-8 are written as `\\xNN`, as they are in what the kernel tells.
    """
    return os.fsencode(" ".join(_requoted(word) for word in words)).decode("utf-8", "backslashreplace")


def _requoted(word: str) -> str:
    """A word of the shell with quotes around the blanks of its value: all else in it means what it does elsewhere."""
    key = TERM.match(word)
    more = word.split()[1:]
    if key is None or not more or '"' in word or word.startswith(("(", "!(")) or any(map(_is_further, more)):
        return word
    return key[0] + BLANKS.sub(r'"\g<0>"', word[key.end() :])


def _is_further(part: str) -> bool:
    """Whether what stands behind a blank is not of the value before it."""
    return is_term(part) and URL.match(part) is None


def add_filter(parser: Parser) -> None:
    # With a default argparse does not call it required beside what is.
    parser.add_argument(
        "words", nargs="*", default=[], metavar="FILTER", help="terms, all of which must hold: comm:ngin !user:root"
    )


def add_probe(parser: Parser) -> None:
    parser.add_argument("--probe", type=probe_list, metavar="P,..", help="only these probes (see: ebtop probes)")


def add_live(parser: Parser) -> None:
    """The flags of whatever asks the kernel."""
    add_probe(parser)
    parser.add_argument(
        "--interval",
        type=checked("--interval", quantities.tick),
        metavar="TIME",
        help="length of a tick: 500ms, 1s, .. (default 1s)",
    )
    parser.add_argument(
        "--rows", type=checked("--rows", rows), metavar="N", help="most rows a second and probe (default 1000)"
    )
    parser.add_argument(
        "--slow",
        type=checked("--slow", slow),
        metavar="TIME",
        help="list block requests that take so long: 500us, 20ms, .. (default auto: the second hump, or p99.9)",
    )


def slow(text: str) -> float | Literal["auto"]:
    """As `quantities.slow`, but what was typed is told from what was not. Raises ValueError."""
    us = quantities.slow(text)
    return "auto" if us is None else us


def add_for(parser: Parser) -> None:
    parser.add_argument(
        "--for",
        dest="seconds",
        type=checked("--for", quantities.span),
        metavar="TIME",
        help="end after 500ms, 30s, 2m, 1h, counted from when every probe is attached (default: at ^C)",
    )


def add_screen(parser: Parser) -> None:
    """The flags of whatever draws a screen."""
    parser.add_argument("--theme", metavar="NAME", help="colours of the screen: dark, light, colour-blind, ..")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")


def add_history(parser: Parser) -> None:
    parser.add_argument(
        "--history",
        type=checked("--history", quantities.history),
        metavar="TIME",
        help="how far back the screen can go: 5m, 1h, .. (default 15m)",
    )
