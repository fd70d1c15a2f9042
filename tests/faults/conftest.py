"""Fixtures of the tests of faults: those of the live tests, and another tracer beside ebtop, which must go on."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.conftest import REQUIRE_LIVE
from tests.faults.left import Before, runs
from tests.lab.sick_disk import loop
from tests.live.conftest import compiled, named, session
from tests.live.session import PATIENCE_S, until

__all__ = ["compiled", "named", "session"]

COMM = "ebt-witness"
PR_SET_CHILD_SUBREAPER = 36
SECTOR = 8
READING = ("of=/dev/null", "bs=4096", "count=1", f"skip={SECTOR * 512 // 4096}", "iflag=direct")
"""Told to dd: to read that sector, past the page cache."""
EVENTS = {
    "exec": "sched:sched_process_exec",
    "open": "syscalls:sys_enter_openat",
    "block": "block:block_bio_queue",
}
"""Of each kind one that ebtop listens to as well."""
ITS_OWN = {"open": "&& str(args->filename) == str($1)", "block": f"&& args->sector == {SECTOR}"}
"""What else the watched program opens and reads is none of it: libraries."""
PROBE = 't:{event} /comm == "{comm}" {own}/ {{ printf("{kind}\\n"); }}'
PROGRAM = 'BEGIN { printf("ready\\n"); }' + "".join(
    PROBE.format(event=event, comm=COMM, own=ITS_OWN.get(kind, ""), kind=kind) for kind, event in EVENTS.items()
)
AT_ONCE = ("-B", "none")
"""Lines come when they are said."""


class Witness:
    """A bpftrace that was there before ebtop and tells of each exec of one program, of what that opens and reads."""

    def __init__(self, said: Path, program: Path, disk: str) -> None:
        self._said, self._command = said, (program, f"if={disk}", *READING)

    def sees(self) -> None:
        """It still tells of what happens, each time and once."""
        wanted = {kind: times + 3 for kind, times in self._told().items()}
        for _ in range(3):
            subprocess.run(self._command, check=True, capture_output=True)
        until(lambda: all(self._told()[kind] >= times for kind, times in wanted.items()), "the other tracer to see it")
        assert self._told() == wanted

    def ready(self) -> bool:
        """Whether it is attached."""
        return self._count("ready") == 1

    def _told(self) -> dict[str, int]:
        return {kind: self._count(kind) for kind in EVENTS}

    def _count(self, word: str) -> int:
        return len(re.findall(f"^{word}$", self._said.read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witness | None]:
    """None where there is no bpftrace, unless live tests must run."""
    bpftrace = shutil.which("bpftrace")
    if bpftrace is None:
        assert os.environ.get(REQUIRE_LIVE) != "1", f"{REQUIRE_LIVE}=1, and there is no bpftrace"
        yield None
        return
    folder = tmp_path_factory.mktemp("witness")
    reader = shutil.which("dd")
    assert reader
    (program := folder / COMM).symlink_to(reader)
    (file := folder / "disk").write_bytes(bytes(1 << 20))
    # Where tracefs is mounted nowhere, it is so for this process alone.
    mounting = '[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", mounting, "sh", bpftrace, *AT_ONCE, "-e", PROGRAM]
    with (
        loop(file) as disk,
        (said := folder / "said").open("wb") as out,
        subprocess.Popen([*command, disk], stdout=out) as process,
    ):
        watching = Witness(said, program, disk)
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
