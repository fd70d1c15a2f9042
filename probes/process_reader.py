"""A process as it is now, from psutil and /proc. What the kernel does not tell is told in words."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Literal

import psutil

from probes.facts import (
    SLACK_S,
    Files,
    Gone,
    Known,
    Missing,
    Namespaces,
    OpenFile,
    Parent,
    ProcessFacts,
    Reading,
    readable,
)
from probes.sockets import sockets

MOST_FILES, MOST_PARENTS = 300, 64
MOST_CHARACTERS = 64 << 10
"""Of a command line."""
MOST_SUMMED = 2 << 30
"""Bytes of resident memory up to which the kernel is asked to share them out: it walks through all the pages."""
NAMESPACES = ("pid", "mnt", "net", "user", "uts", "ipc", "cgroup", "time")
INIT = 1
HIDDEN = Missing("hidden: /proc is mounted with hidepid, and ebtop may not look behind that")
KERNEL = Missing("this is no process: the kernel itself, or one outside of what can be seen from here")
ENDED = Missing("it has ended, and waits for its parent to notice")

_GONE = (psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError)
_DENIED = (psutil.AccessDenied, PermissionError)


class ProcessReader:
    """Reads one process: the one that had this pid at `seen_ns`, in nanoseconds since the epoch (0: has it now).

    A later process with the same pid is told apart by its start. started: when it did, if that was told before, in
    seconds since the epoch.
    """

    def __init__(self, pid: int, seen_ns: int, started: float | None = None) -> None:
        self._pid, self._seen_s, self._started = pid, seen_ns / 1e9, started
        self._asked: psutil.Process | None = None
        self._last: ProcessFacts | None = None
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
        self._started = started
        self._last = self._facts(process, started)
        return self._last

    def _is_another(self, started: float) -> bool:
        if self._started is not None:
            return abs(started - self._started) > SLACK_S
        return bool(self._seen_s) and started > self._seen_s + SLACK_S

    def _went(self, heir: str) -> Gone:
        self._gone = Gone(time.time(), self._last, heir)
        return self._gone

    def _facts(self, process: psutil.Process, started: float) -> ProcessFacts:
        user, state, rss = process.username(), process.status(), process.memory_info().rss
        denied = Missing(f"not readable by ebtop: of user {readable(user)}")

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
            sockets=asked(lambda: sockets(self._pid)),
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
    lines = readable(_proc(pid, "cgroup").read_bytes()).removesuffix("\n").split("\n")
    paths = {controllers: path for _, controllers, path in (line.split(":", 2) for line in lines)}
    unified = paths.get("", "")
    return paths.get("name=systemd", unified) if unified in ("", "/") else unified


def _namespaces(pid: int) -> Namespaces:
    """Compared with those of init or, where these are not readable, of the process that started the collector: the
    collector itself may have a mount namespace of its own."""
    _link(pid, "mnt")  # whoever's namespaces are not readable is told so, even if nobody else's are
    other: Literal["init", "ebtop"] = "init"
    others = _all_namespaces(INIT)
    if not others:
        other, others = "ebtop", _all_namespaces(psutil.Process(os.getppid()).ppid() or os.getppid())
    its = {kind: _link(pid, kind) for kind in others}
    return Namespaces(tuple(kind for kind, target in its.items() if target != others[kind]), other)


def _all_namespaces(pid: int) -> dict[str, str]:
    """By kind, without those that an older kernel does not have; nothing where they are not readable."""
    found: dict[str, str] = {}
    for kind in NAMESPACES:
        with suppress(OSError):
            found[kind] = _link(pid, kind)
    return found


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
    return Files(tuple(sorted(first, key=lambda one: one.fd)), told if len(names) > MOST_FILES else len(first))
