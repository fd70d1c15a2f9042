"""A filter's text while it is made: what is being typed, a term more, a term less."""

from __future__ import annotations

import re
from typing import NamedTuple

from probes.columns import Value
from probes.filter.errors import FilterError
from probes.filter.grammar import NAME, OPERATOR, is_bare, parse
from probes.filter.keys import KEYS
from probes.filter.match import nanoseconds
from probes.filter.terms import Group, Node, Term
from probes.filter.values import UNITS, takes_slashes
from probes.filter.words import Mark, Word, tokens

PLAIN = re.compile(r"[\w./@+-][\w./@:+-]*")
"""What needs no quotes."""
LONGEST_NS = 10**18
"""Of a time that can be typed, and one more."""
LAST_JOINT = re.compile(r"(^|\s)(or|and)\s*$", re.IGNORECASE)


class Typed(NamedTuple):
    """What is being typed: `prefix` is what of it stands before the caret, `key` that whose value it is, None for a key
    or a word of its own. What completes it takes the place from `start` to `end` of the text.
    """

    start: int
    end: int
    key: str | None
    prefix: str


def complete(text: str, at: int) -> Typed:
    """What is being typed where the caret is, before the character `at`, in a text that need not be a filter yet."""
    for word in tokens(text, lenient=True):
        if isinstance(word, Mark) or not word.start < at <= word.end:
            continue
        start = 1 if word.find("!") == 0 else 0
        name = NAME.match(word.text, start)
        operator = OPERATOR.match(word.text, name.end()) if name else None
        if name is None or operator is None or name[0] not in KEYS or at < _after(word, operator.end()):
            begin = min(word.place(start) if start < len(word.text) else word.end, at)
            return Typed(begin, word.end, None, _before(word, start, at))
        begin = operator.end()
        cuts = word.commas(begin, slashes=takes_slashes(KEYS[name[0]], operator[0]))
        begin = max([begin, *(cut + 1 for cut in cuts if word.places[cut] < at)])
        end = min([len(word.text), *(cut for cut in cuts if word.places[cut] >= at)])
        stop = word.end if end == len(word.text) else word.places[end]
        return Typed(_after(word, begin), stop, name[0], _before(word, begin, at))
    return Typed(at, at, None, "")


def _after(word: Word, index: int) -> int:
    """Where in the text stands what follows the first `index` characters of a word, a quote included."""
    return word.places[index - 1] + 1 if index else word.start


def _before(word: Word, start: int, at: int) -> str:
    return "".join(word.text[i] for i in range(start, len(word.text)) if word.places[i] < at)


def with_term(text: str, key: str, value: str | int, negated: bool, *, begins: bool = False) -> str:
    """The filter and one term more: that a key is this value, or is not; of a time, that it is no less, or less; where
    the value is how a text `begins`, that it does. Raises FilterError where it cannot be.

    A term that is there already is not put in again, and one that says the opposite goes.
    """
    added = _written(key, value, negated, begins)
    new, opposite = _said(added), _said(_written(key, value, not negated, begins))
    found = parse(text)
    for old in found.terms:
        said = _said(text[old.start : old.end]) if isinstance(old, Term) else None
        if said == new:
            return found.text
        if said == opposite:
            shorter = f"{text[: old.start]} {text[old.end :]}".strip()
            return with_term(shorter, key, value, negated, begins=begins)
    alone = found.terms[0] if len(found.terms) == 1 else None
    kept = f"({found.text})" if isinstance(alone, Group) and alone.any and is_bare(alone) else found.text
    return parse(f"{kept} {added}".strip()).text


def _written(key: str, value: str | int, negated: bool, begins: bool) -> str:
    """A term for that value."""
    if begins:
        return f"{'!' * negated}{key}:{quoted(str(value))}*"
    if KEYS[key].kind == "latency":
        return f"{key}{'<' if negated else '>='}{value}"
    operator = ":" if KEYS[key].kind in ("number", "error", "choice", "return", "end") else "="
    return f"{'!' * negated}{key}{operator}{quoted(str(value))}"


def _said(text: str) -> object:
    """What a term says, wherever it stands."""
    (node,) = parse(text).terms
    return (node.key, node.patterns, node.negated) if isinstance(node, Term) else None


def quoted(value: str) -> str:
    """A value as it is typed."""
    return value if PLAIN.fullmatch(value) else '"' + value.replace('"', '""') + '"'


def duration(value: Value, unit_ns: int) -> str:
    """How long something took, in units of so many nanoseconds, as it is typed: to the nanosecond, so that it passes
    itself. Empty where it is no such time.
    """
    ns = nanoseconds(value, unit_ns)
    if ns is None or not 0 <= ns < LONGEST_NS:
        return ""
    unit, one = next((unit for unit in reversed(UNITS.items()) if ns >= unit[1]), ("us", UNITS["us"]))
    digits = str(one + ns % one)[1:].rstrip("0")
    return f"{ns // one}{'.' if digits else ''}{digits}{unit}"


def key_begun(text: str) -> bool:
    """Whether the last word may be a key that is not whole yet: the `us` of `user:root`."""
    last = next(iter(reversed(list(tokens(text, lenient=True)))), None)
    if last is None or isinstance(last, Mark) or last.end != len(text) or text[last.start :] != last.text:
        return False
    name = last.text.removeprefix("!")
    return bool(name) and any(key.startswith(name) for key in KEYS)


def without_last(text: str) -> str:
    """The filter without its last term."""
    try:
        terms = parse(text).terms
        start = _start(terms[-1]) if terms else 0
    except FilterError:  # it is being typed: then its last word goes
        start = max([0, *(token.start for token in tokens(text, lenient=True))])
    return LAST_JOINT.sub("", text[:start].rstrip()).strip()


def _start(node: Node) -> int:
    """Where the last of several terms begins; those in parentheses are one."""
    return _start(node.parts[-1]) if isinstance(node, Group) and is_bare(node) else node.start
