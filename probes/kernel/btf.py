"""Where the fields of kernel structs are on this kernel, from its own type information.

Reads /sys/kernel/btf/vmlinux (Documentation/bpf/btf.rst), only when a probe is compiled.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

VMLINUX = Path("/sys/kernel/btf/vmlinux")

MAGIC = 0xEB9F
_HEAD = struct.Struct("=HBBIIIII")
PTR, STRUCT, UNION, ENUM, TYPEDEF, CONST, FUNC_PROTO = 2, 4, 5, 6, 8, 10, 13
_TAIL = {1: 4, 3: 12, 14: 4, 17: 4}
_PER_MEMBER = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
"""Bytes behind a type's 12-byte head: fixed ones by kind (int, array, var, decl tag), and for each
member (struct, union, enum, function prototype, data section, 64-bit enum)."""


class BtfError(Exception):
    """There is no type information, or it lacks what a probe needs."""


class _Type(NamedTuple):
    name: int
    info: int
    size_or_type: int
    at: int

    @property
    def kind(self) -> int:
        return self.info >> 24 & 0x1F


@contextmanager
def _whole() -> Iterator[None]:
    """What does not fit together within it is damage. Raises BtfError."""
    try:
        yield
    except (struct.error, IndexError, ValueError, RecursionError):
        raise BtfError(f"{VMLINUX} is damaged") from None


class Btf:
    """The types of a kernel. `data` is a BTF blob; by default this kernel's."""

    def __init__(self, data: bytes | None = None) -> None:
        if data is None:
            try:
                data = VMLINUX.read_bytes()
            except OSError:
                raise BtfError(f"the kernel has no type information ({VMLINUX} is missing)") from None
        self._data = data
        try:
            magic, _version, _flags, head, type_off, type_len, str_off, _str_len = _HEAD.unpack_from(data)
            self._strings = head + str_off
            self._types = list(self._walk(head + type_off, head + type_off + type_len)) if magic == MAGIC else []
        except struct.error:
            self._types = []
        if not self._types:
            raise BtfError(f"{VMLINUX} is not BTF, or damaged")
        self._named = {(t.kind, t.name): i for i, t in enumerate(self._types, 1) if t.kind in (STRUCT, ENUM, TYPEDEF)}

    def _walk(self, at: int, end: int) -> Iterator[_Type]:
        unpack = struct.Struct("=III").unpack_from
        while at < end:
            name, info, size = unpack(self._data, at)
            kind = info >> 24 & 0x1F
            yield _Type(name, info, size, at + 12)
            at += 12 + _TAIL.get(kind, 0) + _PER_MEMBER.get(kind, 0) * (info & 0xFFFF)

    def _name_offset(self, name: str) -> int:
        """Where a string is in the table: names are compared by that, which spares decoding 100,000 of them."""
        found = self._data.find(b"\0" + name.encode() + b"\0", self._strings)
        return -1 if found < 0 else found + 1 - self._strings

    def _string(self, offset: int) -> bytes:
        start = self._strings + offset
        return self._data[start : self._data.index(b"\0", start)]

    def _find(self, kind: int, name: str) -> _Type:
        index = self._named.get((kind, self._name_offset(name)))
        if index is None:
            raise BtfError(f"the kernel has no type {name}")
        return self._types[index - 1]

    def has(self, struct_name: str, member: str) -> bool:
        """Whether a struct of this kernel has this member."""
        try:
            self.offset(struct_name, member)
        except BtfError:
            return False
        return True

    @_whole()
    def offset(self, struct_name: str, member: str) -> int:
        """Bytes from the start of a struct to a member, also one of an anonymous struct or union within."""
        found = self._member(self._find(STRUCT, struct_name), member.encode())
        if found is None:
            raise BtfError(f"struct {struct_name} has no member {member} on this kernel")
        return found // 8

    def _member(self, outer: _Type, member: bytes) -> int | None:
        bitfields = outer.info >> 31
        for i in range(outer.info & 0xFFFF):
            name, type_id, bits = struct.unpack_from("=III", self._data, outer.at + 12 * i)
            bits &= 0xFFFFFF if bitfields else 0xFFFFFFFF
            if name and self._string(name) == member:
                return int(bits)
            if not name:
                inner = self._types[type_id - 1]
                found = self._member(inner, member) if inner.kind in (STRUCT, UNION) else None
                if found is not None:
                    return int(bits) + found
        return None

    def has_enum(self, name: str) -> bool:
        """Whether this kernel has an enum of that name."""
        return (ENUM, self._name_offset(name)) in self._named

    @_whole()
    def enumerator(self, enum: str, name: str) -> int:
        """The value of an enumerator. Raises BtfError where there is none such."""
        found, wanted = self._find(ENUM, enum), self._name_offset(name)
        for i in range(found.info & 0xFFFF):
            name_offset, value = struct.unpack_from("=Ii", self._data, found.at + 8 * i)
            if name_offset == wanted or self._string(name_offset) == name.encode():
                return int(value)
        raise BtfError(f"enum {enum} has no {name} on this kernel")

    @_whole()
    def tracepoint_argument(self, tracepoint: str, struct_name: str) -> int | None:
        """Which argument of a raw tracepoint is a pointer to this struct, from 0; None without such a tracepoint.

        Raises BtfError where the tracepoint has no such argument.
        """
        try:
            pointer = self._find(TYPEDEF, f"btf_trace_{tracepoint}")
        except BtfError:
            return None
        proto = self._types[self._types[pointer.size_or_type - 1].size_or_type - 1]
        wanted = self._name_offset(struct_name)
        for i in range(1, proto.info & 0xFFFF):  # the first one is the tracer's own data
            _name, type_id = struct.unpack_from("=II", self._data, proto.at + 8 * i)
            target = self._types[type_id - 1]
            while target.kind in (PTR, CONST):
                target = self._types[target.size_or_type - 1]
            if target.kind == STRUCT and target.name == wanted:
                return i - 1
        raise BtfError(f"tracepoint {tracepoint} has no argument of type {struct_name} on this kernel")
