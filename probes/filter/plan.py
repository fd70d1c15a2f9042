"""Who tests what: the part of a filter that the kernel sees to for a probe, and the rest, which the collector does.

The kernel keeps out only what cannot pass: what it lets through is a superset, and `rest` is put to the rows. How a
process ends is known long after its row was sent: what asks for that is tested where rows are shown.
"""

from __future__ import annotations

from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from probes.filter.keys import BARE, BARE_KEYS, LATER_KEYS, has
from probes.filter.parsed import Filter
from probes.filter.terms import Group, Node, Pattern, Term, conjunction, leaves
from probes.filter.values import COMM_BYTES

MOST_CHECKS = 24
MOST_SUBSTRINGS = 6
MOST_RANGES = 8
MOST_CGROUP_TERMS = 32
"""What the kernel's side has room for (struct filter in common.bpf.h); what finds none is tested by the collector."""

CGROUP_KEYS = ("unit", "cgroup", "container")
RESULT_KEYS = {"exec": ("ret", "err"), "open": ("ret", "err", "lat"), "block": ()}
"""What is known only when a call ends, where the kernel tests it."""

Where = Literal["kernel", "collector", "screen", "no such field"]


class Clause(NamedTuple):
    """One of the terms must hold; negated, none of them may."""

    terms: tuple[Term, ...]
    negated: bool


class Plan(NamedTuple):
    """What of a filter is tested where, for one probe.

    tasks    by the kernel, of whoever calls; and results: of what comes of the call
    never    no event of the probe can pass
    again    by the kernel as far as it knows the cgroup, and by the collector
    rest     by the collector alone
    later    by neither: by whoever shows rows, once it is known
    roots    processes whose descendants are to be followed
    """

    tasks: tuple[Clause, ...] = ()
    results: tuple[Clause, ...] = ()
    never: bool = False
    again: tuple[Node, ...] = ()
    rest: tuple[Node, ...] = ()
    later: tuple[Node, ...] = ()
    roots: tuple[int, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether the kernel must know how long each call takes."""
        return any(term.key == "lat" for clause in self.results for term in clause.terms)

    @property
    def cgroup_terms(self) -> tuple[Term, ...]:
        """Those of `tasks` that ask for a cgroup: each has a bit of its own in the kernel."""
        return tuple(term for clause in self.tasks for term in clause.terms if term.key in CGROUP_KEYS)


class Part(NamedTuple):
    """Who tests the term between two places of the text. Without such a field nothing fits it."""

    start: int
    end: int
    where: Where


def plan(filter_: Filter, probe: str) -> Plan:
    """Who tests what of a filter's terms for a probe."""
    room = _Room()
    tasks: list[Clause] = []
    results: list[Clause] = []
    again: list[Node] = []
    rest: list[Node] = []
    later: list[Node] = []
    never = False
    for node in sorted(conjunction(filter_.terms), key=_without_tree):
        clause = _clause(node, probe)
        if any(leaf.key in LATER_KEYS and has(probe, leaf.key) for leaf in leaves(node)):
            later.append(node)
        elif clause is not None and not clause.terms:
            never |= not clause.negated
        elif clause is None or not room.take(clause):
            rest.append(node)
        elif clause.terms[0].key in RESULT_KEYS[probe]:
            results.append(clause)
        else:
            tasks.append(clause)
            if any(term.key in CGROUP_KEYS for term in clause.terms):
                again.append(node)
    roots = _roots(filter_, probe)
    return Plan(tuple(tasks), tuple(results), never, tuple(again), tuple(rest), tuple(later), roots)


def explain(filter_: Filter, probe: str) -> tuple[Part, ...]:
    """Who tests each term for a probe, in the order of the text."""
    made = plan(filter_, probe)
    others: dict[int, Where] = {leaf.start: "collector" for node in made.rest for leaf in leaves(node)}
    others |= {leaf.start: "screen" for node in made.later for leaf in leaves(node)}
    found = sorted(chain.from_iterable(map(leaves, filter_.terms)), key=lambda leaf: leaf.start)
    return tuple(
        Part(leaf.start, leaf.end, others.get(leaf.start, "kernel") if has(probe, leaf.key) else "no such field")
        for leaf in found
    )


def _without_tree(node: Node) -> bool:
    """Trees come first: a slow request does not tell what tree it is of."""
    return not any(leaf.key == "tree" for leaf in leaves(node))


def _roots(filter_: Filter, probe: str) -> tuple[int, ...]:
    if not has(probe, "tree"):
        return ()
    named = (leaf for node in filter_.terms for leaf in leaves(node) if leaf.key == "tree")
    return tuple(sorted({int(pattern.text) for leaf in named for pattern in leaf.patterns}))


def _clause(node: Node, probe: str) -> Clause | None:
    """The clause that a condition is, without the terms that nothing of the probe fits; None where the kernel cannot
    test it.
    """
    found = _alternatives(node)
    if found is None:
        return None
    terms = [_known_as(term, probe) for term in found if has(probe, term.key)]
    results = [term.key in RESULT_KEYS[probe] for term in terms]
    if not all(map(_is_for_kernel, terms)) or (any(results) and not all(results)):
        return None
    if any(term.key in ("ret", "err", "lat") and term.key not in RESULT_KEYS[probe] for term in terms):
        return None
    return Clause(tuple(terms), node.negated)


def _alternatives(node: Node) -> list[Term] | None:
    """The terms of which one must hold; None where it is not that simple."""
    if isinstance(node, Term):
        return [node]
    found: list[Term] = []
    for part in node.parts:
        inner = None if part.negated or (isinstance(part, Group) and not _is_any(part)) else _alternatives(part)
        if inner is None:
            return None
        found += inner
    return found if _is_any(node) else None


def _is_any(group: Group) -> bool:
    return group.any or len(group.parts) == 1


def _known_as(term: Term, probe: str) -> Term:
    """A word without a key is of the comm, where a probe has nothing else to look for it."""
    known = [key for key in BARE_KEYS if has(probe, key)]
    return msgspec.structs.replace(term, key=known[0]) if term.key == BARE and len(known) == 1 else term


def _is_for_kernel(term: Term) -> bool:
    match term.key:
        case "pid" | "tid" | "ppid" | "tree" | "unit" | "cgroup" | "container" | "ret" | "err" | "lat":
            return True
        case "user":
            return all(pattern.test == "is" for pattern in term.patterns)
        case "comm":
            return all(simple_comm(pattern) is not None for pattern in term.patterns)
    return False


class Stretch(NamedTuple):
    """A comm that the kernel can look for: text, at the beginning and at the end of the name or anywhere in it."""

    text: bytes
    first: bool
    last: bool


def simple_comm(pattern: Pattern) -> Stretch | None:
    """What the kernel looks for; None where it cannot: what is not UTF-8 is written otherwise in a row."""
    text, first, last = pattern.text, pattern.test != "has", pattern.test != "has"
    if pattern.test == "glob":
        first, last = not text.startswith("*"), not text.endswith("*")
        text = text[not first : len(text) - (not last)]
        if any(character in "*?[" for character in text):
            return None
    elif pattern.test not in ("has", "is"):
        return None
    data = text.encode("utf-8", "replace")
    return Stretch(data, first, last) if data and len(data) <= COMM_BYTES and b"\\" not in data else None


class _Room:
    """What is left of the kernel's places."""

    def __init__(self) -> None:
        self._left = [MOST_CHECKS, MOST_SUBSTRINGS, MOST_RANGES, MOST_CGROUP_TERMS]

    def take(self, clause: Clause) -> bool:
        """Takes the places of a clause, if there are that many."""
        wanted = [sum(each) for each in zip(*map(_places, clause.terms), strict=True)]
        left = [have - want for have, want in zip(self._left, wanted, strict=True)]
        if min(left) < 0:
            return False
        self._left = left
        return True


def _places(term: Term) -> tuple[int, int, int, int]:
    """How many checks, substrings, ranges and bits of cgroups a term takes."""
    values = len(term.patterns)
    if term.key in ("ret", "err", "lat"):
        return 0, 0, values, 0
    if term.key in CGROUP_KEYS:
        return 1, 0, 0, 1
    stretches = [simple_comm(pattern) for pattern in term.patterns] if term.key == "comm" else []
    return values, sum(1 for stretch in stretches if stretch and not stretch.first), 0, 0
