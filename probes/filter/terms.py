"""What a filter is made of, once it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import msgspec

MOST = (1 << 63) - 1
"""No bound: the largest number that the kernel's side compares with."""

Test = Literal["has", "is", "prefix", "glob", "regex", "range"]


class Pattern(msgspec.Struct, frozen=True):
    """One value of a term. A range holds numbers from `low` to `high`, both included; the others compare `text`."""

    test: Test
    text: str
    low: int = 0
    high: int = 0


class Term(msgspec.Struct, frozen=True):
    """One condition: the field of `key` fits one of `patterns`; negated, none of them.

    key         a name of probes.filter.keys; empty for a word without one
    start, end  where it stands in the text, with what negates it
    """

    key: str
    patterns: tuple[Pattern, ...]
    negated: bool
    start: int
    end: int


class Group(msgspec.Struct, frozen=True):
    """Several conditions, of which one must hold (`any`) or else all. Its place is that of its parentheses, if any."""

    any: bool
    parts: tuple[Node, ...]
    negated: bool
    start: int
    end: int


Node: TypeAlias = Term | Group


def conjunction(nodes: Sequence[Node], negated: bool = False) -> Iterator[Node]:
    """What must hold, all of it, without needless groups."""
    for node in nodes:
        inverted = node.negated != negated
        if isinstance(node, Group) and (node.any == inverted or len(node.parts) == 1):
            yield from conjunction(node.parts, inverted)
        else:
            yield msgspec.structs.replace(node, negated=inverted)


def leaves(node: Node) -> Iterator[Term]:
    """The terms of a condition."""
    if isinstance(node, Term):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)
