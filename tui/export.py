"""What a pane has to tell as a file: CSV for spreadsheets, JSON for programs. Pure; `write_new` makes the file."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from probes.columns import Column, Value
from tui.dump_json import rfc3339
from tui.subject import Contents
from tui.text import safe

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula, in full width as well (OWASP, CSV injection)."""
FONTS = re.compile(r"@font-face\s*\{[^}]*\}\s*")
MOST_TRIES = 1000
CONVERTER = "rsvg-convert"
"""Makes PNGs of SVGs."""
PACKAGES = "librsvg2-bin (Debian, Ubuntu), librsvg2-tools (Fedora), librsvg (Arch) or rsvg-convert (openSUSE, Alpine)"
"""What it is in."""


def as_csv(contents: Contents) -> str:
    """A heading of column ids, then a line a row; arguments are joined by blanks, times are RFC 3339.

    Text is written as it is shown, so that nothing in it can harm a terminal, and never begins as a formula does.
    """
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow([_text(column.id) for column in contents.columns])
    for row in contents.rows:
        writer.writerow([_field(value, column) for value, column in zip(row, contents.columns, strict=True)])
    return made.getvalue()


def as_json(contents: Contents) -> str:
    """An array of objects, one a row, by column id; pure ASCII."""
    ids = [column.id for column in contents.columns]
    lines = (
        json.dumps(dict(zip(ids, map(_value, row, contents.columns), strict=True)), allow_nan=False)
        for row in contents.rows
    )
    # ASCII ends with DEL, which JSON does not escape by itself; it can only stand within a string.
    return "[\n" + ",\n".join(lines).replace("\x7f", "\\u007f") + "\n]\n"


def as_svg(screenshot: str) -> str:
    """Textual's picture of the screen, with the blanks within lines that other viewers would fold.

    Without the fonts that it would have a viewer fetch from the network: who looks at it tells nobody.
    """
    svg = FONTS.sub("", screenshot)
    svg = re.sub(r">([^<>\n]+)</text>", lambda found: f">{found[1].replace(' ', '&#160;')}</text>", svg)
    return svg.replace("<text ", '<text xml:space="preserve" ')


def write_new(folder: Path, name: str, suffix: str, data: bytes) -> Path:
    """A new file that only its owner can read, under that name or the next one that is free; never over another.

    Raises OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for path in candidates(folder, name, suffix):
        try:
            fd = os.open(path, flags, 0o600)
        except FileExistsError:
            continue
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(data)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))


def candidates(folder: Path, name: str, suffix: str) -> Iterator[Path]:
    """The paths to try for a new file, in their order."""
    yield folder / f"{name}.{suffix}"
    yield from (folder / f"{name}-{number}.{suffix}" for number in range(2, MOST_TRIES))


def place() -> Path:
    """Where new files go: the current folder, or the user's own where that cannot be written to."""
    try:
        current = Path.cwd()
    except FileNotFoundError:  # it was removed
        return Path.home()
    return current if os.access(current, os.W_OK | os.X_OK) else Path.home()


def short(path: Path) -> str:
    """A path as one line has room for it: from `~` on where it is below the user's own folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _value(value: Value, column: Column) -> Value:
    return rfc3339(value) if column.kind == "time" and isinstance(value, int) else value


def _field(value: Value, column: Column) -> str | int | float:
    told = _value(value, column)
    if told is None:
        return ""
    if isinstance(told, int | float):
        return told
    return _text(" ".join(told) if isinstance(told, list) else told)


def _text(told: str) -> str:
    text = safe(told)
    return f"'{text}" if text.startswith(FORMULA) else text
