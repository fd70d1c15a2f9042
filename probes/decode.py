"""Kernel values as the contract has them: text, users, errors, flags, times. Cached where they repeat."""

from __future__ import annotations

import errno
import os
import time
from functools import lru_cache

from probes.users import Users, by_name_service

_RESTART = {512: "ERESTARTSYS", 513: "ERESTARTNOINTR", 514: "ERESTARTNOHAND", 516: "ERESTART_RESTARTBLOCK"}
"""What a system call that a signal interrupted returns inside the kernel (linux/errno.h)."""

_BLOCK_STATUS = {
    1: "EOPNOTSUPP",
    2: "ETIMEDOUT",
    3: "ENOSPC",
    4: "ENOLINK",
    5: "EREMOTEIO",
    6: "EBADE",
    7: "ENODATA",
    8: "EILSEQ",
    9: "ENOMEM",
    10: "EIO",
    12: "EAGAIN",
    13: "EBUSY",
    16: "ENODEV",
    17: "ETIME",
    19: "EINVAL",
}
"""The errno of a blk_status_t, as blk_status_to_errno() has it (block/blk-core.c)."""

_ACCESS = ("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE")
_FLAGS: tuple[str, ...] = (
    "O_TMPFILE",
    "O_SYNC",
    "O_CREAT",
    "O_EXCL",
    "O_NOCTTY",
    "O_TRUNC",
    "O_APPEND",
    "O_NONBLOCK",
    "O_DSYNC",
)
_FLAGS += ("O_ASYNC", "O_DIRECT", "O_DIRECTORY", "O_NOFOLLOW", "O_NOATIME", "O_CLOEXEC", "O_PATH")
O_LARGEFILE = 0o100000


def text(data: bytes) -> str:
    """Bytes up to the first NUL as text; what is not UTF-8 as `\\xNN`."""
    end = data.find(b"\0")
    return (data if end < 0 else data[:end]).decode("utf-8", "backslashreplace")


@lru_cache(4096)
def comm(data: bytes) -> str:
    """The 16 bytes of a comm as text."""
    return text(data)


@lru_cache(1)
def _users() -> Users:
    return Users(by_name_service)


def user(uid: int) -> str:
    """The name of a user, or the number where it has none here, or none yet."""
    return _users().name(uid)


def error_name(number: int) -> str:
    """The name of an errno, e.g. ENOENT for 2."""
    return errno.errorcode.get(number) or _RESTART.get(number) or f"errno {number}"


def block_error(status: int) -> str | None:
    """What ended a block request: a blk_status_t, or on older kernels an errno below 0; None: it went well."""
    if status < 0:
        return error_name(-status)
    return (_BLOCK_STATUS.get(status) or f"status {status}") if status else None


@lru_cache(1024)
def open_flags(flags: int) -> str:
    """Flags of open(2) by name, joined by |; what has no name as a number. Source: open(2)."""
    names, rest = [_ACCESS[flags & 3]], flags & ~3
    for name in _FLAGS:
        value: int = getattr(os, name, 0)
        if value and rest & value == value:
            names.append(name)
            rest &= ~value
    if rest & O_LARGEFILE:  # glibc's is 0 on 64 bit, the kernel's is not
        names.append("O_LARGEFILE")
        rest &= ~O_LARGEFILE
    return "|".join([*names, hex(rest)] if rest else names)


def wall_offset_ns() -> int:
    """What to add to the kernel's monotonic time for wall-clock time, now."""
    return time.time_ns() - time.monotonic_ns()
