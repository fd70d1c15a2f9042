"""What is known of a process at the moment at which it was asked for. It crosses from the collector to the screen.

All text in here is from the kernel or from other users: it is not safe to draw (see `tui.text`). Bytes that are not
UTF-8 are written as `\\xNN`, as everywhere else.
"""

from __future__ import annotations

import os
from typing import Literal, TypeVar

import msgspec

SLACK_S = 2.0
"""How far the start of a process, which is reckoned from the boot of the machine, can be off."""

Known = TypeVar("Known")


class Missing(msgspec.Struct, frozen=True, tag="missing"):
    """What could not be had, and why, in words."""

    why: str


class Parent(msgspec.Struct, frozen=True, array_like=True):
    """A process above another one."""

    pid: int
    comm: str


class OpenFile(msgspec.Struct, frozen=True, array_like=True):
    """A file descriptor, and what it refers to: a path, or a name that the kernel made up, as `pipe:[4711]`."""

    fd: int
    target: str


class Files(msgspec.Struct, frozen=True, tag="files"):
    """The first of the descriptors of a process; `total` is None where there are more and nobody counted them."""

    first: tuple[OpenFile, ...]
    total: int | None


class Socket(msgspec.Struct, frozen=True, array_like=True):
    """A socket: `protocol` as `tcp6`, ends as `ADDRESS:PORT`, a path, or nothing; the state as netstat names it."""

    protocol: str
    local: str
    remote: str
    state: str


class Sockets(msgspec.Struct, frozen=True, tag="sockets"):
    """The first of the sockets of a process, and how many there are."""

    first: tuple[Socket, ...]
    total: int


class Namespaces(msgspec.Struct, frozen=True, tag="namespaces"):
    """Those that are not the ones of `other`: `init`, or `ebtop` where those of init are not readable."""

    differ: tuple[str, ...]
    other: Literal["init", "ebtop"]


class ProcessFacts(msgspec.Struct, frozen=True, tag="process"):
    """A process. Times in seconds since the epoch, sizes in bytes.

    parents  the nearest first, up to the first process
    cgroup   its path below the root of cgroup v2
    cpu      share of one core since the reading before; None in the first one
    share    of all memory that is resident for it, 0..1
    pss      its part of what it shares with others; None where that would take long
    """

    at: float
    started: float
    comm: str
    state: str
    argv: tuple[str, ...] | Missing
    parents: tuple[Parent, ...]
    user: str
    cgroup: str | Missing
    namespaces: Namespaces | Missing
    cpu: float | None
    rss: int
    share: float
    pss: int | Missing | None
    threads: int
    files: Files | Missing
    sockets: Sockets | Missing


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """There is no such process any more.

    since  when that was noticed, in seconds since the epoch
    last   what was known of it before, if it was ever found
    heir   who has its pid now; empty if nobody has
    """

    since: float
    last: ProcessFacts | None
    heir: str


Reading = ProcessFacts | Gone | Missing


def readable(text: str | bytes) -> str:
    """Text of the operating system, without what cannot be encoded."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")
