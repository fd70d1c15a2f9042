"""Fixtures of the tests of faults: those of the live tests, and another tracer beside ebtop, which must go on."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.faults.left import Before, runs
from tests.live.conftest import compiled, named, session
from tests.live.session import PATIENCE_S, until

__all__ = ["compiled", "named", "session"]

COMM = "ebt-witness"
PR_SET_CHILD_SUBREAPER = 36
PROGRAM = f'BEGIN {{ printf("ready\\n"); }} t:sched:sched_process_exec /comm == "{COMM}"/ {{ printf("seen\\n"); }}'
AT_ONCE = ("-B", "none")
"""Lines come when they are said."""


class Witness:
    """A bpftrace that was there before ebtop and tells of each exec of one program."""

    def __init__(self, said: Path, program: str) -> None:
        self._said, self._program = said, program

    def sees(self) -> None:
        """It still tells of what happens, each time and once."""
        before = self._count("seen")
        for _ in range(3):
            subprocess.run([self._program], check=True)
        until(lambda: self._count("seen") >= before + 3, "the other tracer to see what happens")
        assert self._count("seen") == before + 3

    def ready(self) -> bool:
        """Whether it is attached."""
        return self._count("ready") == 1

    def _count(self, word: str) -> int:
        return len(re.findall(f"^{word}$", self._said.read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def witness(compiled: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witness | None]:
    """None where there is no bpftrace."""
    bpftrace = shutil.which("bpftrace")
    if bpftrace is None:
        yield None
        return
    folder = tmp_path_factory.mktemp("witness")
    program = folder / COMM
    program.hardlink_to(compiled("ends"))
    # Where tracefs is mounted nowhere, it is so for this process alone.
    mounting = '[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", mounting, "sh", bpftrace, *AT_ONCE, "-e", PROGRAM]
    with (said := folder / "said").open("wb") as out, subprocess.Popen(command, stdout=out) as process:
        watching = Witness(said, str(program))
        until(watching.ready, "bpftrace to be attached")
        yield watching
        assert process.poll() is None, "the other tracer ended"
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture(scope="session", autouse=True)
def _orphans_come_to_the_tests() -> Iterator[None]:
    """What a test starts stays below this process, also when those in between are killed: so it is told whose it is."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@pytest.fixture(autouse=True)
def _nothing_else_is_disturbed(witness: Witness | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever happened to ebtop: the machine is as before, and the other tracer goes on."""
    before = Before(tmp_path_factory.getbasetemp())
    yield
    before.is_again()
    for child in psutil.Process().children():  # orphans, which nobody else waits for
        if not runs(child):
            with suppress(ChildProcessError):
                os.waitpid(child.pid, os.WNOHANG)
    if witness:
        witness.sees()
