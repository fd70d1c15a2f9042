"""Offsets from type information: a small BTF blob made here, as Documentation/bpf/btf.rst has it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest

from probes.kernel.btf import MAGIC, VMLINUX, Btf, BtfError

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO = range(1, 14)
VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(14, 20)


@dataclass
class Blob:
    """Types, numbered from 1 in the order in which they are added."""

    types: bytearray = field(default_factory=bytearray)
    strings: bytearray = field(default_factory=lambda: bytearray(1))
    count: int = 0

    def string(self, text: str) -> int:
        if not text:
            return 0
        self.strings += text.encode() + b"\0"
        return len(self.strings) - len(text) - 1

    def add(self, kind: int, name: str = "", of: int = 0, tail: bytes = b"", members: int = 0) -> int:
        """`members`: how many there are in the tail, and in the highest bit that some are bit fields."""
        self.types += struct.pack("=III", self.string(name), kind << 24 | members, of) + tail
        self.count += 1
        return self.count

    def struct(self, name: str, *members: tuple[str, int, int], kind: int = STRUCT, bitfields: int = 0) -> int:
        """members: name, type, offset in bits."""
        tail = b"".join(struct.pack("=III", self.string(member), type_, bits) for member, type_, bits in members)
        return self.add(kind, name, 64, tail, len(members) | bitfields << 31)

    def function(self, *arguments: int) -> int:
        tail = b"".join(struct.pack("=II", 0, type_) for type_ in arguments)
        return self.add(FUNC_PROTO, "", 0, tail, len(arguments))

    def bytes(self) -> bytes:
        head = struct.pack("=HBBIIIII", MAGIC, 1, 0, 24, 0, len(self.types), len(self.types), len(self.strings))
        return bytes(head + self.types + self.strings)


@pytest.fixture
def blob() -> Blob:
    """A few types of every kind, so that what comes behind them is found only if each is skipped rightly."""
    made = Blob()
    integer = made.add(INT, "int", 4, struct.pack("=I", 32))
    made.add(ARRAY, "", 0, struct.pack("=III", integer, integer, 16))
    made.add(ENUM, "colour", 4, struct.pack("=IiIi", made.string("RED"), 0, made.string("BLUE"), 1), 2)
    made.add(ENUM64, "wide", 8, struct.pack("=III", made.string("FAR"), 1, 2), 1)
    made.add(FWD, "later")
    made.add(VOLATILE, "", integer)
    made.add(RESTRICT, "", integer)
    made.add(FLOAT, "double", 8)
    made.add(VAR, "variable", integer, struct.pack("=I", 1))
    made.add(DATASEC, ".data", 8, struct.pack("=III", integer, 0, 8), 1)
    made.add(DECL_TAG, "tag", integer, struct.pack("=i", -1))
    made.add(TYPE_TAG, "user", integer)
    made.add(FUNC, "main", integer)
    made.struct("request", ("q", integer, 0), ("__data_len", integer, 352))
    made.struct("queue", ("disk", integer, 64))
    return made


def test_a_member_is_so_many_bytes_from_the_start(blob: Blob) -> None:
    btf = Btf(blob.bytes())
    assert btf.offset("request", "q") == 0
    assert btf.offset("request", "__data_len") == 44
    assert btf.offset("queue", "disk") == 8


def test_members_of_anonymous_structs_and_unions_within(blob: Blob) -> None:
    inner = blob.struct("", ("deep", 1, 32), ("deeper", 1, 64))
    union = blob.struct("", ("either", 1, 0), ("", inner, 128), kind=UNION)
    named = blob.struct("named", ("hidden", 1, 0))
    blob.struct("outer", ("first", 1, 0), ("", union, 256), ("sub", named, 512))
    btf = Btf(blob.bytes())
    assert btf.offset("outer", "first") == 0
    assert btf.offset("outer", "either") == 32
    assert btf.offset("outer", "deep") == 32 + 16 + 4
    assert btf.offset("outer", "deeper") == 32 + 16 + 8
    assert btf.offset("outer", "sub") == 64
    assert not btf.has("outer", "hidden")


def test_bit_fields_say_how_wide_they_are_beside_where(blob: Blob) -> None:
    blob.struct("flags", ("one", 1, 3 << 24 | 8), ("two", 1, 160), bitfields=1)
    btf = Btf(blob.bytes())
    assert (btf.offset("flags", "one"), btf.offset("flags", "two")) == (1, 20)


def test_what_is_not_there(blob: Blob) -> None:
    btf = Btf(blob.bytes())
    assert btf.has("request", "q")
    assert not btf.has("request", "rq_disk")
    assert not btf.has("nowhere", "q")
    with pytest.raises(BtfError, match="struct request has no member rq_disk"):
        btf.offset("request", "rq_disk")
    with pytest.raises(BtfError, match="no type nowhere"):
        btf.offset("nowhere", "q")
    with pytest.raises(BtfError, match="no type colour"):  # an enum is no struct
        btf.offset("colour", "RED")


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_argument_of_a_tracepoint(blob: Blob, before: int) -> None:
    request, queue = 14, 15
    data, other = blob.add(PTR), blob.add(PTR, "", queue)
    pointer = blob.add(PTR, "", blob.add(CONST, "", request))
    prototype = blob.function(data, *[other] * before, pointer, 1)
    blob.add(TYPEDEF, "btf_trace_block_rq_issue", blob.add(PTR, "", prototype))
    btf = Btf(blob.bytes())
    assert btf.tracepoint_argument("block_rq_issue", "request") == before
    assert btf.tracepoint_argument("block_rq_nowhere", "request") is None
    with pytest.raises(BtfError, match="no argument of type later"):
        btf.tracepoint_argument("block_rq_issue", "later")


def test_a_pointer_to_nothing_is_no_argument(blob: Blob) -> None:
    """void * is a pointer to type 0, which is not in the list."""
    anything = blob.add(PTR, "", 0)
    pointer = blob.add(PTR, "", 14)
    prototype = blob.function(anything, anything, pointer)
    blob.add(TYPEDEF, "btf_trace_x", blob.add(PTR, "", prototype))
    assert Btf(blob.bytes()).tracepoint_argument("x", "request") == 1


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\0" * 24, b"\x9f", b"\xeb\x9f" + bytes(40)])
def test_what_is_no_type_information(data: bytes) -> None:
    with pytest.raises(BtfError):
        Btf(data)


@pytest.mark.skipif(not VMLINUX.exists(), reason="this kernel has no type information")
def test_this_kernel() -> None:
    btf = Btf()
    assert btf.offset("task_struct", "tgid") > btf.offset("task_struct", "flags") > 0
    assert btf.offset("list_head", "prev") == struct.calcsize("P")
    assert not btf.has("task_struct", "no_such_member")


def test_enumerators_have_values(blob: Blob) -> None:
    btf = Btf(blob.bytes())
    assert btf.enumerator("colour", "BLUE") == 1
    with pytest.raises(BtfError, match="enum colour has no GREEN"):
        btf.enumerator("colour", "GREEN")
    with pytest.raises(BtfError, match="no type shade"):
        btf.enumerator("shade", "BLUE")
