"""A line for the user on standard error: whatever is in it, it is one line, and safe for the terminal there."""

from __future__ import annotations

import os
import sys


def say(line: str) -> None:
    """Prints it with the name of the program before it."""
    if not (line.isascii() and line.isprintable()):  # most are plain, and then nothing more is imported
        from tui import terminal  # noqa: PLC0415
        from tui.text import safe  # noqa: PLC0415

        only = terminal.encoding(sys.stderr, terminal.environ_at_start(os.environ)) == "ascii"
        line = safe(line, ascii_only=only)
    print(f"ebtop: {line}", file=sys.stderr)
