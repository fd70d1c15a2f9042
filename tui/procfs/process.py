"""A process as it is now, from psutil and /proc. What one user may not know of another's is told in words."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import psutil

from tui.procfs.facts import (
    Files,
    Gone,
    Known,
    Missing,
    Namespaces,
    OpenFile,
    Parent,
    ProcessFacts,
    Socket,
    Sockets,
    readable,
)

MOST_FILES, MOST_SOCKETS, MOST_PARENTS = 300, 200, 64
MOST_LOOKED_UP = 5000
"""A process with more open files than that is not asked for its sockets: each of the files would be looked at."""
MOST_CHARACTERS = 64 << 10
"""Of a command line."""
MOST_SUMMED = 2 << 30
"""Bytes of resident memory up to which the kernel is asked to share them out: it walks through all the pages."""
SLACK_S = 2.0
"""How far the start of a process, which is reckoned from the boot of the machine, can be off."""
NAMESPACES = ("pid", "mnt", "net", "user", "uts", "ipc", "cgroup", "time")
INIT = 1
HIDDEN = Missing("hidden from you: /proc is mounted with hidepid")
KERNEL = Missing("this is no process: the kernel itself, or one outside of what can be seen from here")
ENDED = Missing("it has ended, and waits for its parent to notice")

Reading = ProcessFacts | Gone | Missing
_GONE = (psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError)
_DENIED = (psutil.AccessDenied, PermissionError)


class ProcessReader:
    """Reads one process: the one that had this pid at `seen_ns`, in nanoseconds since the epoch (0: has it now).

    A later process with the same pid is told apart by its start. last: what an earlier reader knew of it.
    """

    def __init__(self, pid: int, seen_ns: int, last: ProcessFacts | None = None) -> None:
        self._pid, self._seen_s = pid, seen_ns / 1e9
        self._asked: psutil.Process | None = None
        self._last = last
        self._gone: Gone | None = None

    def __call__(self) -> Reading:
        """What it is now. Never raises for what becomes of processes."""
        if self._gone or self._pid <= 0:
            return self._gone or KERNEL
        try:
            return self._read()
        except _DENIED:
            return HIDDEN
        except _GONE:
            return self._once_more()
        except (OSError, psutil.Error) as error:
            return Missing(f"not readable: {type(error).__name__}")

    def _once_more(self) -> Reading:
        """What ended while it was read may still be there, as a zombie."""
        try:
            return self._read()
        except (*_GONE, *_DENIED):
            return HIDDEN if _is_hidden(self._pid) else self._went("")

    def _read(self) -> Reading:
        process = psutil.Process(self._pid)
        started = process.create_time()
        if self._is_another(started):
            return self._went(_comm(self._pid))
        self._last = self._facts(process, started)
        return self._last

    def _is_another(self, started: float) -> bool:
        if self._last:
            return started != self._last.started
        return bool(self._seen_s) and started > self._seen_s + SLACK_S

    def _went(self, heir: str) -> Gone:
        self._gone = Gone(time.time(), self._last, heir)
        return self._gone

    def _facts(self, process: psutil.Process, started: float) -> ProcessFacts:
        user, state, rss = process.username(), process.status(), process.memory_info().rss
        denied = Missing(f"not readable as you: of user {readable(user)}")

        def asked(ask: Callable[[], Known]) -> Known | Missing:
            return ENDED if state == psutil.STATUS_ZOMBIE else _asked(ask, denied)

        first = self._asked is None
        self._asked = self._asked or process
        cpu = self._asked.cpu_percent() / 100
        return ProcessFacts(
            at=time.time(),
            started=started,
            comm=_comm(self._pid),
            state=state,
            argv=asked(lambda: _arguments(self._pid)),
            parents=_parents(process),
            user=readable(user),
            cgroup=asked(lambda: _cgroup(self._pid)),
            namespaces=asked(lambda: _namespaces(self._pid)),
            cpu=None if first else cpu,
            rss=rss,
            share=process.memory_percent() / 100,
            pss=asked(lambda: _pss(self._pid)) if 0 < rss <= MOST_SUMMED else None,
            threads=process.num_threads(),
            files=asked(lambda: _files(self._pid)),
            sockets=asked(lambda: _sockets(process)),
        )


def _asked(ask: Callable[[], Known], denied: Missing) -> Known | Missing:
    """The answer, or why there is none. That the process has gone is for the caller."""
    try:
        return ask()
    except psutil.ZombieProcess:
        return ENDED
    except _DENIED:
        return denied
    except _GONE:
        raise
    except OSError as error:
        return Missing(f"not readable: {os.strerror(error.errno or 0).lower()}")


def _proc(pid: int, name: str) -> Path:
    return Path(f"/proc/{pid}/{name}")


def _is_hidden(pid: int) -> bool:
    """Whether there is a process that /proc does not show."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return False


def _comm(pid: int) -> str:
    return readable(_proc(pid, "comm").read_bytes()).removesuffix("\n")


def _arguments(pid: int) -> tuple[str, ...]:
    """As it was started, or as it has written over that since. Empty for a kernel thread."""
    with _proc(pid, "cmdline").open("rb") as file:
        raw = file.read(MOST_CHARACTERS)
    return tuple(readable(part) for part in raw.removesuffix(b"\0").split(b"\0")) if raw else ()


def _parents(process: psutil.Process) -> tuple[Parent, ...]:
    """Up to the first one that cannot be seen."""
    found: list[Parent] = []
    try:
        above = process.parent()
        while above and len(found) < MOST_PARENTS:
            found.append(Parent(above.pid, _comm(above.pid)))
            above = above.parent()
    except (*_GONE, *_DENIED):
        pass  # a parent ended meanwhile: the next reading knows who took over
    return tuple(found)


def _cgroup(pid: int) -> str:
    """That of the unified hierarchy; where there is none of note, that of systemd."""
    lines = readable(_proc(pid, "cgroup").read_bytes()).splitlines()
    paths = {controllers: path for _, controllers, path in (line.split(":", 2) for line in lines)}
    unified = paths.get("", "")
    return paths.get("name=systemd", unified) if unified in ("", "/") else unified


def _namespaces(pid: int) -> Namespaces:
    ours = {kind: target for kind in NAMESPACES if (target := _own_namespace(kind))}
    try:
        inits = {kind: _link(INIT, kind) for kind in ours}
    except OSError:
        inits = {}
    others = inits or ours
    its = {kind: _link(pid, kind) for kind in others}
    differ = tuple(kind for kind, target in its.items() if target != others[kind])
    return Namespaces(differ, "init" if inits else "yours")


def _own_namespace(kind: str) -> str:
    try:
        return _link(os.getpid(), kind)
    except OSError:  # an older kernel has fewer
        return ""


def _link(pid: int, kind: str) -> str:
    return str(_proc(pid, f"ns/{kind}").readlink())


def _pss(pid: int) -> int | None:
    summed = _proc(pid, "smaps_rollup")
    if not summed.exists():  # a kernel that cannot tell
        return None
    with summed.open("rb") as file:
        found = next((line for line in file if line.startswith(b"Pss:")), None)
    return int(found.split()[1]) * 1024 if found else None


def _files(pid: int) -> Files:
    """Only so many are looked at; newer kernels tell how many there are."""
    first: list[OpenFile] = []
    with os.scandir(_proc(pid, "fd")) as entries:
        names = [entry.name for entry in islice(entries, MOST_FILES + 1)]
    for name in names[:MOST_FILES]:
        try:
            first.append(OpenFile(int(name), readable(str((_proc(pid, "fd") / name).readlink()))))
        except FileNotFoundError:
            continue  # it was closed meanwhile
    told = _proc(pid, "fd").stat().st_size or None
    return Files(tuple(sorted(first)), told if len(names) > MOST_FILES else len(first))


def _sockets(process: psutil.Process) -> Sockets | Missing:
    with os.scandir(_proc(process.pid, "fd")) as entries:
        many = sum(1 for _ in islice(entries, MOST_LOOKED_UP + 1)) > MOST_LOOKED_UP
    if many:
        return Missing(f"not looked up among more than {MOST_LOOKED_UP:,} open files")
    # psutil 6 gave it another name.
    connections = getattr(process, "net_connections", None) or process.connections
    found = [
        Socket(_protocol(one.family, one.type), _end(one.laddr), _end(one.raddr), _state(one.status))
        for one in connections(kind="all")
    ]
    return Sockets(tuple(found[:MOST_SOCKETS]), len(found))


def _protocol(family: int, kind: int) -> str:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return "unix"
    name = {socket.SOCK_STREAM: "tcp", socket.SOCK_DGRAM: "udp"}.get(socket.SocketKind(kind), "raw")
    return f"{name}6" if family == socket.AF_INET6 else name


def _end(address: object) -> str:
    if isinstance(address, tuple):
        if not address:
            return ""
        host, port = address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return readable(str(address or ""))


def _state(status: str) -> str:
    return "" if status == psutil.CONN_NONE else status.lower().replace("_", " ")
