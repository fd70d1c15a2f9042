"""A filter as the kernel tests it: the bytes of `struct filter` in common.bpf.h."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from probes.filter import MOST_SUBSTRINGS, MOST_VALUES, Filter, Term, uids

KEYS = {"pid": 0, "ppid": 1, "user": 2, "comm": 3}
KEY_SUBSTRING = 4
NEGATED, LAST = 1, 2
ALL = (1 << 64) - 1

_HEAD = struct.Struct("=IIII")
_PATTERN = struct.Struct("=16s16s")
_CHECK = struct.Struct("=II32s")
SIZE = _HEAD.size + MOST_VALUES * _CHECK.size + MOST_SUBSTRINGS * _PATTERN.size


def kernel_filter(filter_: Filter) -> bytes:
    """The filter for the map `filters`. Raises FilterError for a user that this machine does not have."""
    substrings: list[bytes] = []
    checks = [check for term in filter_.terms for check in _checks(term, substrings)]
    asks_parent = any(term.key == "ppid" for term in filter_.terms)
    head = _HEAD.pack(len(checks), len(substrings), asks_parent, 0)
    # A pattern that can never fit fills the places of those that are not there.
    never = _PATTERN.pack(b"\1" * 16, b"\0" * 16)
    padded = substrings + [never] * (MOST_SUBSTRINGS - len(substrings))
    return head + b"".join(checks).ljust(MOST_VALUES * _CHECK.size, b"\0") + b"".join(padded)


def _checks(term: Term, substrings: list[bytes]) -> Iterator[bytes]:
    patterns = [_number(uid) for uid in uids(term)] if term.key == "user" else [_value(term, v) for v in term.values]
    key = KEYS[term.key]
    if term.key == "comm" and term.test == "has":
        key = KEY_SUBSTRING
        first = len(substrings)
        substrings += patterns
        patterns = [_number(1 << i, 1 << i) for i in range(first, len(substrings))]
    for i, pattern in enumerate(patterns):
        last = LAST if i == len(patterns) - 1 else 0
        yield _CHECK.pack(key, last | (NEGATED if term.negated else 0), pattern)


def _value(term: Term, value: str) -> bytes:
    if term.key != "comm":
        return _number(int(value))
    text = value.encode("utf-8", "surrogateescape")
    exact = 1 if term.test == "is" else 0  # the NUL behind it is compared as well
    return _PATTERN.pack(text, b"\xff" * (len(text) + exact))


def _number(value: int, mask: int = ALL) -> bytes:
    return struct.pack("=QQQQ", value, 0, mask, ALL if mask == ALL else 0)
