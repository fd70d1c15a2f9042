"""A processor goes and comes back: ebtop counts on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.left import Whole
from tests.live.session import Dump

pytestmark = [pytest.mark.live, pytest.mark.faults]

Named = Callable[[str, str], str]
PROCESSOR = Path("/sys/devices/system/cpu/cpu1/online")


@pytest.fixture(scope="session")
def witness() -> None:
    """None: a bpftrace that was there before does not see any more what happens on a processor that came back."""


@pytest.fixture
def without_a_processor() -> Iterator[Callable[[bool], None]]:
    """without_a_processor(False) takes one away; it is put back at the end."""
    if not PROCESSOR.exists():
        pytest.skip("no processor can be taken away here")

    def switch(on: bool) -> None:
        PROCESSOR.write_text("1" if on else "0")

    try:
        switch(True)
    except OSError as error:
        pytest.skip(f"no processor can be taken away here: {error.strerror}")
    yield switch
    switch(True)


def test_a_processor_goes_and_comes_back(
    named: Named, tmp_path: Path, without_a_processor: Callable[[bool], None]
) -> None:
    program, rounds = named("opens", "ebt-cpu"), 0
    with Dump("comm=ebt-cpu", "--rows", "0", probe="exec,open,block") as dump:
        whole = Whole(dump.process.pid)
        for on in (True, False, True):
            without_a_processor(on)
            for processor in sorted(os.sched_getaffinity(0)):
                words = ["taskset", "--cpu-list", str(processor), program, "flood", str(tmp_path), "5000"]
                subprocess.run(words, check=True)
                rounds += 1
    total, execs = dump.total("open"), dump.total("exec")
    assert (total["seen"] - total["filtered"], total["lost"]) == (rounds * 5002, 0)
    assert execs["seen"] - execs["filtered"] == rounds
    whole.goes()
