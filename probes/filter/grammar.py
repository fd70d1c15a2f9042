"""Reads a filter: terms, `!`, `or` and parentheses. Whatever the text is, it is a filter or one FilterError."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from probes.filter.errors import FilterError
from probes.filter.keys import KEYS, PLAIN_WORD, Key
from probes.filter.parsed import Filter
from probes.filter.terms import Group, Node, Term, leaves
from probes.filter.values import pattern, takes_slashes
from probes.filter.words import Mark, Token, Word, tokens

MOST_CHARACTERS = 1000
MOST_DEPTH = 8
MOST_TREES = 16
"""Processes whose descendants can be followed at once."""
MOST_EXPRESSIONS = 8
"""Regular expressions of a filter: each goes through every text that it is put to, and has a table of its own."""
MOST_WILDCARDS = 32
"""`?` and `[ ]` of a filter: behind a `*` they are all tried at every place of a text."""
NAME = re.compile(r"[A-Za-z_]*")
OPERATOR = re.compile(r"[<>]=?|[:=~]")
SWAPPED = re.compile(r"([A-Za-z_]+)!([:=~])")
FOREIGN = {
    "&&": "&& is not known here: leave it out, terms must all hold",
    "||": "|| is not known here: write or",
    "not": "not is not known here: write ! right before a term, or quote it",
}
"""How others write it."""


def parse(text: str) -> Filter:
    """The filter that `text` says. Raises FilterError, which names the place and the remedy."""
    if len(text) > MOST_CHARACTERS:
        raise FilterError(f"longer than {MOST_CHARACTERS} characters: leave some out", MOST_CHARACTERS)
    found = _Reader(tokens(text)).read()
    _check_size([leaf for term in found for leaf in leaves(term)])
    return Filter(text.strip(), found)


def _check_size(found: Sequence[Term]) -> None:
    """Raises FilterError where rows would have to be compared with too much."""
    trees, expressions, wildcards = set[str](), set[str](), 0
    for leaf in found:
        texts = {test: {each.text for each in leaf.patterns if each.test == test} for test in ("is", "regex", "glob")}
        trees |= texts["is"] if leaf.key == "tree" else set()
        expressions |= texts["regex"]
        wildcards += sum(text.count("?") + text.count("[") for text in texts["glob"])
        if len(trees) > MOST_TREES:
            raise FilterError(f"more than {MOST_TREES} trees: leave some out", leaf.start)
        if len(expressions) > MOST_EXPRESSIONS:
            raise FilterError(f"more than {MOST_EXPRESSIONS} expressions: join some, as in ~a|b", leaf.start)
        if wildcards > MOST_WILDCARDS:
            raise FilterError(f"more than {MOST_WILDCARDS} ? and [ ]: use fewer, or a *", leaf.start)


class _Reader:
    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens, self._at, self._depth = found, 0, 0

    def read(self) -> tuple[Node, ...]:
        """What must hold, all of it."""
        if not self._tokens:
            return ()
        node = self._alternatives()
        if self._at < len(self._tokens):
            raise FilterError("a ) without its (: leave it out, or quote it", self._tokens[self._at].start)
        return node.parts if isinstance(node, Group) and not node.any and is_bare(node) else (node,)

    def _alternatives(self) -> Node:
        parts = [self._conjunction()]
        while (word := self._word("or")) is not None:
            if self._ended():
                raise FilterError("or stands between two terms: write one behind it", word.start)
            parts.append(self._conjunction())
        return _grouped(parts, any_=True)

    def _conjunction(self) -> Node:
        parts: list[Node] = []
        while not self._ended():
            token = self._tokens[self._at]
            if isinstance(token, Word) and token.is_word("or"):
                break
            self._at += 1
            if isinstance(token, Mark):
                parts.append(self._group(token))
            elif not (token.is_word("and") and parts and not self._ended()):
                self._refuse_foreign(token)
                parts.append(term(token))
        if not parts:
            lost = self._tokens[min(self._at, len(self._tokens) - 1)]
            what = "or stands between two terms: write one before it" if isinstance(lost, Word) else "nothing in ( )"
            raise FilterError(what if isinstance(lost, Word) else f"{what}: write a term, or quote them", lost.start)
        return _grouped(parts, any_=False)

    def _refuse_foreign(self, token: Word) -> None:
        """Raises FilterError for what combines terms elsewhere, if there are any that it could combine."""
        said = next((FOREIGN[word] for word in FOREIGN if token.is_word(word)), "")
        if said and not (token.is_word("not") and self._ended()):
            raise FilterError(said, token.start)

    def _group(self, opening: Mark) -> Group:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise FilterError(f"more than {MOST_DEPTH} parentheses in one another: use fewer", opening.start)
        if self._ended() and self._at >= len(self._tokens):
            raise FilterError("a ( is not closed: add ), or quote it", opening.start)
        inner = self._alternatives()
        if self._at >= len(self._tokens):
            raise FilterError("a ( is not closed: add ), or quote it", opening.start)
        closing = self._tokens[self._at]
        self._at += 1
        self._depth -= 1
        any_, parts = (inner.any, inner.parts) if isinstance(inner, Group) and is_bare(inner) else (False, (inner,))
        return Group(any_, parts, opening.sign == "!(", opening.start, closing.end)

    def _ended(self) -> bool:
        """Whether there is no more, here or within these parentheses."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token is None or (isinstance(token, Mark) and token.sign == ")")

    def _word(self, word: str) -> Word | None:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if isinstance(token, Word) and token.is_word(word):
            self._at += 1
            return token
        return None


def is_bare(group: Group) -> bool:
    """Whether it has no parentheses of its own."""
    return group.start == group.parts[0].start


def _grouped(parts: list[Node], *, any_: bool) -> Node:
    return parts[0] if len(parts) == 1 else Group(any_, tuple(parts), False, parts[0].start, parts[-1].end)


def term(word: Word) -> Term:
    """The term that a word says. Raises FilterError."""
    negated = word.find("!") == 0
    start = 1 if negated else 0
    if start == len(word.text) and word.end > word.start + start:
        raise FilterError("nothing in the quotes: write what to look for, or leave them out", word.start)
    if start == len(word.text):
        raise FilterError("! negates what stands right behind it: write !comm:x", word.start)
    if word.find("!", start) == start:
        raise FilterError("! twice: leave both out, or quote the second", word.place(start))
    key, operator, at = _key(word, start)
    if not operator:
        return Term("", (pattern(PLAIN_WORD, ":", word.cut(start, len(word.text))),), negated, word.start, word.end)
    values = _values(word, key, operator, at + len(operator))
    if empty := next((value for value in values if not value.text), None):
        raise FilterError(f"{key.name}{operator} lacks a value: write {key.takes}", empty.start)
    return Term(key.name, tuple(pattern(key, operator, value) for value in values), negated, word.start, word.end)


def _values(word: Word, key: Key, operator: str, start: int) -> list[Word]:
    ends = [*word.commas(start, slashes=takes_slashes(key, operator)), len(word.text)]
    begins = [start, *(end + 1 for end in ends)]
    return [word.cut(begin, end) for begin, end in zip(begins, ends, strict=False)]


def _key(word: Word, start: int) -> tuple[Key, str, int]:
    """The key, the operator and where that is; no operator: the word has no key."""
    name = NAME.match(word.text, start)
    at = name.end() if name is not None else start
    operator = OPERATOR.match(word.text, at)
    swapped = SWAPPED.match(word.text, start)
    if swapped and swapped[1] in KEYS and not any(word.quoted[start : swapped.end()]):
        raise FilterError(f"! stands before a key: write !{swapped[1]}{swapped[2]}..", word.place(at))
    if name is None or operator is None or any(word.quoted[start : operator.end()]):
        return PLAIN_WORD, "", at
    key = KEYS.get(name[0])
    if key is None:
        near = difflib.get_close_matches(name[0], KEYS, 1, 0.7)
        guess = f" (did you mean {near[0]}?)" if near else ""
        raise FilterError(
            f'unknown key {name[0]!r}{guess}: quote it: "{word.text[start:]}", or use {", ".join(KEYS)}',
            word.place(start),
        )
    return key, operator[0], at
