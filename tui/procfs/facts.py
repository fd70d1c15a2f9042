"""What is known of a process or a file at the moment at which it was asked for.

All text in here is from the kernel or from other users: it is not safe to draw (see `tui.text`). Bytes that are not
UTF-8 are written as `\\xNN`, as everywhere else.
"""

from __future__ import annotations

import os
from typing import NamedTuple, TypeVar

import msgspec


class Missing(NamedTuple):
    """What could not be had, and why, in words."""

    why: str


Known = TypeVar("Known")


class Parent(NamedTuple):
    """A process above another one."""

    pid: int
    comm: str


class OpenFile(NamedTuple):
    """A file descriptor, and what it refers to: a path, or a name that the kernel made up, as `pipe:[4711]`."""

    fd: int
    target: str


class Files(NamedTuple):
    """The first of the descriptors of a process; `total` is None where there are more and nobody counted them."""

    first: tuple[OpenFile, ...]
    total: int | None


class Socket(NamedTuple):
    """A socket: `protocol` as `tcp6`, ends as `ADDRESS:PORT`, a path, or nothing; the state as netstat names it."""

    protocol: str
    local: str
    remote: str
    state: str


class Sockets(NamedTuple):
    """The first of the sockets of a process, and how many there are."""

    first: tuple[Socket, ...]
    total: int


class Namespaces(NamedTuple):
    """Those that are not the ones of `other`: `init`, or `yours` where those of init are not readable."""

    differ: tuple[str, ...]
    other: str


class ProcessFacts(msgspec.Struct, frozen=True):
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


class Gone(NamedTuple):
    """There is no such process any more.

    since  when that was noticed, in seconds since the epoch
    last   what was known of it before, if it was ever found
    heir   who has its pid now; empty if nobody has
    """

    since: float
    last: ProcessFacts | None
    heir: str


class FileFacts(msgspec.Struct, frozen=True):
    """A file as lstat(2) has it: of a symbolic link, the link. Times in seconds since the epoch, sizes in bytes.

    kind   `regular file`, `directory`, ...
    mode   as ls(1) writes it
    link   where a symbolic link leads
    mount  where the file system is mounted, what it is, and of what
    """

    at: float
    kind: str
    mode: str
    owner: str
    size: int
    links: int
    changed: float
    link: str
    mount: tuple[str, str, str] | None


def readable(text: str | bytes) -> str:
    """Text of the operating system, without what cannot be encoded."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")
