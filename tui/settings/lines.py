"""Where in a TOML file something stands: the parser tells the line of what is no TOML, and of nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

_KEY = re.compile(r"\s*([^=#\[\"']+|\"[^\"]*\"|'[^']*')\s*=")
HEADING = re.compile(r"\s*\[[^\[\]]+\]\s*(#.*)?")
"""A line that begins a table."""
_WHERE = re.compile(r" \(at line (\d+), column \d+\)$| \(at end of document\)$")

Place = tuple[str, ...]
"""The names of the tables that an entry is in, and its own."""


def toml(text: str) -> dict[str, object]:
    """What a text says. Raises TOMLDecodeError, also for what the parser fails over."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, a list within thousands of lists
        raise tomllib.TOMLDecodeError(f"larger than it can be ({type(error).__name__}) (at end of document)") from None


def lines(text: str) -> Mapping[Place, int]:
    """The line, from 1 on, of every table and every key. What stands within an inline table is not looked for."""
    found: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if HEADING.fullmatch(line) and (path := _path(line)):
            table = path
            found.setdefault(table, number)
        elif path := key_of(line):
            found.setdefault(table + path, number)
    return found


def key_of(line: str) -> Place:
    """The names of what a line assigns to, without those of its table; none where it does not."""
    key = _KEY.match(line)
    return _path(f"{key[1]} = 0") if key else ()


def line_of(where: Place, found: Mapping[Place, int]) -> int:
    """The line of an entry, or of the nearest thing around it that is known."""
    while where and where not in found:
        where = where[:-1]
    return found.get(where, 1)


def not_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    """The line that says where a file is no TOML."""
    line = place_of(text.removesuffix("\n").split("\n"), error)
    return f"{path}:{line}: not TOML: {reason(error)}: correct it; nothing in the file is used"


def place_of(rows: Sequence[str], error: tomllib.TOMLDecodeError) -> int:
    """The line at which the parser gave up, from 1 on."""
    where = _WHERE.search(str(error))
    return max(int(where[1]) if where and where[1] else len(rows), 1)


def reason(error: tomllib.TOMLDecodeError) -> str:
    """Why it did."""
    why = _WHERE.sub("", str(error))
    return why[:1].lower() + why[1:]


def _path(statement: str) -> Place:
    """The names, from the outermost, that a heading or an assignment speaks of; none where it is neither."""
    try:
        inner: object = toml(statement)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(inner, dict) and inner:
        name, inner = next(iter(inner.items()))
        path.append(name)
    return tuple(path)
