"""Loads: small C programs that do one thing over and over on one core, and say how long each took."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import machine

SOURCES = Path(__file__).parent / "workloads"


class Done(NamedTuple):
    """What a load did: how many times, within how many nanoseconds, and for how many of those it had the core."""

    times: int
    wall_ns: int
    cpu_ns: int

    @property
    def each_wall_ns(self) -> float:
        return self.wall_ns / self.times

    @property
    def each_ns(self) -> float:
        """What each took, without the time in which other processes had the core: those only add noise.

        BPF programs run in the load's own time. Not for what stops the load, to do its work in a process of its own.
        """
        return self.cpu_ns / self.times


class Load:
    """A compiled load, to be run as often as one likes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def command(self, core: int, seconds: float) -> list[str]:
        return [str(self.path), str(core), str(seconds)]

    def run(self, core: int, seconds: float, prefix: Sequence[str] = ()) -> Done:
        """Runs it to its end, under `prefix` if there is one."""
        command = [*prefix, *self.command(core, seconds)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return Done(*map(int, said.split()))

    @contextmanager
    def going_on(self, core: int, seconds: float) -> Iterator[None]:
        """Runs it beside what happens within, at most `seconds` long. Raises RuntimeError if it ended before that."""
        process = subprocess.Popen(self.command(core, seconds), stdout=subprocess.DEVNULL)
        try:
            yield
            if process.poll() is not None:
                raise RuntimeError(f"the load {self.path.name} ended too soon, with code {process.returncode}")
        finally:
            process.kill()
            process.wait()


@contextmanager
def compiled(name: str) -> Iterator[Load]:
    """workloads/NAME.c, compiled for as long as this lasts. Raises UnavailableError where there is no compiler."""
    compiler = machine.program("gcc", "cc", "clang")
    with tempfile.TemporaryDirectory(prefix="ebtop-bench-") as folder:
        path = Path(folder) / name
        subprocess.run([compiler, "-O2", "-Wall", "-o", path, SOURCES / f"{name}.c"], check=True)
        yield Load(path)
