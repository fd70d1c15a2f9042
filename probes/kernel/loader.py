"""Puts a compiled probe into the kernel and takes it out again."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import NamedTuple

import msgspec

from probes.kernel import bpf, tracefs
from probes.kernel.compile import version_code
from probes.kernel.image import Image, Program
from probes.kernel.ringbuf import RingBuffer

SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
RETRY = "free what is short, then turn it on again"


class Hook(NamedTuple):
    """Where a program goes: `syscalls/sys_enter_open` is a tracepoint, a name without a slash a raw one.

    optional  the probe does without it where the kernel lacks it
    """

    program: str
    tracepoint: str
    optional: bool = False

    @property
    def raw(self) -> bool:
        return "/" not in self.tracepoint


class LoadError(Exception):
    """A probe cannot be put into the kernel; the text says why and what to do, a line each."""


class _Target(NamedTuple):
    """Where a loaded program goes: `number` is the tracepoint's, None for a raw one."""

    hook: Hook
    program: int
    number: int | None


class Loaded:
    """A probe's maps and programs, in the kernel and running once `attach` is called.

    Everything that opens a file is done before that: what ebtop does is not what it is there to show.
    The maps stay readable after `detach`, until `close`. Raises LoadError, leaving nothing behind.
    """

    def __init__(self, image: Image, hooks: Sequence[Hook], entries: Mapping[str, int]) -> None:
        self._code = {program.name: program for program in image.programs}
        self._programs: dict[str, int] = {}
        self._links: list[int] = []
        self._events: list[int] = []
        self._following: list[int] = []
        self._runs: dict[str, bpf.Runs] = {}
        self.maps: dict[str, bpf.Map] = {}
        try:
            self._make_maps(image, entries)
            self._targets = [target for hook in hooks if (target := self._target(hook)) is not None]
        except LoadError:
            self.close()
            raise

    def _make_maps(self, image: Image, entries: Mapping[str, int]) -> None:
        try:
            for shape in image.maps:
                most = entries.get(shape.name, shape.entries)
                self.maps[shape.name] = bpf.Map(msgspec.structs.replace(shape, entries=most))
        except OSError as error:
            raise LoadError(f"a BPF map cannot be made: {error.strerror}\n{RETRY}") from None
        self._fds = [self.maps[shape.name].fd for shape in image.maps]

    def _target(self, hook: Hook) -> _Target | None:
        number = None
        if not hook.raw:
            try:
                number = tracefs.tracepoint_id(hook.tracepoint)
            except OSError as error:
                if hook.optional and isinstance(error, FileNotFoundError):
                    return None
                raise _no_tracepoint(hook, error) from None
        program = self._programs.get(hook.program)
        return _Target(hook, self._load(hook) if program is None else program, number)

    def _load(self, hook: Hook) -> int:
        kind = bpf.PROG_RAW_TRACEPOINT if hook.raw else bpf.PROG_TRACEPOINT
        try:
            fd = bpf.load_program(kind, hook.program, self._linked(self._code[hook.program]), version_code())
        except bpf.VerifierError as error:
            said = [line for line in error.log.split("\n") if line and not line.startswith(("processed", "verif"))]
            why = f"{error.strerror}{': ' + said[-1] if said else ''}"
            remedy = RETRY if error.errno in SHORT else "a kernel update may help"
            raise LoadError(f"the kernel refused {hook.program}: {why}\n{remedy}") from None
        self._programs[hook.program] = fd
        return fd

    def _linked(self, program: Program) -> bytes:
        code = bytearray(program.instructions)
        for instruction, which in program.maps:
            struct.pack_into("=i", code, instruction * 8 + 4, self._fds[which])
        return bytes(code)

    def attach(self, open_event: Callable[[int], int] = bpf.open_tracepoint) -> None:
        """Lets the programs run, in the order of the hooks. Raises LoadError, leaving nothing behind.

        open_event  gives the fd of a tracepoint's perf event, by the tracepoint's number; raises OSError
        """
        for hook, program, number in self._targets:
            try:
                if number is None:
                    self._links.append(bpf.attach_raw_tracepoint(program, hook.tracepoint))
                    continue
                event = bpf.attach_tracepoint(program, open_event(number))
                if event.link is None:
                    self._links.append(event.event)
                else:
                    self._links.append(event.link)
                    self._events.append(event.event)
            except OSError as error:
                if not (hook.optional and isinstance(error, FileNotFoundError)):
                    self.close()
                    raise _no_tracepoint(hook, error) from None

    def follow(self, hooks: Sequence[Hook]) -> None:
        """Lets further programs run, on raw tracepoints. Raises LoadError and OSError."""
        for hook in hooks:
            program = self._programs.get(hook.program) or self._load(hook)
            self._following.append(bpf.attach_raw_tracepoint(program, hook.tracepoint))

    def unfollow(self) -> None:
        """Takes those out again."""
        while self._following:
            os.close(self._following.pop())

    def ring(self, name: str) -> RingBuffer:
        """The reader of one of the probe's ring buffers."""
        return RingBuffer(self.maps[name].fd, self.maps[name].entries)

    def runs(self, names: Collection[str] = ()) -> bpf.Runs:
        """What the programs of these names (none: all) did, added up; after `detach`, what they had done until then."""
        for name, program in self._programs.items():
            self._runs[name] = bpf.runs(program)
        each = [runs for name, runs in self._runs.items() if not names or name in names]
        return bpf.Runs(sum(runs.time_ns for runs in each), sum(runs.missed for runs in each))

    def detach(self) -> None:
        """Takes the programs out of the kernel; returns when none of them runs any more."""
        links, self._links, self._following = self._links + self._following, [], []
        closing = [_closing(link) for link in links]  # each waits for a grace period of RCU: together, for the same one
        for thread in closing:
            thread.join()
        bpf.wait_for_running_programs()
        self.runs()
        while self._programs:
            os.close(self._programs.popitem()[1])
        # The kernel takes its time over these, and nothing of ebtop's runs on them any more.
        events, self._events = self._events, []
        _closing(*events)

    def close(self) -> None:
        """Detaches, and gives the maps back."""
        self.detach()
        while self.maps:
            with suppress(OSError):
                self.maps.popitem()[1].close()


def _closing(*fds: int) -> Thread:
    """Closes file descriptors one after the other, in a thread of its own."""

    def close() -> None:
        for fd in fds:
            os.close(fd)

    thread = Thread(target=close, daemon=True)
    thread.start()
    return thread


def _no_tracepoint(hook: Hook, error: OSError) -> LoadError:
    remedy = RETRY if error.errno in SHORT else "see `ebtop doctor`"
    return LoadError(f"cannot attach to tracepoint {hook.tracepoint}: {error.strerror}\n{remedy}")
