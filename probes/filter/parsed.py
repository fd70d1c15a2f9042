"""A filter, once it is read."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from probes.filter.match import holds
from probes.filter.terms import Node, conjunction, leaves
from probes.snapshot import Value


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

    def matches(self, fields: Mapping[str, Value]) -> bool:
        """Whether a row, as a mapping from column id to value, passes every term."""
        return all(holds(term, fields) for term in self.terms)

    def within(self, *keys: str) -> Filter:
        """What of it asks for nothing but these keys, for rows that have no more."""
        kept = (term for term in conjunction(self.terms) if all(leaf.key in keys for leaf in leaves(term)))
        return Filter(self.text, tuple(kept))
