"""What the collector may do, once it has started. Source: capabilities(7), prctl(2)."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from contextlib import suppress

CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF = 2, 19, 21, 38, 39
NAMES = {
    "CAP_DAC_READ_SEARCH": CAP_DAC_READ_SEARCH,
    "CAP_SYS_PTRACE": CAP_SYS_PTRACE,
    "CAP_PERFMON": CAP_PERFMON,
    "CAP_BPF": CAP_BPF,
}
KEPT = tuple(NAMES.values())
"""Reading /proc of other users' processes (the first two), and BPF for tracing (the last two)."""

PR_SET_DUMPABLE, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 4, 23, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
_LIBC = ctypes.CDLL(None, use_errno=True)


def keep_only(kept: tuple[int, ...]) -> None:
    """Gives up every capability but these, for good and for all children too. Raises OSError."""
    _check(_LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _drop_bounding_set(kept)
    bits = sum(1 << number for number in kept)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    head = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    _check(_LIBC.capset(head, struct.pack("=6I", low, low, 0, high, high, 0)))


def _drop_bounding_set(kept: tuple[int, ...]) -> None:
    number = 0
    while _LIBC.prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0:
        if number not in kept:
            _LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
        number += 1


def effective() -> int:
    """The capabilities in force, as a mask."""
    head = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0), 8)
    data = ctypes.create_string_buffer(24)
    _check(_LIBC.capget(head, data))
    low, _p, _i, high, _p2, _i2 = struct.unpack("=6I", data.raw)
    return int(low | high << 32)


def has(*capabilities: int) -> bool:
    """Whether all of these are in force."""
    return all(effective() >> number & 1 for number in capabilities)


def settle() -> None:
    """What the collector does before it gives up its privileges, and the giving up."""
    raise_limits()
    keep_only(KEPT)
    hide()


def raise_limits() -> None:
    """As much memory for BPF and as many files as there may be."""
    with suppress(ValueError, OSError):  # before 5.11 BPF memory counts as locked memory
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # three probes hold some sixty


def hide() -> None:
    """From here on this process cannot be traced or looked into by its user, and leaves no core behind."""
    _LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def become(uid: int, gid: int) -> None:
    """Becomes this user for good: none of root's groups and capabilities, and no way back to them. Raises OSError."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        _drop_bounding_set(())
        os.setresuid(uid, uid, uid)
    keep_only(())


def _check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
