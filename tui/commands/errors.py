"""The one way in which a command gives up: a line that names the place and the remedy."""

from __future__ import annotations


class CommandError(Exception):
    """What was asked for cannot be done: `lines` tell the user why, and the remedy; `code` is the exit code."""

    def __init__(self, *lines: str, code: int = 2) -> None:
        super().__init__(*lines)
        self.lines = lines
        self.code = code
