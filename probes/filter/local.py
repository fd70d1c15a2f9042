"""Filters that this machine's kernel will test: their users must exist here."""

from __future__ import annotations

import pwd

from probes.filter.errors import FilterError
from probes.filter.grammar import parse
from probes.filter.parsed import Filter
from probes.filter.terms import Term, leaves
from probes.filter.values import is_number


def parse_local(text: str) -> Filter:
    """As `parse`, and the users that it names must exist here. Raises FilterError."""
    parsed = parse(text)
    for leaf in (leaf for term in parsed.terms for leaf in leaves(term)):
        if leaf.key == "user":
            uids(leaf)
    return parsed


def uids(term: Term) -> tuple[int, ...]:
    """The uids that a user term names on this machine. Raises FilterError for a user that does not exist."""
    return tuple(_uid(pattern.text, term.start) for pattern in term.patterns if pattern.test == "is")


def _uid(value: str, position: int) -> int:
    if is_number(value, 1 << 32):
        return int(value)
    try:
        return pwd.getpwnam(value).pw_uid
    except (KeyError, ValueError):
        raise FilterError(f"no user {value!r} here: give a user name or a uid", position) from None
