"""What commands without a screen write, to a terminal and into a pipe: lines of printable characters."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.grammar import problems, words
from tests.hostile.recordings import hostile_hello, hostile_ids, written
from tests.tui.terminal import SAID, terminal
from tui.export import FORMULA

UTF8 = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
ASCII = {"TERM": "xterm-256color", "LANG": "C"}
PLAIN = {"NO_COLOR": "1", **UTF8}
EVIL_NAMES = (b"\x1b[31mred", b"\x9b31m\xff", b"\xe2\x80\xaetxt", b"two\nlines\r", b"[red]x", b"z" + b"\xcc\x81" * 9)


@pytest.fixture(params=[hostile_hello, hostile_ids], ids=["texts", "ids"])
def recording(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return written(tmp_path / "x.ebtop", request.param(), 2)


def on_a_terminal(*arguments: str, environ: dict[str, str] = UTF8) -> tuple[bytes, int]:
    with terminal(*arguments, environ=environ, module="tui.cli") as screen:
        code = screen.leave("")
        return screen.said, code


def in_a_pipe(*arguments: str | bytes, environ: dict[str, str] = UTF8) -> subprocess.CompletedProcess[bytes]:
    env = {name: value for name, value in os.environ.items() if name not in SAID} | environ
    command = [sys.executable, "-m", "tui.cli", *arguments]
    return subprocess.run(command, capture_output=True, env=env, check=False, timeout=60)


@pytest.mark.parametrize(("form", "environ"), [("json", UTF8), ("text", UTF8), ("text", ASCII), ("text", PLAIN)])
def test_a_dump(recording: Path, form: str, environ: dict[str, str]) -> None:
    said, code = on_a_terminal("dump", str(recording), "--every", "--format", form, environ=environ)
    assert code == 0, said[-400:]
    assert problems(said, ascii_only=environ is ASCII) == []
    assert len(said) > 10_000
    piped = in_a_pipe("dump", str(recording), "--every", "--format", form, environ=environ)
    assert piped.returncode == 0, piped.stderr
    assert b"\x1b" not in piped.stdout
    assert problems(piped.stdout + piped.stderr) == []


def test_json_is_ascii_and_says_what_was_recorded(recording: Path) -> None:
    lines = in_a_pipe("dump", str(recording)).stdout
    assert lines.isascii()
    for line in lines.splitlines():
        json.loads(line)
    assert any("\x1b]0;owned\x07" in json.dumps(json.loads(line), ensure_ascii=False).encode().decode("unicode_escape")
               for line in lines.splitlines()[:200])  # fmt: skip


def test_the_doctor() -> None:
    said, _ = on_a_terminal("doctor")
    assert problems(said) == []
    assert b"every probe can work here" in said or b"missing" in said


@pytest.mark.parametrize(
    ("command", "name"), zip(["replay", "dump", "--theme", "-x", "", "dump"], EVIL_NAMES, strict=True)
)
def test_a_hostile_word_on_the_command_line_is_one_printable_line(command: str, name: bytes) -> None:
    folder = b"./" if command == "dump" else b""  # a word that is no file is a filter there
    done = in_a_pipe(*([command] if command else []), folder + b"x.\x1b" + name)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
    assert problems(done.stderr) == []


@pytest.mark.parametrize("environ", [UTF8, ASCII], ids=["utf-8", "ascii"])
def test_a_hostile_file_that_is_there(tmp_path: Path, environ: dict[str, str]) -> None:
    for name in EVIL_NAMES:
        path = os.fsencode(tmp_path) + b"/" + name
        with open(path, "wb") as file:  # noqa: PTH123  a Path has no such names
            file.write(b"nothing")
        said, code = on_a_terminal("replay", os.fsdecode(path), environ=environ)
        assert code == 2
        assert said.count(b"\n") == 1
        assert problems(said, ascii_only=environ is ASCII) == []


def test_the_folder_of_a_replay_is_hostile(tmp_path: Path) -> None:
    """What the last line of a session names, and what is written where."""
    folder = tmp_path / "\x1b[31m\u202e[red]"
    folder.mkdir()
    path = written(folder / "\x1b]0;x\x07.ebtop", hostile_hello())
    path.write_bytes(path.read_bytes()[:-20])
    with terminal(
        str(folder), "replay", str(path), environ=UTF8, size=(250, 40), module="tests.hostile.elsewhere"
    ) as screen:
        screen.until(b"\x1b[?2004h")
        screen.settle()
        screen.type(*["+"] * 6, "e", "\r")
        screen.leave()
        assert problems(screen.said) == []
        assert b"\\x1b[31m" in screen.said


def exported(recording: Path, folder: Path, steps: int, *keys: str) -> Path:
    """The file that `e` writes with the n-th of its choices, in that folder; after those keys."""
    folder.mkdir()
    with terminal(str(folder), "replay", str(recording), environ=UTF8, module="tests.hostile.elsewhere") as screen:
        screen.until(b"\x1b[?2004h")
        screen.settle()
        screen.type(*["+"] * 6, *keys, "z")
        screen.type("e", *["\x1b[B"] * steps, "\r")
        screen.until(b"written")
        assert screen.leave() == 0
        assert problems(screen.said) == []
    (path,) = folder.iterdir()
    return path


def test_a_spreadsheet_gets_no_formula(recording: Path, tmp_path: Path) -> None:
    assert len(checked(exported(recording, tmp_path / "csv", 0))) > 20


@pytest.mark.parametrize(("view", "times"), [("who", 2), ("slow", 3), ("by-flag", 4)])
def test_a_spreadsheet_gets_no_formula_of_disks(tmp_path: Path, view: str, times: int) -> None:
    """The views of the block pane that are tables: names of disks and units are hostile there too."""
    recording = written(tmp_path / "x.ebtop", hostile_hello(), 2)
    path = exported(recording, tmp_path / "csv", 0, "\t", "\t", *["v"] * times)
    assert f"-block-{view}-" in path.name
    rows = checked(path)
    assert rows
    if view != "by-flag":  # which has nothing but numbers and words of ours
        assert any(field.startswith("'=1+1") for row in rows for field in row)
        assert any("\\x1b]0;owned\\x07" in field for row in rows for field in row)


def checked(path: Path) -> list[list[str]]:
    """The rows of a CSV, in which nothing is a formula or a control character."""
    text = path.read_text()
    assert problems(text.encode()) == []
    head, *rows = list(csv.reader(io.StringIO(text, newline="")))
    for field in (*head, *(field for row in rows for field in row)):
        assert not field.startswith(FORMULA) or _is_number(field)
    return rows


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def test_a_program_gets_json(recording: Path, tmp_path: Path) -> None:
    data = exported(recording, tmp_path / "json", 1).read_bytes()
    assert problems(data, ascii_only=True) == []
    assert len(json.loads(data)) > 20


def test_a_picture_runs_and_fetches_nothing(recording: Path, tmp_path: Path) -> None:
    data = exported(recording, tmp_path / "svg", 2).read_bytes()
    assert problems(data) == []
    tree: Any = ET.fromstring(data)  # noqa: S314  it is our own, and small
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "style", "defs", "clipPath", "rect", "text", "g", "circle"}
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert "href" not in name
            assert not value.startswith("url(") or value.startswith("url(#")
    for fetched in (b"@font-face", b"@import", b"url(http", b"javascript:"):
        assert fetched not in data
    assert "<script>" not in words(data)
