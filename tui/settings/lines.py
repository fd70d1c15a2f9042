"""Where in a TOML file something stands: the parser tells the line of what is no TOML, and of nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

_KEY = re.compile(r"\s*([^=#\[\"']+|\"[^\"]*\"|'[^']*')\s*=")
_TABLE = re.compile(r"\s*\[[^\[\]]+\]\s*(#.*)?")

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
        if _TABLE.fullmatch(line) and (path := _path(line)):
            table = path
            found.setdefault(table, number)
        elif (key := _KEY.match(line)) and (path := _path(f"{key[1]} = 0")):
            found.setdefault(table + path, number)
    return found


def line_of(where: Place, found: Mapping[Place, int]) -> int:
    """The line of an entry, or of the nearest thing around it that is known."""
    while where and where not in found:
        where = where[:-1]
    return found.get(where, 1)


def not_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    """The line that says where a file is no TOML."""
    where = re.search(r" \(at line (\d+), column \d+\)$| \(at end of document\)$", str(error))
    line = int(where[1]) if where and where[1] else len(text.removesuffix("\n").split("\n"))
    why = str(error)[: where.start()] if where else str(error)
    return f"{path}:{max(line, 1)}: not TOML: {why[:1].lower()}{why[1:]}: correct it; nothing in the file is used"


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
