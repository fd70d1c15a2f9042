"""What somebody may have meant who typed something that is not known."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'record'?)`, or nothing where no known word is near."""
    import difflib  # noqa: PLC0415  its import takes longer than all else that `ebtop --help` does

    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
