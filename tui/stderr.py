"""A line for the user on standard error: whatever is in it, it is one line, and safe for the terminal there."""

from __future__ import annotations

import os
import sys

from tui.closed import discard

MOST = 1000
"""Characters of a line: of a longer one the beginning and the end are told, which is where the remedy is."""


def say(line: str) -> None:
    """Prints it with the name of the program before it, as far as there is where to."""
    if sys.stderr is None:
        return
    if not (line.isascii() and line.isprintable()):  # most are plain, and then nothing more is imported
        from tui import terminal  # noqa: PLC0415
        from tui.text import safe  # noqa: PLC0415

        only = terminal.encoding(sys.stderr, terminal.environ_at_start(os.environ)) == "ascii"
        line = safe(line, ascii_only=only)
    if len(line) > MOST:
        line = f"{line[: MOST // 2]} ... {line[-MOST // 2 :]}"
    try:
        print(f"ebtop: {line}", file=sys.stderr)
    except OSError:  # nobody reads it, or there is no room
        discard(sys.stderr)
