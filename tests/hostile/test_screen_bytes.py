"""A recording from a stranger, replayed by the real program in a terminal: every byte that the terminal gets."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probes.snapshot import Hello
from tests.hostile.grammar import clipboard, problems, words
from tests.hostile.recordings import hostile_hello, hostile_ids, written
from tests.tui.terminal import Terminal, terminal

UTF8 = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
CASES = {
    "utf-8": (UTF8, hostile_hello),
    "no colour": ({"NO_COLOR": "1", **UTF8}, hostile_hello),
    "ascii console": ({"TERM": "linux", "LANG": "C"}, hostile_hello),
    "everything hostile": (UTF8, hostile_ids),
}
EVERYWHERE = (
    "", "?", "G", "\x1b", ":", "rec", "\x1b", "f", "comm:", "\t", "\t", "\r", "\x1b", "f", "user:r", "\t", "oops[",
    "\x1b", "F", "/", "ow", "\r", "n", "N", "\x1b", "g", "j", "j", "\r", "j", "j", "\t", "\r", "\x1b", "\x1b", "!",
    "F", "v", "j", "\r", "\x1b", "o", "o", "v", "t", "j", "\r", "\x1b", "w", "j", "\x1b", "s", "I", "z", "j",
    "\x1b[C", "y", "z", "\t", "j", "\r", "\x1b", "v", "v", "t", "\t", "j", "v", "v", "v", "v", "\r", "v", "m", "d",
    "o", "\x1b", "[", "\t", "[", "@", "x", "\x1b", "L", " ", "R", "1", "T",
)  # fmt: skip
"""Keys that lead through every view, page, menu and prompt."""


@contextmanager
def replayed(path: Path, environ: dict[str, str], size: tuple[int, int] = (130, 45)) -> Iterator[Terminal]:
    with terminal("replay", str(path), environ=environ, size=size, module="tui.cli") as screen:
        screen.until(b"\x1b[?2004h")
        screen.settle()
        screen.type(*["+"] * 6)
        yield screen
        assert screen.leave() == 0, screen.said[-800:]


@pytest.mark.parametrize(("environ", "hello"), CASES.values(), ids=CASES)
def test_nothing_but_printable_cells(tmp_path: Path, environ: dict[str, str], hello: Callable[[], Hello]) -> None:
    path = written(tmp_path / "x.ebtop", hello())
    with replayed(path, environ) as screen:
        screen.type(*EVERYWHERE)
    assert problems(screen.said, ascii_only=environ["LANG"] == "C") == []
    assert "\\x1b]0;owned\\x07" in words(screen.said)


def test_markup_is_text(tmp_path: Path) -> None:
    with replayed(written(tmp_path / "x.ebtop", hostile_hello()), UTF8) as screen:
        screen.type("f", "comm:[", "\r", "z", "v", "", "v", "")
    text = words(screen.said)
    for literal in ("[red]", "[@click=app.quit]", "\\[bold]", ":smile:"):
        assert literal in text


def test_what_is_copied_is_one_printable_line(tmp_path: Path) -> None:
    """A newline in a value would be a command as soon as it is pasted into a shell."""
    with replayed(written(tmp_path / "x.ebtop", hostile_hello()), UTF8) as screen:
        screen.type("z", "g", *["yj"] * 40)
    copied = [base64.b64decode(one, validate=True).decode() for one in clipboard(screen.said)]
    assert len(copied) >= 40
    for text in copied:
        assert problems(text.replace("\t", " ").encode()) == []
        assert "\n" not in text
        assert "\r" not in text


def test_the_terminal_is_asked_for_nothing_that_a_text_asks_for(tmp_path: Path) -> None:
    """The checks above can fail: they are made on a stream with each of these, hidden in what is otherwise good."""
    good = b"\x1b[1;1H\x1b[38;5;3mplain \xc3\xa9\x1b[0m\r\n"
    assert problems(good) == []
    for evil in (
        b"\x1b]0;owned\x07", b"\x1b[2J", b"\x1b[6n", b"\x9b31m", b"\xc2\x9b31m", b"\x7f", b"\x08", b"\t",
        b"\x07", b"\x1b",
        "\u202e".encode(), "\u200b".encode(), "z\u0301\u0301\u0301".encode(), "\ufe0f".encode(),
        b"\xed\xa0\x80", b"\xff",
        "\u3164".encode(), b"\x1b]52;c;\x1b[31m\x07", b"\x1b[1;1H\x1b[", "\u00a0".encode(),
    ):  # fmt: skip
        assert problems(good + evil + good), evil
