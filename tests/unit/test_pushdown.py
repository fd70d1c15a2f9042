"""The filter as the kernel tests it: the same bytes, evaluated here as common.bpf.h does."""

from __future__ import annotations

import struct
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.columns import Value
from probes.filter import Filter, FilterError, explain, parse
from probes.filter.match import holds
from probes.filter.plan import MOST_CHECKS, MOST_RANGES, MOST_SUBSTRINGS, Plan, plan
from probes.pushdown import (
    ASKS_CGROUP,
    ASKS_PARENT,
    ASKS_TREE,
    KEY_FOUND,
    KEYS,
    LAST,
    NEGATED,
    SIZE,
    kernel_filter,
)

WORD = (1 << 64) - 1
HEAD = struct.Struct("=4IQ")
CHECK = struct.Struct("=II4Q")
PATTERN = struct.Struct("=4Q")
RANGE = struct.Struct("=qqII")
SUBSTRINGS_AT = HEAD.size + MOST_CHECKS * CHECK.size
RANGES_AT = SUBSTRINGS_AT + MOST_SUBSTRINGS * PATTERN.size


class Call(NamedTuple):
    """What the kernel knows of a call and of whoever calls. `comm`: its 16 bytes; `ret`: errors are below 0."""

    pid: int
    ppid: int
    tid: int
    uid: int
    comm: bytes
    trees: frozenset[int]
    cgroup: str
    ret: int
    latency: int

    @property
    def row(self) -> dict[str, Value]:
        """The same as a row of an open has it."""
        comm = self.comm.partition(b"\0")[0].decode("utf-8", "backslashreplace")
        return {
            "pid": self.pid, "ppid": self.ppid, "tid": self.tid, "uid": self.uid, "user": str(self.uid), "comm": comm,
            "tree": ",".join(map(str, sorted(self.trees))) or None, "cgroup": self.cgroup or None, "path": "/etc/x",
            "fd": self.ret if self.ret >= 0 else None, "error": "ENOENT" if self.ret < 0 else None,
            "latency_us": self.latency / 1000,
        }  # fmt: skip


def fits(pattern: tuple[int, ...], low: int, high: int) -> int:
    differs = ((low & pattern[2]) ^ pattern[0]) | ((high & pattern[3]) ^ pattern[1])
    return int(differs == 0)


def bits_of(roots: tuple[int, ...]) -> dict[int, int]:
    return {root: bit for bit, root in enumerate(roots)}


def passes(made: Plan, call: Call, known: bool = True) -> bool:
    """`passes_in` and `result_passes` of common.bpf.h, line by line. `known`: its cgroup is."""
    bits = bits_of(made.roots)
    bytes_ = kernel_filter(made, bits)
    checks, substrings, asks, ranges, strange = HEAD.unpack_from(bytes_)
    comm = struct.unpack("=2Q", call.comm)
    found = trees = 0
    if asks & ASKS_TREE:
        trees = sum(1 << bits[root] for root in call.trees if root in bits)
    if asks & ASKS_CGROUP:
        each = [holds(term, {"cgroup": call.cgroup or None}) != term.negated for term in made.cgroup_terms]
        found = (sum(held << bit for bit, held in enumerate(each)) if known else strange) << 32
    if substrings:
        low, high = comm
        for _ in range(16):
            for i in range(MOST_SUBSTRINGS):
                found |= fits(PATTERN.unpack_from(bytes_, SUBSTRINGS_AT + i * PATTERN.size), low, high) << i
            low, high = (low >> 8 | high << 56) & WORD, high >> 8
    words = {
        KEYS["pid"]: (call.pid, 0),
        KEYS["ppid"]: (call.ppid if asks & ASKS_PARENT else 0, 0),
        KEYS["tid"]: (call.tid, 0),
        KEYS["user"]: (call.uid, 0),
        KEYS["comm"]: comm,
        KEY_FOUND: (found, trees),
    }
    held = 0
    for i in range(checks):
        key, flags, *pattern = CHECK.unpack_from(bytes_, HEAD.size + i * CHECK.size)
        held |= fits(tuple(pattern), *words[key])
        if flags & LAST:
            if held == flags & NEGATED:
                return False
            held = 0
    for i in range(ranges):
        least, most, latency, flags = RANGE.unpack_from(bytes_, RANGES_AT + i * RANGE.size)
        held |= least <= (call.latency if latency else call.ret) <= most
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
calls = st.builds(
    Call,
    numbers,
    numbers,
    numbers,
    numbers,
    comms.map(lambda name: name.ljust(16, b"\0")),
    st.frozensets(st.integers(10, 12)),
    st.sampled_from(["", "/", "/a", "/b/a.service"]),
    st.sampled_from([-2, 0, 1, 3]),
    st.sampled_from([0, 999, 1000, 1001, 5000]),
)

values = st.lists(numbers.map(str), min_size=1, max_size=3).map(",".join)
parts = st.text(letters, min_size=1, max_size=4)
signs = st.sampled_from(["", "!"])
terms = st.one_of(
    st.builds("{}{}:{}".format, signs, st.sampled_from(["pid", "ppid", "tid", "user"]), values),
    st.builds('{}comm{}"{}"'.format, signs, st.sampled_from(":="), parts),
    st.builds('{}comm{}"{}","{}"'.format, signs, st.sampled_from(":="), parts, parts),
    st.builds(
        '{}comm:{}"{}"{}'.format, signs, st.sampled_from(["", "*", "?"]), parts, st.sampled_from(["*", "?*", ""])
    ),
    st.builds("{}tree:{}".format, signs, st.sampled_from(["10", "10,11", "12"])),
    st.builds("{}{}".format, signs, st.sampled_from(["cgroup:a", "cgroup=/", "unit:*.service", "container:x"])),
    st.builds("{}{}".format, signs, st.sampled_from(["err:*", "err:ENOENT", "err:none", "ret:1,3", "ret<1", "ret>=0"])),
    st.builds("{}{}".format, signs, st.sampled_from(["lat>1us", "lat>=1us", "lat<1us", "lat<=5us,1us"])),
    st.builds("{}{}".format, signs, st.sampled_from(["path:etc", "path:no", "disk:sda", "arg:x", "etc"])),
)
filters = st.recursive(
    terms,
    lambda inner: (
        st.builds("{}({})".format, signs, st.lists(inner, min_size=1, max_size=3).map(" or ".join))
        | st.builds("{}({})".format, signs, st.lists(inner, min_size=1, max_size=2).map(" ".join))
    ),
    max_leaves=6,
)


@given(st.lists(filters, max_size=3).map(" ".join), calls)
@example('comm:"b"', Call(1, 1, 1, 1, b"aaaaaaaaaaaaaab\0", frozenset(), "", 0, 0))
@example('comm="a"', Call(1, 1, 1, 1, b"ab".ljust(16, b"\0"), frozenset(), "", 0, 0))
@example('!comm:"a" ppid:0', Call(1, 0, 1, 1, bytes(16), frozenset(), "", 0, 0))
def test_the_kernel_and_the_collector_together_are_the_filter(text: str, call: Call) -> None:
    filter_ = parse(text)
    made = plan(filter_, "open")
    rest, again = Filter("", made.rest), Filter("", made.again)
    assert (passes(made, call) and rest.matches(call.row)) == filter_.matches(call.row)
    unknown = passes(made, call, known=False)
    assert unknown or not filter_.matches(call.row)
    assert (unknown and rest.matches(call.row) and again.matches(call.row)) == filter_.matches(call.row)


@given(st.lists(filters, max_size=3).map(" ".join), calls)
def test_a_probe_without_some_fields_is_filtered_as_its_rows_are(text: str, call: Call) -> None:
    has = ("pid", "tid", "uid", "user", "comm", "cgroup", "tree")
    row = {key: value for key, value in call.row.items() if key in has} | {"disk": "sda", "op": "read", "error": None}
    made = plan(parse(text), "block")
    assert passes(made, call._replace(ppid=0)) or not parse(text).matches(row)


def test_a_name_of_any_length_fits_whole() -> None:
    for length in range(1, 16):
        name = "abcdefghijklmno"[:length]
        call = Call(1, 1, 1, 1, name.encode().ljust(16, b"\0"), frozenset(), "", 0, 0)
        for text in (f"comm={name}", f"comm:{name}", f"comm:{name}*", f"comm:*{name}", f"comm:*{name[-3:]}"):
            made = plan(parse(text), "open")
            assert made.tasks
            assert not made.rest
            assert passes(made, call)
            assert passes(made, call._replace(comm=b"x" * 16)) is False


def test_a_full_filter_fits() -> None:
    pids = ",".join(map(str, range(MOST_CHECKS - MOST_SUBSTRINGS)))
    names = ",".join(f"name-{i}" for i in range(MOST_SUBSTRINGS))
    returned = ",".join(map(str, range(MOST_RANGES)))
    made = plan(parse(f"pid:{pids} comm:{names} ret:{returned}"), "open")
    assert not made.rest
    assert len(kernel_filter(made, {})) == len(kernel_filter(Plan(), {})) == SIZE
    call = Call(MOST_CHECKS - MOST_SUBSTRINGS - 1, 1, 1, 0, b"xname-5".ljust(16, b"\0"), frozenset(), "", 7, 0)
    assert passes(made, call)
    assert not passes(made, call._replace(pid=MOST_CHECKS))
    assert not passes(made, call._replace(comm=b"xname-6".ljust(16, b"\0")))
    assert not passes(made, call._replace(ret=8))


@pytest.mark.parametrize("text", ["pid:{} comm:a", "comm:{} comm=a", "ret:{} comm=a"])
def test_what_finds_no_room_is_left_to_the_collector(text: str) -> None:
    made = plan(parse(text.format(",".join(map(str, range(1, MOST_CHECKS + 2))))), "open")
    assert len(made.rest) == 1
    assert len(made.tasks) == 1


def test_places_for_names_that_are_not_there_fit_nothing() -> None:
    made = plan(parse("!comm:x"), "open")
    call = Call(1, 1, 1, 1, bytes(16), frozenset(), "", 0, 0)
    assert passes(made, call)
    assert passes(made, call._replace(comm=b"\1" * 15 + b"\0"))


def test_a_user_that_is_not_here_is_refused() -> None:
    with pytest.raises(FilterError, match="no user"):
        kernel_filter(plan(parse("user:no-such-user"), "exec"), {})


@pytest.mark.parametrize(
    ("text", "probe", "where"),
    [
        ("pid:1 path:x", "open", ["kernel", "collector"]),
        ("pid:1 path:x", "block", ["kernel", "no such field"]),
        ("pid:1 or comm=x", "open", ["kernel", "kernel"]),
        ("pid:1 or path:x", "open", ["collector", "collector"]),
        ("pid:1 or path:x", "block", ["kernel", "no such field"]),
        ("!(pid:1 or path:x)", "open", ["kernel", "collector"]),
        ("!(pid:1 path:x)", "open", ["collector", "collector"]),
        ("(pid:1 (path:x))", "open", ["kernel", "collector"]),
        ("err:* lat>1ms", "open", ["kernel", "kernel"]),
        ("err:* lat>1ms", "exec", ["kernel", "no such field"]),
        ("err:* lat>1ms", "block", ["collector", "collector"]),
        ("err:* or pid:1", "open", ["collector", "collector"]),
        ("unit:x tree:1", "block", ["kernel", "kernel"]),
        ("comm:a*b comm:a* comm:/a/", "exec", ["collector", "kernel", "collector"]),
        (r"comm:\xff", "exec", ["collector"]),
        ("user:a* user:root", "exec", ["collector", "kernel"]),
        ("nginx", "open", ["collector"]),
        ("nginx", "block", ["kernel"]),
    ],
)
def test_who_tests_what(text: str, probe: str, where: list[str]) -> None:
    found = explain(parse(text), probe)
    assert [part.where for part in found] == where
    assert all(text[part.start : part.end].strip("!() ") for part in found)


def test_what_nothing_of_a_probe_can_pass_is_kept_out_by_the_kernel() -> None:
    call = Call(1, 1, 1, 1, bytes(16), frozenset(), "", 0, 0)
    assert not passes(plan(parse("path:x pid:1"), "block"), call)
    assert passes(plan(parse("!path:x pid:1"), "block"), call)
