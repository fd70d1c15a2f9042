"""Hostile processes, files, arguments and units on this machine, and every byte that a terminal gets of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.cgroups import MOUNTS, mount_point
from tests.hostile.grammar import problems, words
from tests.live.session import ROOT, Dump, until
from tests.tui.terminal import terminal

pytestmark = pytest.mark.live

UNIT = "ebt-\x1b[31m\u202e[red].service"
UNIT_DRAWN = r"ebt-\x1b[31m\u202e[red].service"
UTF8 = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[int]:
    """The pid of a process that does everything under hostile names, in a hostile unit where one can be made."""
    command = [sys.executable, "-m", "tests.hostile.hostile_process", str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT)
    root = mount_point(MOUNTS.read_text())
    unit = root / UNIT if root else None
    if unit:
        unit.mkdir(exist_ok=True)  # of a run that was killed
        (unit / "cgroup.procs").write_text(str(process.pid))
    yield process.pid
    process.communicate()
    if unit:
        until(lambda: not (unit / "cgroup.procs").read_text(), "the unit to be empty")
        unit.rmdir()


@pytest.mark.parametrize("environ", [UTF8, {"TERM": "xterm-256color", "LANG": "C"}], ids=["utf-8", "ascii"])
def test_nothing_but_printable_cells(hostile: int, tmp_path: Path, environ: dict[str, str]) -> None:
    with terminal("--probe", "exec,open", environ=environ, size=(150, 45), module="tui.cli") as screen:
        screen.until(b"\x1b[?2004h")
        screen.until(b"owned")
        screen.type("z", " ", "k", "\r", "", "j", "\x1b", "v", "j", "\r", "\x1b", "v", "t", "o", "\x1b", "z", "\t", "z")
        screen.type("k", "\r", "j", "\t", "\r", "\x1b", "\x1b", "v", "o", "f", "comm:", "\t", "\x1b", "F", "/", "\x1b")
        screen.type("?", "\x1b", "w", "\x1b", "y", "=", "y", "F", "L")
        assert screen.leave() == 0, screen.said[-800:]
    assert problems(screen.said, ascii_only=environ["LANG"] == "C") == []
    assert "\\x1b]0;owned\\x07" in words(screen.said)
    assert UNIT_DRAWN in words(screen.said) or not mount_point(MOUNTS.read_text()), "its page names its unit"


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_dump_on_a_terminal(hostile: int, form: str) -> None:
    with terminal("dump", "--for", "2s", "--probe", "exec,open", "--format", form, module="tui.cli") as screen:
        assert screen.leave("") == 0, screen.said[-800:]
    assert problems(screen.said) == []
    assert b"owned" in screen.said


def test_every_name_is_told(hostile: int) -> None:
    """Hidden is not safe: each name is there, with what is no text written out."""
    with Dump(probe="open") as dump:
        dump.wait_for(lambda line: line["type"] == "row" and "missing\\xff\\xfe\\xe9" in line["path"])
        dump.wait_for(lambda line: line["type"] == "row" and "missing\x1b]0;owned\x07" in line["path"])
    assert json.dumps(dump.lines)


@pytest.mark.parametrize("text", [b"comm:\xff", b"path:\xed\xa0\x80", b"comm:\x1b[31m"])
def test_a_hostile_filter_does_not_end_the_session(text: bytes) -> None:
    command = [sys.executable, "-m", "tui.cli", "dump", "--for", "0s", "--probe", "exec", text]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, check=False, timeout=60, env=os.environ | {"LANG": "C.UTF-8"}
    )
    assert done.returncode == 0, done.stderr
    assert problems(done.stdout + done.stderr) == []
