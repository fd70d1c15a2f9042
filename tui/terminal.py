"""What the terminal can show: which characters, and how many colours. Asked of the environment and of terminfo."""

from __future__ import annotations

import curses
import locale
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

FEWEST = 8
"""A terminal with fewer colours than these is taken for one that has none."""
COERCED = frozenset(("C.UTF-8", "C.utf8", "UTF-8"))
"""What Python puts into LC_CTYPE at its start where the user said C."""


def encoding(stream: TextIO | None, environ: Mapping[str, str]) -> str:
    """What may be written to the terminal behind a stream.

    The stream alone does not tell: where the locale is C, or is not installed, Python takes UTF-8.
    """
    writes = getattr(stream, "encoding", None) or "ascii"
    if environ.get("PYTHONUTF8") == "1" or environ.get("PYTHONIOENCODING"):
        return writes
    asked = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "C")
    charset = locale.normalize(asked).partition(".")[2].partition("@")[0]
    if asked == "UTF-8":  # as macOS has it
        charset = asked
    return writes if charset.lower().replace("-", "") == "utf8" else "ascii"


def environ_at_start(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment as the user left it: Python has changed the locale in its own, `environ`, by now."""
    try:
        said = Path("/proc/self/environ").read_bytes().decode(errors="surrogateescape")
        return dict(entry.split("=", 1) for entry in said.split("\0") if "=" in entry)
    except OSError:  # not readable where the process began as another user
        plain = all(environ.get(name, "") in ("", "C", "POSIX") for name in ("LC_ALL", "LANG"))
        coerced = plain and environ.get("LC_CTYPE") in COERCED
        return {name: value for name, value in environ.items() if not (coerced and name == "LC_CTYPE")}


def colourless(environ: Mapping[str, str]) -> bool:
    """Whether there are to be no colours: NO_COLOR says so, or the terminal is known to have none."""
    if environ.get("NO_COLOR"):
        return True
    if environ.get("COLORTERM"):
        return False
    try:
        curses.setupterm(environ.get("TERM"), 1)
        return curses.tigetnum("colors") < FEWEST
    except curses.error:  # nothing is known of it
        return False
