"""A filter as the kernel tests it: the bytes of `struct filter` in common.bpf.h."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from probes.filter.local import uids
from probes.filter.plan import CGROUP_KEYS, MOST_CHECKS, MOST_RANGES, MOST_SUBSTRINGS, Clause, Plan, simple_comm
from probes.filter.terms import MOST, Term

KEYS = {"pid": 0, "ppid": 1, "user": 2, "comm": 3, "tid": 5}
KEY_FOUND = 4
NEGATED, LAST = 1, 2
ASKS_PARENT, ASKS_TREE, ASKS_CGROUP = 1, 2, 4
FIRST_CGROUP_BIT = 32
ALL = (1 << 64) - 1

_HEAD = struct.Struct("=IIIIQ")
_PATTERN = struct.Struct("=16s16s")
_CHECK = struct.Struct("=II32s")
_RANGE = struct.Struct("=qqII")
SIZE = _HEAD.size + MOST_CHECKS * _CHECK.size + MOST_SUBSTRINGS * _PATTERN.size + MOST_RANGES * _RANGE.size
_NEVER = _PATTERN.pack(b"\1" * 16, b"\0" * 16)
"""A pattern that nothing fits."""


def kernel_filter(plan: Plan, trees: Mapping[int, int]) -> bytes:
    """The filter for the map `filters`. `trees` has the bit of each process that is followed. Raises FilterError for a
    user that this machine does not have.
    """
    packer = _Packer(plan, trees)
    checks = [check for clause in plan.tasks for check in packer.checks(clause)]
    if plan.never:
        checks = [_CHECK.pack(KEYS["pid"], LAST, _NEVER)]
    ranges = [range_ for clause in plan.results for range_ in _ranges(clause)]
    keys = {term.key for clause in plan.tasks for term in clause.terms}
    asks = (
        ASKS_PARENT * ("ppid" in keys) | ASKS_TREE * ("tree" in keys) | ASKS_CGROUP * (not keys.isdisjoint(CGROUP_KEYS))
    )
    head = _HEAD.pack(len(checks), len(packer.substrings), asks, len(ranges), _strange(plan))
    padded = packer.substrings + [_NEVER] * (MOST_SUBSTRINGS - len(packer.substrings))
    return (
        head
        + b"".join(checks).ljust(MOST_CHECKS * _CHECK.size, b"\0")
        + b"".join([*padded, b"".join(ranges).ljust(MOST_RANGES * _RANGE.size, b"\0")])
    )


def _strange(plan: Plan) -> int:
    """The bits of a cgroup of which nothing is known, so that it passes."""
    passing = (not clause.negated for clause in plan.tasks for term in clause.terms if term.key in CGROUP_KEYS)
    return sum(passes << bit for bit, passes in enumerate(passing))


class _Packer:
    """Makes the checks, and gathers what is to be looked for within a comm."""

    def __init__(self, plan: Plan, trees: Mapping[int, int]) -> None:
        self.substrings: list[bytes] = []
        self._trees = trees
        self._cgroup_bit = FIRST_CGROUP_BIT

    def checks(self, clause: Clause) -> Iterator[bytes]:
        """The checks of a clause, the last of which says that it is."""
        found = [check for term in clause.terms for check in self._checks(term)]
        for i, (key, pattern) in enumerate(found):
            last = LAST if i == len(found) - 1 else 0
            yield _CHECK.pack(key, last | (NEGATED if clause.negated else 0), pattern)

    def _checks(self, term: Term) -> Iterator[tuple[int, bytes]]:
        if term.key in CGROUP_KEYS:
            yield KEY_FOUND, _bit(self._cgroup_bit)
            self._cgroup_bit += 1
        elif term.key == "user":
            yield from ((KEYS["user"], _number(uid)) for uid in uids(term))
        elif term.key == "comm":
            yield from self._comms(term)
        elif term.key == "tree":
            yield from ((KEY_FOUND, _high_bit(self._trees[int(pattern.text)])) for pattern in term.patterns)
        else:
            yield from ((KEYS[term.key], _number(int(pattern.text))) for pattern in term.patterns)

    def _comms(self, term: Term) -> Iterator[tuple[int, bytes]]:
        for pattern in term.patterns:
            stretch = simple_comm(pattern)
            if stretch is None:  # the plan has none such
                continue
            packed = _PATTERN.pack(stretch.text, b"\xff" * (len(stretch.text) + stretch.last))  # with its NUL, if last
            if stretch.first:
                yield KEYS["comm"], packed
            else:
                yield KEY_FOUND, _bit(len(self.substrings))
                self.substrings.append(packed)


def _ranges(clause: Clause) -> Iterator[bytes]:
    found = [(term.key == "lat", pattern) for term in clause.terms for pattern in term.patterns]
    for i, (latency, pattern) in enumerate(found):
        last = LAST if i == len(found) - 1 else 0
        flags = last | (NEGATED if clause.negated else 0)
        yield _RANGE.pack(max(pattern.low, -MOST), min(pattern.high, MOST), latency, flags)


def _number(value: int) -> bytes:
    return struct.pack("=QQQQ", value, 0, ALL, ALL)


def _bit(bit: int) -> bytes:
    return struct.pack("=QQQQ", 1 << bit, 0, 1 << bit, 0)


def _high_bit(bit: int) -> bytes:
    return struct.pack("=QQQQ", 0, 1 << bit, 0, 1 << bit)
