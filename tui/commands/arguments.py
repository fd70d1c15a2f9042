"""Arguments from the command line: how they are declared, read and refused."""

from __future__ import annotations

import argparse
import re
from argparse import Namespace
from collections.abc import Sequence
from typing import NoReturn

from tui.commands.errors import CommandError, nearest

UNITS = {"us": 0.000_001, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)?", re.ASCII)
TERM = re.compile(r"!?[A-Za-z_]+[:=]")
BRIEFEST_TICK_S = 0.1
LONGEST_TICK_S = 60.0
LONGEST_S = 366 * 86400.0
MOST_ROWS = 100_000
LONGEST_SLOW_US = 60e6


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
            flag = unknown[0].partition("=")[0]
            known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
            raise CommandError(f"unknown option {flag!r}{nearest(flag, known)}: see {self.prog} --help")
        return args

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message.removeprefix('argument ')}: see {self.prog} --help")


def duration(text: str) -> float:
    """Seconds of `500ms`, `5s`, `2m`, `1h`; a bare number is seconds. Raises CommandError."""
    match = DURATION.fullmatch(text)
    if match is None:
        raise CommandError(f"{text!r} is not a duration: write 500ms, 5s, 2m or 1h")
    seconds = float(match[1]) * UNITS[match[2] or "s"]
    if seconds > LONGEST_S:
        raise CommandError(f"--for {text!r} is more than a year: leave --for out to go on until ^C")
    return seconds


def tick(text: str) -> float:
    """Seconds of a tick, within what a collector takes. Raises CommandError."""
    seconds = duration(text)
    if not BRIEFEST_TICK_S <= seconds <= LONGEST_TICK_S:
        raise CommandError(f"--interval {text!r} is out of range: use 100ms to 60s")
    return seconds


def rows(text: str) -> int:
    """How many rows a second and probe. Raises CommandError."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ROWS)) else -1
    if not 0 <= number <= MOST_ROWS:
        raise CommandError(f"--rows {text!r} is not a number of rows a second: use 0 to {MOST_ROWS}")
    return number


def slow(text: str) -> float | None:
    """Microseconds from which on a block request is slow; None for `auto`. Raises CommandError."""
    if text == "auto":
        return None
    match = DURATION.fullmatch(text)
    us = float(match[1]) * UNITS[match[2]] * 1e6 if match and match[2] else 0.0
    if not 1 <= us <= LONGEST_SLOW_US:
        raise CommandError(f"--slow {text!r} is not a latency: write 500us, 20ms, 1s (at most 60s) or auto")
    return us


def probe_list(text: str) -> tuple[str, ...]:
    """The probes named in `exec,open`, each once, in the order of the registry. Raises CommandError."""
    from probes.registry import PROBES

    known = [probe.id for probe in PROBES]
    asked = [word.strip() for word in text.split(",")]
    for word in asked:
        if word not in known:
            raise CommandError(f"unknown probe {word!r}{nearest(word, known)}: use {', '.join(known)}")
    return tuple(name for name in known if name in asked)


def is_term(word: str) -> bool:
    """Whether a word is meant as a filter term rather than as a file or a command."""
    return TERM.match(word) is not None


def filter_text(words: Sequence[str]) -> str:
    """One filter of what the shell handed over as words: a value that the shell's quotes held together stays so."""
    return " ".join(_requoted(word) for word in words)


def _requoted(word: str) -> str:
    if '"' in word or all(is_term(part) for part in word.split()):
        return word
    key = TERM.match(word)
    return f'{key[0]}"{word[key.end() :]}"' if key else word


def add_filter(parser: Parser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="FILTER", help="terms, all of which must hold: comm:ngin !user:root"
    )


def add_probe(parser: Parser) -> None:
    parser.add_argument("--probe", type=probe_list, metavar="P,..", help="only these probes (see: ebtop probes)")


def add_live(parser: Parser) -> None:
    """The flags of whatever asks the kernel."""
    add_probe(parser)
    parser.add_argument("--interval", type=tick, metavar="TIME", help="length of a tick: 500ms, 1s, .. (default 1s)")
    parser.add_argument("--rows", type=rows, metavar="N", help="most rows a second and probe (default 1000)")
    parser.add_argument(
        "--slow",
        type=slow,
        metavar="TIME",
        help="list block requests that take so long: 500us, 20ms, .. (default auto: the second hump, or p99.9)",
    )


def add_for(parser: Parser) -> None:
    parser.add_argument(
        "--for",
        dest="seconds",
        type=duration,
        metavar="TIME",
        help="end after 500ms, 30s, 2m, 1h, counted from when every probe is attached (default: at ^C)",
    )


def add_theme(parser: Parser) -> None:
    parser.add_argument("--theme", metavar="NAME", help="colours of the screen: dark, light, colour-blind, ..")
