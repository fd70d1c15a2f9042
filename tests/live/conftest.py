"""Fixtures of the live tests: workloads in C, compiled when they are asked for, and sessions without a dump."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.live.disks import slow_disk
from tests.live.link import Session
from tests.live.session import ROOT
from tui import launch

WORKLOADS = ROOT / "tests" / "live" / "workloads"
FLAGS = {"bits32": ("-m32", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-fno-stack-protector")}
"""What else the compiler is told of a workload."""
Workload = Callable[[str], Path]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Workload:
    """Compiles workloads/NAME.c, once."""
    folder = tmp_path_factory.mktemp("workloads")
    folder.chmod(0o755)  # other users run them too
    compiler = shutil.which("gcc") or shutil.which("cc")

    def compile_(name: str) -> Path:
        program = folder / name
        if not program.exists():
            assert compiler is not None, "live tests need a C compiler: install gcc"
            source = WORKLOADS / f"{name}.c"
            subprocess.run([compiler, "-O1", "-w", "-pthread", *FLAGS.get(name, ()), "-o", program, source], check=True)
        return program

    return compile_


@pytest.fixture
def named(compiled: Workload, tmp_path: Path) -> Callable[[str, str], str]:
    """A workload under a name that no other process has: named("execs", "ebt-a") is the path to run."""

    def link(name: str, comm: str) -> str:
        assert len(comm) <= 15
        place = tmp_path / comm
        place.hardlink_to(compiled(name))
        return str(place)

    return link


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Session]]:
    """Starts collectors: session(probes=("open",), interval_s=0.1) is one that is on."""
    monkeypatch.setattr("tui.launch.drop_privileges", lambda: None)  # the process of the tests must stay root
    started: list[Session] = []

    def start(**options: Any) -> Session:
        started.append(Session(launch.start(launch.Options(**options))))
        started[-1].on(*(options.get("probes") or ("exec", "open", "block")))
        return started[-1]

    yield start
    for one in started:
        one.link.close()  # which does not wait for what has said goodbye
        with suppress(ChildProcessError):
            os.waitpid(one.pid, 0)


@pytest.fixture
def slow(compiled: Workload, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """slow(delay=300) is a disk: see disks.slow_disk."""
    with ExitStack() as disks:
        made: list[str] = []

        def make(**how: int) -> str:
            folder = tmp_path / f"disk-{len(made)}"
            made.append(disks.enter_context(slow_disk(compiled("slowfs"), folder, **how)))
            return made[-1]

        yield make
