"""What a text takes a regular expression to: a table from sets of states to sets of states, made before it is used.

A text then costs one look into the table for each character. How large the table would be is seen while it is made: an
expression for which it were too large is refused there, not found out about in the middle of a text.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_SETS = 1000
MOST_WORK = 200_000
"""States that are gone through while a table is made: about 20 ms."""
MOST_CHARACTERS = 1 << 16
"""Characters whose symbol is kept."""
KINDS = [*range(128), *map(ord, "é٣\u2003€")]
"""Characters that classes tell apart: of ASCII all, of others a letter, a digit, a blank and none of these."""
ANY = ""
"""Accepts every character."""
ACCEPT = 0


class State(NamedTuple):
    """A step: `accepts` a character and goes on to `to`; without that it goes on at once, but with `at` only there."""

    accepts: re.Pattern[str] | str | None
    to: tuple[int, ...]
    at: str = ""


class TooLargeError(Exception):
    """The table of an expression would have too many sets of states."""


class Automaton:
    """Tells whether what the states lead to is found in a text. Raises TooLargeError.

    entry       where it begins; ACCEPT is where it ends
    characters  those that the expression names: with their neighbours they are told apart
    """

    def __init__(self, states: Sequence[State], entry: int, characters: str) -> None:
        self._states = states
        consuming = sum(1 << at for at, state in enumerate(states) if state.accepts is not None)
        self._ends = sum(1 << at for at in range(len(states)) if self._closure((at,), end=True) & 1 << ACCEPT)
        self._kept = consuming | self._ends
        self._again = self._closure((entry,)) & self._kept
        self._after = [self._closure(state.to) & self._kept for state in states]
        self._sets: dict[int, _Set] = {}
        self._work = 0
        self._symbols = _Symbols(states)
        self._empty = bool(self._closure((entry,), start=True, end=True) & 1 << ACCEPT)
        self._first = self.set(self._closure((entry,), start=True) & self._kept)
        self._explore(characters)

    def search(self, text: str) -> bool:
        """Whether it is found anywhere in a text."""
        if not text:
            return self._empty
        at = self._first
        try:
            for symbol in text.translate(self._symbols):
                at = at[symbol]
        except TooLargeError:  # of characters that nobody thought of
            return False
        return at.ends

    def set(self, mask: int) -> _Set:
        """The place in the table for a set of states. Raises TooLargeError."""
        if mask & 1 << ACCEPT:
            mask = 1 << ACCEPT
        found = self._sets.get(mask)
        if found is None:
            if len(self._sets) >= MOST_SETS:
                raise TooLargeError
            found = self._sets[mask] = _Set(self, mask, bool(mask & self._ends))
        return found

    def after(self, mask: int, symbol: str) -> _Set:
        """Where a character takes a set of states. Raises TooLargeError."""
        if mask & 1 << ACCEPT:
            return self.set(mask)
        left, reached = mask & self._symbols.accepting[ord(symbol)], self._again
        while left:
            lowest = left & -left
            reached |= self._after[lowest.bit_length() - 1]
            left ^= lowest
            self._work += 1
        return self.set(reached)

    def _explore(self, characters: str) -> None:
        named = [ord(each) + step for each in characters for step in (-1, 0, 1)]
        around = [code for code in named if 0 <= code <= sys.maxunicode]
        symbols = {self._symbols[code] for code in [*KINDS, *around]}
        waiting = [self._first]
        while waiting:
            at = waiting.pop()
            for symbol in symbols:
                known = len(self._sets)
                to = at[symbol]
                if len(self._sets) > known:
                    waiting.append(to)
            self._work += len(symbols)
            if self._work > MOST_WORK:
                raise TooLargeError

    def _closure(self, states: Iterable[int], *, start: bool = False, end: bool = False) -> int:
        """What is reached from these without a character, a bit for each state."""
        found, waiting = 0, list(states)
        while waiting:
            at = waiting.pop()
            if found >> at & 1:
                continue
            found |= 1 << at
            state = self._states[at]
            if state.accepts is None and (not state.at or (start if state.at == "^" else end)):
                waiting += state.to
        return found


class _Set(dict[str, "_Set"]):
    """Where each symbol leads from a set of states; `ends`: a text may end here."""

    __slots__ = ("_automaton", "_mask", "ends")

    def __init__(self, automaton: Automaton, mask: int, ends: bool) -> None:
        super().__init__()
        self._automaton, self._mask, self.ends = automaton, mask, ends

    def __missing__(self, symbol: str) -> _Set:
        found = self[symbol] = self._automaton.after(self._mask, symbol)
        return found


class _Symbols(dict[int, str]):
    """By character, one symbol for all that are accepted by the same states; `accepting` has those of each symbol."""

    def __init__(self, states: Sequence[State]) -> None:
        super().__init__()
        accepting: defaultdict[re.Pattern[str] | str, int] = defaultdict(int)
        for at, state in enumerate(states):
            if state.accepts is not None:
                accepting[state.accepts] |= 1 << at
        self._any = accepting.pop(ANY, 0)
        self._literals = {each: mask for each, mask in accepting.items() if isinstance(each, str)}
        self._classes = [(each, mask) for each, mask in accepting.items() if not isinstance(each, str)]
        self._wide = [(each, mask) for each, mask in self._classes if not _is_ascii(each)]
        self._numbers: dict[int, str] = {}
        self.accepting: list[int] = []

    def __missing__(self, code: int) -> str:
        character = chr(code)
        mask = self._any | self._literals.get(character, 0)
        for accepts, each in self._classes if character.isascii() else self._wide:
            if accepts.match(character):
                mask |= each
        if mask not in self._numbers:
            self._numbers[mask] = chr(len(self.accepting))
            self.accepting.append(mask)
        if len(self) >= MOST_CHARACTERS:
            self.clear()
        found = self[code] = self._numbers[mask]
        return found


def _is_ascii(accepts: re.Pattern[str]) -> bool:
    """Whether a class that accepts nothing else is sure to be told by its text."""
    return accepts.pattern.isascii() and not accepts.pattern.startswith("[^") and "\\" not in accepts.pattern
