"""Where a filter is wrong, in one line."""

from __future__ import annotations

from probes.filter.errors import FilterError
from probes.filter.words import tokens

MOST_SHOWN = 30


def told(error: FilterError, text: str) -> str:
    """What is wrong with the filter `text`, its place and the word that stands there: for who does not see it."""
    at = error.position
    word = next((text[each.start : each.end] for each in tokens(text, lenient=True) if each.start <= at < each.end), "")
    shown = " ".join(word.split())
    shown = f"{shown[:MOST_SHOWN]}.." if len(shown) > MOST_SHOWN else shown
    return f"filter, character {at + 1}{f' ({shown})' if shown else ''}: {error}"
