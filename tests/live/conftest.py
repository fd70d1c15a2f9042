"""Fixtures of the live tests: workloads in C, compiled when they are asked for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.session import ROOT

WORKLOADS = ROOT / "tests" / "live" / "workloads"
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
            subprocess.run([compiler, "-O1", "-w", "-pthread", "-o", program, source], check=True)
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
