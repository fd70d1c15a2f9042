"""The others: libbpf-tools, bpftrace, strace. Each is attached when entered, and gone when left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO

from bench import machine
from bench.report import UnavailableError

MOUNTS = (("tracefs", Path("/sys/kernel/tracing")), ("debugfs", Path("/sys/kernel/debug")))
WAITING = {"232", "281", "230", "35", "441"} if os.uname().machine == "x86_64" else {"22", "101", "115", "441"}
"""System calls in which a libbpf tool spends its time once it is attached: epoll_wait and sleeps, by their numbers."""


def private_mounts() -> list[str]:
    """A prefix that gives a command tracefs and debugfs where this machine has not mounted them: peers need both."""
    missing = [(kind, place) for kind, place in MOUNTS if place.is_dir() and not any(place.iterdir())]
    mounts = " && ".join(f"mount -t {kind} {kind} {place}" for kind, place in missing)
    return ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh"] if mounts else []


@contextmanager
def libbpf_tool(name: str, *words: str) -> Iterator[None]:
    """One of libbpf-tools, its output thrown away, from when it waits for events on."""
    path = machine.program(name, f"bpf-{name}", f"{name}-libbpf", compiled=True)
    with _running(name, [*private_mounts(), path, *words], subprocess.DEVNULL) as process:
        _until(lambda: _waits(process.pid, path), process, name)
        yield


@contextmanager
def bpftrace(program: str) -> Iterator[None]:
    """A bpftrace one-liner. It prints only once all is attached, and then from BEGIN first."""
    path = machine.program("bpftrace")
    words = [path, "-e", f'BEGIN {{ printf("ready\\n"); }} {program}']
    with _running("bpftrace", [*private_mounts(), *words], subprocess.PIPE) as process:
        assert process.stdout is not None
        if not any(line == b"ready\n" for line in iter(process.stdout.readline, b"")):
            raise _refused("bpftrace", process)
        Thread(target=_swallow, args=(process.stdout,), daemon=True).start()
        yield


BIOSNOOP = """
tracepoint:block:block_rq_issue { @began[args->dev, args->sector] = nsecs; @who[args->dev, args->sector] = comm; }
tracepoint:block:block_rq_complete /@began[args->dev, args->sector]/ {
    printf("%-18u %-16s %-8d %-2s %-12u %-8u %u\\n", elapsed / 1000, @who[args->dev, args->sector], args->dev,
           args->rwbs, args->sector, args->nr_sector * 512, (nsecs - @began[args->dev, args->sector]) / 1000);
    delete(@began[args->dev, args->sector]); delete(@who[args->dev, args->sector]);
}"""
"""What biosnoop does, for kernels on which that of libbpf-tools cannot be loaded: a line a request."""


def _swallow(stream: IO[bytes]) -> None:
    """Reads to the end, so that whoever writes need not wait."""
    with suppress(ValueError):  # closed meanwhile
        while stream.read1(1 << 16):  # type: ignore[attr-defined]  # a pipe is buffered
            pass


def strace(call: str, core: int) -> list[str]:
    """A prefix that traces one system call of a command and of all its children, its output thrown away.

    It runs on the core of the load: it is several times slower where each stop has to wake another core.
    """
    strace = [machine.program("strace"), "-f", "-e", f"trace={call}", "-o", os.devnull]
    return [machine.program("taskset"), "--cpu-list", str(core), *strace]


@contextmanager
def _running(name: str, command: Sequence[str], output: int) -> Iterator[subprocess.Popen[bytes]]:
    try:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, env=machine.environment())
    except OSError as error:
        raise UnavailableError(f"{name} does not start: {error.strerror}") from None
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=machine.PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _waits(pid: int, path: str) -> bool:
    """Whether a process runs this program and sits in the call in which it waits for events."""
    running = Path(f"/proc/{pid}/exe").readlink() == Path(path).resolve()
    return running and Path(f"/proc/{pid}/syscall").read_text().split()[0] in WAITING


def _until(holds: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
    """Waits for what the process does not announce: its output is buffered until much later."""
    end = time.monotonic() + machine.PATIENCE_S
    while process.poll() is None:
        try:
            if holds():
                return
        except OSError:  # it is just ending
            continue
        if time.monotonic() > end:
            raise UnavailableError(f"{name} was not attached within {machine.PATIENCE_S:.0f} s")
        time.sleep(0.002)
    raise _refused(name, process)


def _refused(name: str, process: subprocess.Popen[bytes]) -> UnavailableError:
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace").strip().splitlines()
    return UnavailableError(f"{name} does not run here: {said[-1] if said else 'it ended without a word'}")
