"""The filter as the kernel tests it: the same bytes, evaluated here as `passes` in common.bpf.h does."""

from __future__ import annotations

import struct
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.filter import MOST_SUBSTRINGS, MOST_VALUES, FilterError, parse
from probes.pushdown import KEY_SUBSTRING, KEYS, LAST, NEGATED, SIZE, kernel_filter
from probes.snapshot import Value

WORD = (1 << 64) - 1
CHECK = struct.Struct("=II4Q")
PATTERN = struct.Struct("=4Q")


class Task(NamedTuple):
    """What the kernel knows of whoever calls. `comm`: its 16 bytes."""

    pid: int
    ppid: int
    uid: int
    comm: bytes

    @property
    def row(self) -> dict[str, Value]:
        """The same as a row of a probe has it."""
        comm = self.comm.partition(b"\0")[0].decode("utf-8", "backslashreplace")
        return {"pid": self.pid, "ppid": self.ppid, "uid": self.uid, "user": str(self.uid), "comm": comm}


def fits(pattern: tuple[int, ...], low: int, high: int) -> int:
    differs = ((low & pattern[2]) ^ pattern[0]) | ((high & pattern[3]) ^ pattern[1])
    return int(differs == 0)


def passes(bytes_: bytes, task: Task) -> bool:
    """`passes` of common.bpf.h, line by line."""
    checks, substrings, asks_parent, _unused = struct.unpack_from("=4I", bytes_)
    if not checks:
        return True
    comm = struct.unpack("=2Q", task.comm)
    ppid = task.ppid if asks_parent else 0
    found = held = 0
    if substrings:
        low, high = comm
        for _ in range(16):
            for i in range(MOST_SUBSTRINGS):
                at = 16 + MOST_VALUES * CHECK.size + i * PATTERN.size
                found |= fits(PATTERN.unpack_from(bytes_, at), low, high) << i
            low, high = (low >> 8 | high << 56) & WORD, high >> 8
    for i in range(checks):
        key, flags, *pattern = CHECK.unpack_from(bytes_, 16 + i * CHECK.size)
        low, high = found, 0
        if key != KEY_SUBSTRING:
            low, high = {
                KEYS["pid"]: (task.pid, 0),
                KEYS["ppid"]: (ppid, 0),
                KEYS["user"]: (task.uid, 0),
                KEYS["comm"]: comm,
            }[key]
        held |= fits(tuple(pattern), low, high)
        if flags & LAST:
            if held == flags & NEGATED:
                return False
            held = 0
    return True


def _is_text(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


letters = st.sampled_from("ab:é-")
comms = st.text(letters, max_size=15).map(lambda text: text.encode()[:15]).filter(_is_text)
numbers = st.integers(0, 6)
tasks = st.builds(Task, numbers, numbers, numbers, comms.map(lambda name: name.ljust(16, b"\0")))


values = st.lists(numbers.map(str), min_size=1, max_size=3).map(",".join)
parts = st.text(letters, min_size=1, max_size=4)
terms = st.one_of(
    st.builds("{}{}:{}".format, st.sampled_from(["", "!"]), st.sampled_from(["pid", "ppid", "user"]), values),
    st.builds('{}comm{}"{}"'.format, st.sampled_from(["", "!"]), st.sampled_from(":="), parts),
    st.builds('{}comm{}"{}","{}"'.format, st.sampled_from(["", "!"]), st.sampled_from(":="), parts, parts),
)


@given(st.lists(terms, max_size=3).map(" ".join), tasks)
@example('comm:"b"', Task(1, 1, 1, b"aaaaaaaaaaaaaab\0"))
@example('comm="a"', Task(1, 1, 1, b"ab".ljust(16, b"\0")))
@example('!comm:"a" ppid:0', Task(1, 0, 1, bytes(16)))
def test_the_kernel_and_the_screen_agree(text: str, task: Task) -> None:
    filter_ = parse(text)
    assert passes(kernel_filter(filter_), task) == filter_.matches(task.row)


@given(st.text(letters, min_size=1, max_size=15).filter(lambda name: len(name.encode()) <= 15), tasks)
def test_a_whole_name_of_any_length(name: str, task: Task) -> None:
    own = Task(1, 1, 1, name.encode().ljust(16, b"\0"))
    for text in (f'comm="{name}"', f'comm:"{name}"'):
        assert passes(kernel_filter(parse(text)), own)
        assert passes(kernel_filter(parse(text)), task) == parse(text).matches(task.row)


def test_a_full_filter_fits() -> None:
    pids = ",".join(map(str, range(MOST_VALUES - MOST_SUBSTRINGS)))
    names = ",".join(f"name-{i}" for i in range(MOST_SUBSTRINGS))
    bytes_ = kernel_filter(parse(f"pid:{pids} comm:{names}"))
    assert len(bytes_) == len(kernel_filter(parse(""))) == SIZE
    assert passes(bytes_, Task(MOST_VALUES - MOST_SUBSTRINGS - 1, 1, 0, b"xname-5".ljust(16, b"\0")))
    assert not passes(bytes_, Task(MOST_VALUES, 1, 0, b"xname-5".ljust(16, b"\0")))
    assert not passes(bytes_, Task(1, 1, 0, b"xname-6".ljust(16, b"\0")))


def test_places_for_names_that_are_not_there_fit_nothing() -> None:
    bytes_ = kernel_filter(parse("!comm:x"))
    assert passes(bytes_, Task(1, 1, 1, bytes(16)))
    assert passes(bytes_, Task(1, 1, 1, b"\1" * 15 + b"\0"))


def test_a_user_that_is_not_here_is_refused() -> None:
    with pytest.raises(FilterError, match="no user"):
        kernel_filter(parse("user:no-such-user"))
