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
    """What a load did: how often, and in how many nanoseconds."""

    count: int
    ns: int

    @property
    def each_ns(self) -> float:
        return self.ns / self.count


class Load:
    """A compiled load, to be run as often as one likes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def command(self, core: int, seconds: float) -> list[str]:
        return [str(self._path), str(core), str(seconds)]

    def run(self, core: int, seconds: float, prefix: Sequence[str] = ()) -> Done:
        """Runs it to its end, under `prefix` if there is one."""
        command = [*prefix, *self.command(core, seconds)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        count, ns = said.split()
        return Done(int(count), int(ns))

    @contextmanager
    def going_on(self, core: int, seconds: float) -> Iterator[None]:
        """Runs it beside what happens within, at most `seconds` long. Raises RuntimeError if it ended before that."""
        process = subprocess.Popen(self.command(core, seconds), stdout=subprocess.DEVNULL)
        try:
            yield
            if process.poll() is not None:
                raise RuntimeError(f"the load {self._path.name} ended too soon, with code {process.returncode}")
        finally:
            process.kill()
            process.wait()


@contextmanager
def compiled(name: str) -> Iterator[Load]:
    """workloads/NAME.c, compiled for as long as this lasts. Raises Unavailable where there is no compiler."""
    compiler = machine.program("gcc", "cc", "clang")
    with tempfile.TemporaryDirectory(prefix="ebtop-bench-") as folder:
        path = Path(folder) / name
        subprocess.run([compiler, "-O2", "-Wall", "-o", path, SOURCES / f"{name}.c"], check=True)
        yield Load(path)
