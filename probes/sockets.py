"""The sockets of a process, as its own network namespace lists them. Source: proc_pid_net(5), proc_pid_fd(5).

psutil asks the lists of the namespace that it runs in, in which the sockets of a container are not to be found.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from probes.facts import Missing, Socket, Sockets, readable

MOST = 200
"""Sockets that are told one by one."""
MOST_LOOKED_UP = 5000
"""A process with more open files than that is not asked for its sockets: each of the files would be looked at."""
INTERNET = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")
STATES = {
    1: "established",
    2: "syn sent",
    3: "syn received",
    4: "fin wait 1",
    5: "fin wait 2",
    6: "time wait",
    7: "closed",
    8: "close wait",
    9: "last ack",
    10: "listen",
    11: "closing",
    12: "new syn received",
}
"""Of TCP. Source: include/net/tcp_states.h."""
UNIX_LISTENS = 1 << 16
"""Source: __SO_ACCEPTCON in include/uapi/linux/net.h."""
_INODE = re.compile(r"socket:\[(\d+)\]")
_UNIX = re.compile(
    rb"\S+: [0-9A-F]{8} [0-9A-F]{8} (?P<flags>[0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2} +(?P<inode>\d+)(?: (?P<name>.+))?"
)
"""A line of net/unix. Source: unix_seq_show() in net/unix/af_unix.c."""
_WORD = 8
"""Hexadecimal digits of 32 bits."""


def sockets(pid: int) -> Sockets | Missing:
    """Those that a process has open, the ones of the internet first. Raises OSError."""
    with os.scandir(f"/proc/{pid}/fd") as entries:
        names = [entry.name for entry in islice(entries, MOST_LOOKED_UP + 1)]
    if len(names) > MOST_LOOKED_UP:
        return Missing(f"not looked up among more than {MOST_LOOKED_UP:,} open files")
    protocols = dict(_protocols(pid, names))
    if not protocols:
        return Sockets((), 0)
    unix = {inode for inode, protocol in protocols.items() if protocol.startswith(b"UNIX")}
    found = dict(_internet(pid, protocols.keys() - unix)) | _unix(pid, unix)
    found |= {inode: Socket("other", f"socket:[{inode}]", "", "") for inode in protocols.keys() - found.keys()}
    return Sockets(tuple(islice(found.values(), MOST)), len(found))


def _protocols(pid: int, names: Collection[str]) -> Iterator[tuple[int, bytes]]:
    """The inodes of sockets, and what the kernel itself calls their protocol, e.g. `UNIX-STREAM`."""
    for name in names:
        link = f"/proc/{pid}/fd/{name}"
        with suppress(FileNotFoundError):  # it was closed meanwhile
            if found := _INODE.fullmatch(os.readlink(link)):  # noqa: PTH115  by the thousand
                yield int(found[1]), _protocol(link)


def _protocol(link: str) -> bytes:
    try:
        return os.getxattr(link, "system.sockprotoname")
    except OSError:  # it is something else by now
        return b""


def _internet(pid: int, inodes: Collection[int]) -> Iterator[tuple[int, Socket]]:
    for protocol in INTERNET:
        for line in _lines(pid, protocol):
            words = line.decode("ascii").split()
            if (inode := int(words[9])) in inodes:
                state = STATES.get(int(words[3], 16), words[3]) if protocol.startswith("tcp") else ""
                yield inode, Socket(protocol, _end(words[1]), _end(words[2]), state)


def _unix(pid: int, inodes: Collection[int]) -> dict[int, Socket]:
    """The kernel does not write out what is in a name, so that a name may hold lines that look like the kernel's own.
    The kernel lists a socket once: which of several lines is its own cannot be told, and none of them is believed.
    """
    found: dict[int, Socket] = {}
    for line in _lines(pid, "unix"):
        if (told := _UNIX.fullmatch(line)) and (inode := int(told["inode"])) in inodes:
            state = "listen" if int(told["flags"], 16) & UNIX_LISTENS else ""
            told_once = Socket("unix", readable(told["name"] or b""), "", state)
            found[inode] = told_once if inode not in found else Socket("unix", f"socket:[{inode}]", "", "")
    return found


def _lines(pid: int, protocol: str) -> Iterator[bytes]:
    """All but the heading; nothing where there is no such protocol."""
    with suppress(FileNotFoundError), Path(f"/proc/{pid}/net/{protocol}").open("rb") as file:
        next(file, b"")
        for line in file:
            yield line.removesuffix(b"\n")


def _end(written: str) -> str:
    """`0100007F:1F90` as `127.0.0.1:8080`; nothing for one that is not bound or connected."""
    address, _, port = written.partition(":")
    words = (int(address[at : at + _WORD], 16) for at in range(0, len(address), _WORD))
    packed = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    if not int(port, 16) and not any(packed):
        return ""
    if len(packed) == 4:  # noqa: PLR2004
        return f"{socket.inet_ntop(socket.AF_INET, packed)}:{int(port, 16)}"
    return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]:{int(port, 16)}"
