"""Regular expressions that take time in proportion to the text, whatever the pattern: both may be hostile.

Python's own backtrack, and a pattern of twenty characters can keep them busy for years. Here all ways through a
pattern are followed at once (Thompson's construction, see `automaton`). Known are literals, `.`, classes,
`\\d \\w \\s`, `* + ?`, `{m,n}`, groups, `|`, `^` and `$`.
"""

from __future__ import annotations

import re
import warnings
from typing import NamedTuple

from probes.filter.automaton import ACCEPT, ANY, Automaton, State, TooLargeError

MOST_STATES = 250
MOST_CLASSES = 32
MOST_DEPTH = 20


class RegexError(ValueError):
    """A pattern that cannot be used: `position` is the index of the wrong character."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class Regex:
    """A compiled pattern. Raises RegexError."""

    def __init__(self, pattern: str) -> None:
        states = [State(None, ())]
        entry = _Parser(pattern, states).parse()
        if len({state.accepts for state in states if isinstance(state.accepts, re.Pattern)}) > MOST_CLASSES:
            raise RegexError(f"more than {MOST_CLASSES} different [ ]: use fewer", 0)
        try:
            self._automaton = Automaton(states, entry, pattern)
        except TooLargeError:
            at = max(pattern.find("{"), 0)
            raise RegexError("too much to follow at once: repeat less, .{3} or .* for .{30}", at) from None

    def search(self, text: str) -> bool:
        """Whether it is found anywhere in a text."""
        return self._automaton.search(text)


class _Parser:
    """Reads a pattern from its end to its beginning, so that each part knows what comes after it."""

    def __init__(self, pattern: str, states: list[State]) -> None:
        self._pattern, self._states, self._at, self._depth = pattern, states, 0, 0

    def parse(self) -> int:
        tree = self._alternatives()
        if self._at < len(self._pattern):
            raise RegexError("a ) without its (: write \\) for the character", self._at)
        return self._build(tree, ACCEPT)

    def _alternatives(self) -> _Tree:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise RegexError(f"more than {MOST_DEPTH} parentheses in one another: use fewer", self._at)
        branches = [self._sequence()]
        while self._next("|"):
            branches.append(self._sequence())
        self._depth -= 1
        return _Tree("any", tuple(branches))

    def _sequence(self) -> _Tree:
        parts: list[_Tree] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return _Tree("all", tuple(parts))

    def _atom(self) -> _Tree:
        at = self._at
        character = self._pattern[at]
        self._at += 1
        match character:
            case "(":
                if self._next("?"):
                    raise RegexError("(? is not known here: write ( alone", at)
                inner = self._alternatives()
                if not self._next(")"):
                    raise RegexError("a ( is not closed: add ), or write \\( for the character", at)
                return inner
            case "^" | "$":
                return _Tree("at", (), at=character)
            case "*" | "+" | "?":
                raise RegexError(f"nothing before {character} to repeat: write \\{character} for the character", at)
            case "[":
                return _Tree("one", (), accepts=self._class(at))
            case "\\":
                return _Tree("one", (), accepts=self._escaped(at))
            case ".":
                return _Tree("one", (), accepts=ANY)
        return _Tree("one", (), accepts=character)

    def _escaped(self, at: int) -> re.Pattern[str] | str:
        character = self._pattern[self._at : self._at + 1]
        self._at += 1
        if character and character in "dDwWsS":
            return re.compile("\\" + character)
        if not character or character.isalnum():
            raise RegexError(f"\\{character} is not known here: \\d, \\w and \\s are", at)
        return character

    def _class(self, at: int) -> re.Pattern[str]:
        end = self._at + 1 if self._pattern[self._at : self._at + 1] == "^" else self._at
        end += 1 if self._pattern[end : end + 1] == "]" else 0
        while end < len(self._pattern) and self._pattern[end] != "]":
            end += 2 if self._pattern[end] == "\\" else 1
        self._at = end + 1
        if self._at > len(self._pattern):
            raise RegexError("a [ is not closed: add ], or write \\[ for the character", at)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return re.compile(self._pattern[at : self._at])
            except (re.error, OverflowError):
                raise RegexError("such a [ ] is not known: write it as [a-z_]", at) from None

    def _repeated(self, tree: _Tree) -> _Tree:
        while self._at < len(self._pattern):
            bounds = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}.get(self._pattern[self._at])
            counted = re.compile(r"\{(\d{1,3})(,(\d{0,3}))?\}", re.ASCII).match(self._pattern, self._at)
            if counted:
                least = int(counted[1])
                bounds = least, (least if counted[2] is None else int(counted[3]) if counted[3] else -1)
            if bounds is None:
                break
            if tree.repeated:
                raise RegexError("repeated twice: put what is repeated into ( )", self._at)
            self._at = counted.end() if counted else self._at + 1
            tree = _Tree("repeat", (tree,), least=bounds[0], most=bounds[1], repeated=True)
        return tree

    def _next(self, character: str) -> bool:
        if self._pattern[self._at : self._at + 1] != character:
            return False
        self._at += 1
        return True

    def _build(self, tree: _Tree, then: int) -> int:
        """The state in which a part begins, where `then` is what comes after it."""
        match tree.kind:
            case "one":
                return self._new(State(tree.accepts, (then,)))
            case "at":
                return self._new(State(None, (then,), tree.at))
            case "any":
                return self._new(State(None, tuple(self._build(part, then) for part in tree.parts)))
            case "all":
                for part in reversed(tree.parts):
                    then = self._build(part, then)
                return then
        (inner,) = tree.parts
        if tree.most < 0:
            loop = self._new(State(None, ()))
            self._states[loop] = State(None, (self._build(inner, loop), then))
            then = loop
        for _ in range(tree.most - tree.least):
            then = self._new(State(None, (self._build(inner, then), then)))
        for _ in range(tree.least):
            then = self._build(inner, then)
        return then

    def _new(self, state: State) -> int:
        if len(self._states) >= MOST_STATES:
            raise RegexError("the pattern is too long: use a shorter one", 0)
        self._states.append(state)
        return len(self._states) - 1


class _Tree(NamedTuple):
    """A part of a pattern."""

    kind: str
    parts: tuple[_Tree, ...]
    accepts: re.Pattern[str] | str | None = None
    at: str = ""
    least: int = 0
    most: int = 0
    repeated: bool = False
