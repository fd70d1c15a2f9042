"""A filter, once it is read."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from probes.columns import Value
from probes.filter.keys import LATER_KEYS
from probes.filter.match import holds
from probes.filter.terms import Node, conjunction, leaves


class Filter(msgspec.Struct, frozen=True):
    """A parsed filter: all `terms` must hold. None: everything matches."""

    text: str = ""
    terms: tuple[Node, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def empty(self) -> bool:
        """Whether everything matches."""
        return not self.terms

    @property
    def waits(self) -> bool:
        """Whether it asks for how processes end: a row that does not pass may do so later."""
        return any(leaf.key in LATER_KEYS for term in self.terms for leaf in leaves(term))

    @property
    def follows(self) -> bool:
        """Whether it asks for trees of processes: it matters who is above whom."""
        return any(leaf.key == "tree" for term in self.terms for leaf in leaves(term))

    def matches(self, fields: Mapping[str, Value]) -> bool:
        """Whether a row, as a mapping from column id to value, passes every term."""
        return all(holds(term, fields) for term in self.terms)

    def asks_only(self, *keys: str) -> bool:
        """Whether it asks for nothing but these keys."""
        return all(leaf.key in keys for term in self.terms for leaf in leaves(term))

    def within(self, *keys: str) -> Filter:
        """What of it asks for nothing but these keys, for rows that have no more."""
        kept = (term for term in conjunction(self.terms) if all(leaf.key in keys for leaf in leaves(term)))
        return Filter(self.text, tuple(kept))
