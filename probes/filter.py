"""The filter language: what is typed, what it means for a row, and what the kernel can test of it.

A filter is terms separated by blanks, all of which must hold:

    pid:1,2        process id is one of these (a process with all its threads)
    ppid:1         so is its parent's
    comm:ngin      comm contains this; several, separated by commas: any of them
    comm=nginx     comm is exactly this
    user:www-data  user name or uid

A leading `!` negates a term; double quotes hold blanks and commas together: `comm:"tmux: server"`.
There is this one grammar and this one implementation for live, replay, command line and pane.
"""

from __future__ import annotations

import pwd
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from probes.snapshot import Value

Key = Literal["pid", "ppid", "comm", "user"]
Test = Literal["has", "is"]

MOST_VALUES = 24
MOST_SUBSTRINGS = 6
"""What the kernel's side of a filter has room for: values in all, and among them those within a comm."""
COMM_BYTES = 15
"""What the kernel keeps of a name (TASK_COMM_LEN less the NUL)."""


class FilterError(ValueError):
    """A filter that cannot be used: `position` is the index of the first wrong character in the text."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class Term(msgspec.Struct, frozen=True):
    """One condition: `key` is or has one of `values`; negated, none of them. `position` is where it was typed."""

    key: Key
    test: Test
    values: tuple[str, ...]
    negated: bool
    position: int


class Filter(msgspec.Struct, frozen=True):
    """A parsed filter. No terms: everything matches."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    def matches(self, fields: Mapping[str, Value]) -> bool:
        """Whether a row, as a mapping from column id to value, passes every term."""
        return all(_holds(term, fields) != term.negated for term in self.terms)


class Word(msgspec.Struct, frozen=True):
    """A stretch of the text without unquoted blanks: its characters, which of them were quoted, and where it began."""

    text: str
    quoted: tuple[bool, ...]
    position: int

    def find(self, characters: str, start: int = 0) -> int:
        """Index of the first of `characters` that is not quoted, or -1."""
        found = (i for i in range(start, len(self.text)) if not self.quoted[i] and self.text[i] in characters)
        return next(found, -1)

    def split(self, separator: str, start: int) -> list[str]:
        """The text from `start` on, cut at each unquoted separator."""
        parts: list[str] = []
        while (end := self.find(separator, start)) >= 0:
            parts.append(self.text[start:end])
            start = end + 1
        return [*parts, self.text[start:]]


def parse(text: str) -> Filter:
    """The filter that `text` says. Raises FilterError, which names the place and the remedy."""
    terms = tuple(_term(word) for word in _words(text))
    values = substrings = 0
    for term in terms:
        values += len(term.values)
        substrings += len(term.values) if term.test == "has" else 0
        if values > MOST_VALUES:
            raise FilterError(f"more than {MOST_VALUES} values in all: leave some out", term.position)
        if substrings > MOST_SUBSTRINGS:
            raise FilterError(
                f"more than {MOST_SUBSTRINGS} names after comm: - leave some out, or use comm=NAME", term.position
            )
    return Filter(text.strip(), terms)


def _words(text: str) -> list[Word]:
    words: list[Word] = []
    characters: list[str] = []
    quoted: list[bool] = []
    begin = quote = -1
    for i, character in enumerate(text + " "):
        if character.isspace() and quote < 0:
            if begin >= 0:
                words.append(Word("".join(characters), tuple(quoted), begin))
                characters, quoted, begin = [], [], -1
            continue
        if begin < 0:
            begin = i
        if character == '"':
            quote = -1 if quote >= 0 else i
        else:
            characters.append(character)
            quoted.append(quote >= 0)
    if quote >= 0:
        raise FilterError('a quote is not closed: add "', quote)
    return words


def _term(word: Word) -> Term:
    negated = word.find("!") == 0
    start = 1 if negated else 0
    end = word.find(":=", start)
    if end < 0:
        raise FilterError(f"{word.text!r} is not KEY:VALUE: write comm:{word.text[start:] or 'NAME'}", word.position)
    key, test = word.text[start:end], word.text[end]
    values = tuple(word.split(",", end + 1))
    make = KEYS.get(key)
    if make is None:
        raise FilterError(f"unknown key {key!r}: use {', '.join(KEYS)}", word.position + start)
    if "" in values:
        raise FilterError(f"{key}{test} lacks a value", word.position)
    return make(key, test, values, negated, word.position)


def _is_number(text: str, bound: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(bound)) and int(text) < bound


def _number_term(key: str, _test: str, values: tuple[str, ...], negated: bool, position: int) -> Term:
    for value in values:
        if not _is_number(value, 1 << 31):
            raise FilterError(f"{value!r} is not a process id: {key}: takes whole numbers", position)
    name: Key = "pid" if key == "pid" else "ppid"
    return Term(name, "is", tuple(str(int(value)) for value in values), negated, position)


def _comm_term(_key: str, test: str, values: tuple[str, ...], negated: bool, position: int) -> Term:
    for value in values:
        if len(value.encode("utf-8", "replace")) > COMM_BYTES:
            raise FilterError(f"{value!r} is longer than a comm can be: use at most {COMM_BYTES} bytes", position)
        if "\0" in value:
            raise FilterError("a comm has no NUL: leave it out", position)
    return Term("comm", "is" if test == "=" else "has", values, negated, position)


def _user_term(_key: str, _test: str, values: tuple[str, ...], negated: bool, position: int) -> Term:
    return Term("user", "is", values, negated, position)


KEYS: Mapping[str, Callable[[str, str, tuple[str, ...], bool, int], Term]] = {
    "pid": _number_term,
    "ppid": _number_term,
    "comm": _comm_term,
    "user": _user_term,
}
"""Every key that a filter can name, and what makes a term of it."""


def _holds(term: Term, fields: Mapping[str, Value]) -> bool:
    if term.key == "comm":
        comm = fields.get("comm")
        if not isinstance(comm, str):
            return False
        return comm in term.values if term.test == "is" else any(value in comm for value in term.values)
    if term.key == "user":
        return fields.get("user") in term.values or str(fields.get("uid")) in term.values
    return str(fields.get(term.key)) in term.values


def uids(term: Term) -> tuple[int, ...]:
    """The uids that a user term names on this machine. Raises FilterError for a user that does not exist."""
    return tuple(_uid(value, term.position) for value in term.values)


def _uid(value: str, position: int) -> int:
    if _is_number(value, 1 << 32):
        return int(value)
    try:
        return pwd.getpwnam(value).pw_uid
    except (KeyError, ValueError):
        raise FilterError(f"no user {value!r} here: give a user name or a uid", position) from None


def parse_local(text: str) -> Filter:
    """As `parse`, for a filter that this machine's kernel will test: its users must exist here."""
    parsed = parse(text)
    for term in parsed.terms:
        if term.key == "user":
            uids(term)
    return parsed
