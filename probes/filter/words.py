"""The text of a filter cut into words and parentheses.

Blanks separate. Double quotes hold characters together that would mean something else: `comm:"tmux: server"`, and
within them `""` is a quote. A parenthesis groups only where a word would begin or end: `comm=(sd-pam)` is one word.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from probes.filter.errors import FilterError


class Word(msgspec.Struct, frozen=True):
    """A stretch without unquoted blanks: its characters, which of them were quoted, and where each of them stands."""

    text: str
    quoted: tuple[bool, ...]
    places: tuple[int, ...]
    start: int
    end: int

    def find(self, characters: str, start: int = 0) -> int:
        """Index of the first of `characters` that is not quoted, or -1."""
        found = (i for i in range(start, len(self.text)) if not self.quoted[i] and self.text[i] in characters)
        return next(found, -1)

    def cut(self, start: int, end: int) -> Word:
        """A part of it."""
        places, place = self.places[start:end], self.place(start)
        return Word(self.text[start:end], self.quoted[start:end], places, place, places[-1] + 1 if places else place)

    def commas(self, start: int, *, slashes: bool) -> list[int]:
        """Where, from `start` on, one value ends and another begins: not in quotes, `{ }` or `[ ]`; with `slashes`, not
        in a value that is between slashes either.
        """
        found: list[int] = []
        at = begin = start
        while at < len(self.text):
            if self._is(",", at):
                found.append(at)
                begin = at + 1
            at = max(at, self._closing(at, slashes and at == begin)) + 1
        return found

    def _is(self, character: str, at: int) -> bool:
        return self.text[at] == character and not self.quoted[at]

    def _closing(self, at: int, slashes: bool) -> int:
        """Where ends what begins at a character, or -1."""
        if self._is("{", at):
            return self.find("}", at)
        if self._is("[", at):
            return self.find("]", at + 2)
        end = self.find("/", at + 2) if slashes and self._is("/", at) else -1
        while 0 <= end < len(self.text) - 1 and not self._is(",", end + 1):
            end = self.find("/", end + 1)
        return end

    def place(self, at: int) -> int:
        """Where its character `at` stands in the whole text."""
        return self.places[at] if at < len(self.places) else max(self.end - 1, self.start)

    def is_word(self, word: str) -> bool:
        """Whether it is a word of the language: `or`."""
        return self.text.lower() == word and not any(self.quoted)


class Mark(msgspec.Struct, frozen=True):
    """A parenthesis; `!(` negates what is in it."""

    sign: Literal["(", "!(", ")"]
    start: int
    end: int


Token: TypeAlias = Word | Mark


def tokens(text: str, *, lenient: bool = False) -> list[Token]:
    """Cuts a text. Raises FilterError for a quote that is not closed; lenient, the end closes it."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        token = _token(text, at, lenient)
        if token is not None:
            found.append(token)
        at = at + 1 if token is None else token.end
    return found


def _token(text: str, at: int, lenient: bool) -> Token | None:
    if text[at].isspace():
        return None
    if text[at] == "(":
        return Mark("(", at, at + 1)
    if text[at] == ")":
        return Mark(")", at, at + 1)
    if text.startswith("!(", at):
        return Mark("!(", at, at + 2)
    return _word(text, at, lenient)


def _word(text: str, begin: int, lenient: bool) -> Word:
    places: list[int] = []
    quoted: list[bool] = []
    at, quote, inner = begin, -1, 0
    while at < len(text):
        character = text[at]
        if quote < 0 and (character.isspace() or (character == ")" and not inner)):
            break
        if character == '"' and not (quote >= 0 and text.startswith('""', at)):
            quote = -1 if quote >= 0 else at
        else:
            inner += {"(": 1, ")": -1}.get(character, 0) if quote < 0 else 0
            places.append(at)
            quoted.append(quote >= 0)
            at += character == '"'
        at += 1
    if quote >= 0 and not lenient:
        raise FilterError('a quote is not closed: add "', quote)
    return Word("".join(text[place] for place in places), tuple(quoted), tuple(places), begin, at)
