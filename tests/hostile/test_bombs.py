"""Small files that ask for more than there is: refused in a line, soon, and within the memory that is allowed."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from probes import wire
from tests.hostile.recordings import array_of, framed, with_rows
from tests.tui.fakes import HELLO, Machine
from tui.commands.files import MOST_MEMORY
from tui.recording import MAGIC

PATIENCE_S = 120
FULL = wire.MOST - 4096
OPENING = MAGIC + wire.encode(HELLO)
ONE = wire.encode(Machine().tick())

MEASURED = (
    "import resource, sys; from tui.cli import main; code = main();"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
)
"""The command, which then says how much memory it had at most, in KiB."""

BOMBS = {
    "a terabyte of frame": wire.HEAD.pack((1 << 32) - 1, 0) + bytes(100),
    "a frame of 64 MiB that is not there": wire.HEAD.pack(wire.MOST, 0),
    "four billion rows": framed(with_rows(b"\xdd\xff\xff\xff\xff")),
    "a row of four billion cells": framed(with_rows(b"\x91\xdd\xff\xff\xff\xff")),
    "a text of four gigabytes": framed(with_rows(b"\x91\x91\xdb\xff\xff\xff\xff")),
    "lists within lists": framed(with_rows(b"\x91" * 1_000_000 + b"\xc0")),
    "rows of nothing": framed(with_rows(array_of(FULL, b"\x90"))),
    "a row of nothing": framed(with_rows(b"\x91" + array_of(FULL, b"\xc0"))),
    "a row of lists": framed(with_rows(b"\x91" + array_of(FULL, b"\x90"))),
    "integers out of range": framed(with_rows(b"\x91\x91\xcf" + b"\xff" * 8)),
    "no number": framed(with_rows(b"\x91\x91\xcb\x7f\xf8" + bytes(6))),
    "an extension": framed(with_rows(b"\x91\x91\xc7\x04\x05abcd")),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_one_line(tmp_path: Path, bomb: bytes) -> None:
    path = tmp_path / "bomb.ebtop"
    path.write_bytes(OPENING + ONE + bomb)
    command = [sys.executable, "-c", MEASURED, "dump", "--format", "text", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    *said, peak = done.stderr.splitlines()
    assert (done.returncode, len(said)) == (2, 1), done.stderr
    assert "is damaged" in said[0] or "is cut short" in said[0]
    assert "exec: 52 seen" in done.stdout, done.stdout[-500:]  # what came before the bomb is told
    assert int(peak) << 10 < MOST_MEMORY + (256 << 20)


@pytest.mark.parametrize("bomb", ["four billion rows", "rows of nothing", "lists within lists"])
def test_a_bomb_for_an_opening(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "bomb.ebtop"
    path.write_bytes(MAGIC + BOMBS[bomb])
    command = [sys.executable, "-m", "tui.cli", "dump", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "is not a recording of ebtop" in done.stderr


def test_the_limit_is_for_recordings_alone_and_never_raised() -> None:
    from tui.commands.files import at_most

    before = resource.getrlimit(resource.RLIMIT_DATA)
    with at_most(MOST_MEMORY), at_most(MOST_MEMORY * 2):
        assert resource.getrlimit(resource.RLIMIT_DATA)[0] == MOST_MEMORY
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
