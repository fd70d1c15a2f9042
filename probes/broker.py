"""Opens perf events for a collector that may not: on kernels with Debian's stricter perf_event_paranoid.

There (kernel.perf_event_paranoid above 2) only CAP_SYS_ADMIN opens a tracepoint's event; CAP_PERFMON is not
enough. Rather than have the collector keep that for a whole session, a child keeps it, which does nothing but
open the events of the tracepoints that it was started with, and hand their file descriptors over.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable, Collection
from pathlib import Path

from probes import privileges
from probes.kernel import bpf

PARANOID = Path("/proc/sys/kernel/perf_event_paranoid")
STRICTEST_OF_MAINLINE = 2
KEPT = (privileges.CAP_PERFMON, privileges.CAP_SYS_ADMIN)
_REQUEST, _ANSWER = struct.Struct("=I"), struct.Struct("=i")

OpenEvent = Callable[[int], int]
"""Gives the fd of the perf event of a tracepoint, by the tracepoint's number. Raises OSError."""


def opener(tracepoints: Collection[int]) -> OpenEvent:
    """How events will be opened once privileges are given up: directly where the kernel allows it."""
    try:
        strict = int(PARANOID.read_text()) > STRICTEST_OF_MAINLINE
    except (OSError, ValueError):
        strict = False
    return start(tracepoints) if strict else bpf.open_tracepoint


def start(tracepoints: Collection[int]) -> OpenEvent:
    """Starts the child. It ends when this process does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        try:
            _serve(theirs, frozenset(tracepoints))
        finally:
            os._exit(0)
    theirs.close()

    def open_event(tracepoint: int) -> int:
        ours.send(_REQUEST.pack(tracepoint))
        answer, fds, _flags, _address = socket.recv_fds(ours, _ANSWER.size, 1)
        if len(answer) < _ANSWER.size:
            raise OSError(errno.EPIPE, "the process that opens events is gone")
        (refused,) = _ANSWER.unpack(answer)
        if refused or not fds:
            raise OSError(refused, os.strerror(refused))
        os.set_inheritable(fds[0], False)
        return fds[0]

    return open_event


def _serve(link: socket.socket, tracepoints: frozenset[int]) -> None:
    os.closerange(0, link.fileno())
    os.closerange(link.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    privileges.keep_only(KEPT)
    privileges.hide()
    while request := link.recv(_REQUEST.size):
        (tracepoint,) = _REQUEST.unpack(request)
        try:
            if tracepoint not in tracepoints:
                raise PermissionError(errno.EPERM, "not one of ours")
            fd = bpf.open_tracepoint(tracepoint)
        except OSError as error:
            link.send(_ANSWER.pack(error.errno or errno.EPERM))
            continue
        socket.send_fds(link, [_ANSWER.pack(0)], [fd])
        os.close(fd)
