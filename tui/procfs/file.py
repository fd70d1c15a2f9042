"""A file as it is now. It is neither opened nor followed: a device acts on that, and a link could lead anywhere."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import re
import stat
import time
from pathlib import Path, PurePosixPath

import msgspec
import psutil

from probes.facts import Missing, readable

KINDS = {
    stat.S_IFREG: "regular file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symbolic link",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
}
WHY = {
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "it does not exist: a part of its path is no directory",
    errno.EACCES: "not readable as you: a directory above is closed",
}
PROC = PurePosixPath("/proc")

_WRITTEN_OUT = re.compile(rb"\\x([89a-f][0-9a-f])")


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


Look = FileFacts | Missing


def look_at(path: str) -> Look:
    """What is at that path now. Never raises; may take for ever where a file system does not answer."""
    pure = PurePosixPath(path)
    if not pure.is_absolute():
        return Missing("not looked at: relative to a directory that is not known")
    if pure.is_relative_to(PROC):
        return Missing("not looked at: files of /proc are made for whoever opens them")
    try:
        return _facts(path if os.path.lexists(path) else _raw(path))
    except OSError as error:
        return Missing(WHY.get(error.errno or 0) or f"not readable: {os.strerror(error.errno or 0).lower()}")
    except ValueError:
        return Missing("not looked at: no path can be like that")


def _raw(path: str) -> str:
    """The path with the bytes that were written out because they are not UTF-8."""
    return os.fsdecode(_WRITTEN_OUT.sub(lambda found: bytes.fromhex(found[1].decode()), os.fsencode(path)))


def _facts(path: str) -> FileFacts:
    found = os.lstat(path)
    kind = stat.S_IFMT(found.st_mode)
    return FileFacts(
        at=time.time(),
        kind=KINDS.get(kind, "unknown"),
        mode=stat.filemode(found.st_mode),
        owner=f"{_user(found.st_uid)}:{_group(found.st_gid)}",
        size=found.st_size,
        links=found.st_nlink,
        changed=found.st_mtime,
        link=readable(str(Path(path).readlink())) if kind == stat.S_IFLNK else "",
        mount=_mount(path),
    )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _mount(path: str) -> tuple[str, str, str] | None:
    """The file system on which a path of that name is; one that is mounted over another comes later."""
    pure = PurePosixPath(os.path.normpath(path))
    over = [part for part in psutil.disk_partitions(all=True) if pure.is_relative_to(part.mountpoint)]
    if not over:
        return None
    longest = max(len(part.mountpoint) for part in over)
    last = [part for part in over if len(part.mountpoint) == longest][-1]
    return readable(last.mountpoint), readable(last.fstype), readable(last.device)
