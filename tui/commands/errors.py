"""The one way in which a command gives up: a line that names the place and the remedy."""

from __future__ import annotations


class CommandError(Exception):
    """What was asked for cannot be done: `lines` tell the user why, and the remedy; `code` is the exit code."""

    def __init__(self, *lines: str, code: int = 2) -> None:
        super().__init__(*lines)
        self.lines = lines
        self.code = code


def nearest(word: str, known: list[str]) -> str:
    """` (did you mean 'record'?)`, or nothing where no known word is near."""
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
