"""bpf(2) and perf_event_open(2), as far as ebtop needs them.

bcc compiles; loading is done here, so that a warm start needs neither bcc nor LLVM, and the collector
never carries them in its memory. Source: linux/bpf.h, linux/perf_event.h, bpf(2), perf_event_open(2).
Every call raises OSError with the kernel's errno.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from probes.kernel.image import MapShape

MAP_CREATE, MAP_LOOKUP, MAP_UPDATE, MAP_DELETE, MAP_NEXT_KEY, PROG_LOAD = range(6)
OBJ_GET_INFO = 15
RAW_TRACEPOINT_OPEN = 17
MAP_LOOKUP_BATCH = 24
LINK_CREATE = 28
ENABLE_STATS = 32
ATTACH_PERF_EVENT = 41

HASH: Final = 1
RINGBUF: Final = 27
PERCPU_TYPES: Final = (5, 6, 10)
"""Map types whose value is one per possible CPU: hash, array, LRU hash."""
PROG_TRACEPOINT: Final = 5
PROG_RAW_TRACEPOINT: Final = 17

INFO_RUN_TIME = 192
"""Offset of run_time_ns in struct bpf_prog_info; run_cnt and recursion_misses follow."""

PERF_TYPE_TRACEPOINT = 2
PERF_FLAG_FD_CLOEXEC = 8
MEMBARRIER_GLOBAL = 1
PERF_EVENT_IOC_ENABLE = 0x2400
PERF_EVENT_IOC_SET_BPF = 0x40042408

_NUMBERS = {
    "x86_64": (321, 298, 324),
    "aarch64": (280, 241, 283),
    "riscv64": (280, 241, 283),
    "loongarch64": (280, 241, 283),
    "ppc64le": (361, 319, 365),
    "s390x": (351, 331, 356),
}
"""Numbers of bpf, perf_event_open and membarrier by machine."""

_LIBC = ctypes.CDLL(None, use_errno=True)


def _syscall(which: int, *arguments: object) -> int:
    numbers = _NUMBERS.get(os.uname().machine)
    if numbers is None:
        raise OSError(errno.ENOSYS, f"ebtop does not know the system calls of {os.uname().machine}")
    result = int(_LIBC.syscall(numbers[which], *arguments))
    if result < 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed))
    return result


def _bpf(command: int, attr: bytes | ctypes.Array[ctypes.c_char]) -> int:
    """bpf(2): `attr` is the union's bytes; a ctypes array where the kernel writes back."""
    buffer = ctypes.create_string_buffer(attr, len(attr)) if isinstance(attr, bytes) else attr
    return _syscall(0, command, buffer, ctypes.sizeof(buffer))


def _address(buffer: ctypes.Array[ctypes.c_char]) -> int:
    return ctypes.addressof(buffer)


def _bytes(data: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(data, len(data))


def possible_cpus() -> int:
    """How many values a per-CPU map has: the possible CPUs, not those online."""
    listed = Path("/sys/devices/system/cpu/possible").read_text()
    return int(listed.strip().replace(",", "-").rsplit("-", 1)[-1]) + 1


class Map:
    """A BPF map that this process made: keys and values are bytes of the declared sizes.

    A per-CPU map's value is that of each possible CPU, each padded to 8 bytes.
    """

    def __init__(self, shape: MapShape) -> None:
        self.entries, self.key_size, self.value_size = shape.entries, shape.key_size, shape.value_size
        self._batch: tuple[ctypes.Array[ctypes.c_char], ctypes.Array[ctypes.c_char]] | None = None
        if shape.type in PERCPU_TYPES:
            self.value_size = (shape.value_size + 7) // 8 * 8 * possible_cpus()
        sizes = shape.type, shape.key_size, shape.value_size, shape.entries, shape.flags
        self.fd = _bpf(MAP_CREATE, struct.pack("=IIIIIII16s", *sizes, 0, 0, shape.name.encode()[:15]))

    def lookup(self, key: bytes) -> bytes | None:
        """The value of a key, or None where there is none."""
        value = ctypes.create_string_buffer(self.value_size)
        try:
            _bpf(MAP_LOOKUP, struct.pack("=IxxxxQQQ", self.fd, _address(_k := _bytes(key)), _address(value), 0))
        except FileNotFoundError:
            return None
        return value.raw

    def update(self, key: bytes, value: bytes) -> None:
        """Sets the value of a key."""
        held = _bytes(key), _bytes(value)
        _bpf(MAP_UPDATE, struct.pack("=IxxxxQQQ", self.fd, _address(held[0]), _address(held[1]), 0))

    def delete(self, key: bytes) -> bool:
        """Takes a key out; False where it was not there any more."""
        try:
            _bpf(MAP_DELETE, struct.pack("=IxxxxQQQ", self.fd, _address(_k := _bytes(key)), 0, 0))
        except FileNotFoundError:
            return False
        return True

    def items(self) -> list[tuple[bytes, bytes]]:
        """Every key with its value, in one system call where the kernel has batches (5.6 on for hashes)."""
        if self._batch is None:  # made once: of pages that are never written to, none costs memory
            sizes = self.key_size * self.entries, self.value_size * self.entries
            self._batch = ctypes.create_string_buffer(sizes[0]), ctypes.create_string_buffer(sizes[1])
        keys, values = self._batch
        out_batch = ctypes.create_string_buffer(max(self.key_size, 8))
        attr = _bytes(
            struct.pack(
                "=QQQQIIQQ", 0, _address(out_batch), _address(keys), _address(values), self.entries, self.fd, 0, 0
            )
        )
        with suppress(FileNotFoundError):  # the end of the map was reached, which is what was asked for
            _bpf(MAP_LOOKUP_BATCH, attr)
        found: int = struct.unpack_from("=I", attr.raw, 32)[0]
        k, v = self.key_size, self.value_size
        raw_keys, raw_values = ctypes.string_at(keys, found * k), ctypes.string_at(values, found * v)
        return [(raw_keys[i * k : i * k + k], raw_values[i * v : i * v + v]) for i in range(found)]

    def close(self) -> None:
        os.close(self.fd)


def load_program(kind: int, name: str, instructions: bytes, kernel_version: int) -> int:
    """The fd of a program that the verifier took. Raises VerifierError with the end of its log."""
    code, license_ = _bytes(instructions), _bytes(b"GPL\0")

    def attr(level: int, size: int, log: int) -> bytes:
        head = struct.pack("=IIQQ", kind, len(instructions) // 8, _address(code), _address(license_))
        return head + struct.pack("=IIQII16s", level, size, log, kernel_version, 0, name.encode()[:15])

    try:
        return _bpf(PROG_LOAD, attr(0, 0, 0))
    except OSError as first:
        log = ctypes.create_string_buffer(1 << 20)
        try:
            return _bpf(PROG_LOAD, attr(1, len(log), _address(log)))
        except OSError:
            raise VerifierError(first, log.value.decode("ascii", "replace")) from None


class VerifierError(OSError):
    """The kernel refused a program: `log` is what its verifier said."""

    def __init__(self, cause: OSError, log: str) -> None:
        super().__init__(cause.errno, cause.strerror)
        self.log = log


def attach_raw_tracepoint(program: int, name: str) -> int:
    """The fd that holds `program` on a raw tracepoint; closing it detaches."""
    held = _bytes(name.encode() + b"\0")
    return _bpf(RAW_TRACEPOINT_OPEN, struct.pack("=QIxxxx", _address(held), program))


class Event(NamedTuple):
    """A program on a tracepoint: `event` is perf's fd, `link` the one that holds the program there.

    Closing the link takes the program off at once; closing the event then makes the kernel wait for some tenths
    of a second. Before 5.15 there are no such links (None), and closing the event does both.
    """

    event: int
    link: int | None


def open_tracepoint(tracepoint: int) -> int:
    """The fd of a perf event of a tracepoint, by its number; a program put there runs on all CPUs."""
    attr = bytearray(112)
    struct.pack_into("=IIQQQQQ", attr, 0, PERF_TYPE_TRACEPOINT, len(attr), tracepoint, 1, 0, 0, 0)
    buffer = ctypes.create_string_buffer(bytes(attr), len(attr))
    cpu = min(os.sched_getaffinity(0))  # perf wants one named: any that is online will do
    return _syscall(1, buffer, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)


def attach_tracepoint(program: int, event: int) -> Event:
    """Puts `program` on the tracepoint of a perf event, which is closed where that fails."""
    link = None
    try:
        try:
            link = _bpf(LINK_CREATE, struct.pack("=IIII", program, event, ATTACH_PERF_EVENT, 0))
        except OSError:
            fcntl.ioctl(event, PERF_EVENT_IOC_SET_BPF, program)
        fcntl.ioctl(event, PERF_EVENT_IOC_ENABLE, 0)
    except OSError:
        os.close(event)
        raise
    return Event(event, link)


def enable_stats() -> int:
    """The fd that keeps the kernel counting run times of programs (5.8 on, CAP_SYS_ADMIN)."""
    return _bpf(ENABLE_STATS, struct.pack("=I", 0))


class Runs(NamedTuple):
    """What a program did: nanoseconds that it ran (while statistics were on), and how often the kernel
    passed it over because another program was running on that CPU (5.12 on, before that 0)."""

    time_ns: int
    missed: int


def runs(program: int) -> Runs:
    """The kernel's own account of a program."""
    info = ctypes.create_string_buffer(224)
    _bpf(OBJ_GET_INFO, struct.pack("=IIQ", program, len(info), _address(info)))
    time_ns, _count, missed = struct.unpack_from("=QQQ", info.raw, INFO_RUN_TIME)
    return Runs(time_ns, missed)


def wait_for_running_programs() -> None:
    """Waits until what was detached before is not running on any CPU: an RCU grace period (membarrier(2))."""
    with suppress(OSError):  # not to be had with nohz_full; then detaching itself waited for most of it
        _syscall(2, MEMBARRIER_GLOBAL, 0, 0)


def map_shape(fd: int, name: str) -> MapShape:
    """What a map is made of, as the kernel tells it; the name is not cut to the kernel's 15 bytes."""
    info = ctypes.create_string_buffer(88)
    _bpf(OBJ_GET_INFO, struct.pack("=IIQ", fd, len(info), _address(info)))
    type_, _id, key, value, entries, flags = struct.unpack_from("=IIIIII", info.raw, 0)
    return MapShape(name, type_, key, value, entries, flags)
