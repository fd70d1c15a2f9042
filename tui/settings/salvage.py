"""What is left of a TOML file without the statements that are none, or that are there twice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import NamedTuple

from tui.settings.lines import HEADING, key_of, place_of, reason, toml

MOST_LEFT_OUT = 20
"""Statements that are left out: with more of them it is another kind of file."""
MOST_BACK = 100
"""Lines before the one at which the parser gives up in which what is wrong is looked for."""
TWICE = re.compile(r"cannot (overwrite|declare|mutate|redefine)")


class Salvaged(NamedTuple):
    """A text that is TOML, on the same lines as before; and what is not in it: the line, and why."""

    text: str
    wrong: tuple[tuple[int, str], ...] = ()


def salvaged(text: str) -> Salvaged:
    """The text without what is wrong in it. Raises TOMLDecodeError where that is too much."""
    rows, wrong = text.replace("\r\n", "\n").split("\n"), list[tuple[int, str]]()
    first = failure = _failure(rows)
    while failure:
        line = place_of(rows, failure)
        begin = _beginning(rows, line) if len(wrong) < MOST_LEFT_OUT else None
        if begin is None:
            raise first or failure
        wrong.append((begin + 1, _said(rows[begin], reason(failure))))
        end = _end(rows, begin, line)
        rows[begin:end] = [""] * (end - begin)
        failure = _failure(rows)
    return Salvaged("\n".join(rows), tuple(wrong))


def _failure(rows: Sequence[str]) -> tomllib.TOMLDecodeError | None:
    """What the parser says of these lines; None where they are well."""
    try:
        toml("\n".join(rows))
    except tomllib.TOMLDecodeError as error:
        return error
    return None


def _beginning(rows: Sequence[str], line: int) -> int | None:
    """Where the statement begins that the parser gave up in, counted from 0: all before it is well. None: further back
    than is looked."""
    candidates = range(line - 1, max(line - 1 - MOST_BACK, -1), -1)
    return next((at for at in candidates if not _failure(rows[:at])), None)


def _end(rows: Sequence[str], begin: int, line: int) -> int:
    """Where the next one begins. With a heading goes what stands below it: it would be said of something else."""
    if rows[begin].lstrip().startswith("["):
        return next((at for at in range(begin + 1, len(rows)) if HEADING.fullmatch(rows[at])), len(rows))
    following = (at for at in range(begin + 1, line) if HEADING.fullmatch(rows[at]) or key_of(rows[at]))
    return next(following, line)


def _said(row: str, why: str) -> str:
    heading = row.lstrip().startswith("[")
    if TWICE.match(why) and (heading or key_of(row)):
        name = row.partition("#")[0].strip() if heading else ".".join(key_of(row))
        return f"{name} is there twice: make it one; the first one holds"
    below = " with what is below it" if heading else ""
    return f"not TOML: {why}: correct it; until then it is left out{below}"
