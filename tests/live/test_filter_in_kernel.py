"""Filters are tested by the kernel: what does not pass is counted as filtered, exactly."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.opens import finish, opens
from tests.live.session import Dump

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
N = 40
LIBRARIES = 2
"""What a C program opens by itself: ld.so.cache and libc."""
NOBODY = 61234
"""A user whom no other process here has."""
ROOMY = ("--rows", "100000")


def counted(*filter_: str, workload: Callable[[], object]) -> tuple[int, int]:
    """How many opens passed a filter while a workload ran, and how many it kept out."""
    with Dump(*filter_, *ROOMY, "--interval", "100ms", probe="open") as dump:
        workload()
    total = dump.total("open")
    assert total["lost"] == 0
    assert total["shown"] == len(dump.rows("open"))
    return total["shown"] + total["over_budget"], total["filtered"]


@pytest.mark.parametrize(
    ("passing", "keeping_out"),
    [
        ("comm=ebt-filter", "!comm=ebt-filter"),
        ("comm:t-filter", "!comm:t-filter"),
        ("comm:ebt-filter", "!comm:ebt-filter"),
        ("comm=other,ebt-filter", "!comm=other,ebt-filter"),
        ("comm:nowhere,-filter", "!comm:nowhere,-filter"),
    ],
)
def test_by_name(named: Named, tmp_path: Path, passing: str, keeping_out: str) -> None:
    program, other = named("opens", "ebt-filter"), named("opens", "ebt-filte")

    def workload() -> None:
        opens(program, "times", str(N), "openat", tmp_path)
        opens(other, "times", str(N), "openat", tmp_path)

    assert counted(passing, workload=workload)[0] == N + LIBRARIES
    assert counted(keeping_out, workload=workload)[1] == N + LIBRARIES


@contextmanager
def waiting(program: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A workload that has begun, and does `words` when it is written to."""
    command = [program, "wait", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.mark.parametrize("negation", ["", "!"])
def test_by_process_with_all_its_threads(named: Named, tmp_path: Path, negation: str) -> None:
    path = str(tmp_path)
    words = ("times", str(N), "openat", path, "thread", path)
    with waiting(named("opens", "ebt-a"), *words) as one, waiting(named("opens", "ebt-b"), *words) as other:

        def workload() -> None:
            for process in (one, other):
                process.communicate("!")

        passed, kept_out = counted(f"{negation}pid:{one.pid},999999", workload=workload)
    # A process's first thread that is told to wait has all its libraries; a new thread opens nothing by itself.
    assert (kept_out if negation else passed) == 2 * N


@pytest.mark.parametrize("negation", ["", "!"])
def test_by_parent(named: Named, tmp_path: Path, negation: str) -> None:
    script = f'read go; for i in 1 2 3; do "$0" times {N} openat "$1"; done'
    command = ["sh", "-c", script, named("opens", "ebt-child"), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        passed, kept_out = counted(f"{negation}ppid:{parent.pid}", workload=lambda: finish(parent, "go\n"))
    assert (kept_out if negation else passed) == 3 * (N + LIBRARIES)


@pytest.mark.parametrize("negation", ["", "!"])
def test_by_user(named: Named, tmp_path: Path, negation: str) -> None:
    words = ("user", str(NOBODY), "times", str(N), "openat", "/")
    passed, kept_out = counted(f"{negation}user:{NOBODY}", workload=lambda: opens(named("opens", "ebt-user"), *words))
    assert (kept_out if negation else passed) == N


def test_all_terms_must_hold(named: Named, tmp_path: Path) -> None:
    one, other = named("opens", "ebt-one"), named("opens", "ebt-other")

    def workload() -> None:
        for program in (one, other):
            opens(program, "times", str(N), "openat", tmp_path, "user", str(NOBODY), "openat", "/")

    assert counted("comm:ebt-o", "!comm=ebt-other", "!user:root", workload=workload)[0] == N
    assert counted("comm:ebt-o", f"ppid:{os.getpid()}", workload=workload)[0] == 2 * (2 * N + LIBRARIES)


def test_names_with_blanks(named: Named, tmp_path: Path) -> None:
    program = named("opens", "ebt a,b")
    assert counted('comm="ebt a,b"', workload=lambda: opens(program, "openat", tmp_path))[0] == 1 + LIBRARIES


def test_it_is_the_thread_that_execs_whose_name_counts(named: Named) -> None:
    caller, program = named("execs", "ebt-caller"), named("ends", "ebt-called")
    with Dump("comm=ebt-called", probe="exec") as dump:
        subprocess.run([caller, "plain", str(N), program], check=True)
    assert dump.total("exec")["shown"] == N
    assert {row["filename"] for row in dump.rows("exec")} == {program}
