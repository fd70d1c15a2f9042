"""The screen is right on every terminal: its colours, its characters, its size, and the modes that it puts back."""

from __future__ import annotations

import os
import random
import re
import signal
import termios
from pathlib import Path

import pytest

from tests.tui.talker import BROKEN, BUSY
from tests.tui.terminal import Terminal, colours, terminal

UTF8 = {"LANG": "C.UTF-8"}
EVERYWHERE = (
    "", "?", "\x1b", ":", "the", "\x1b", "f", "user:ro", "\t", "oops", "\x1b", "/", "gre", "\r", "n", "s", "I", "\x1b",
    "v", "v", "v", "t", "k", "k", "\r", "j", "\x1b", "w", "\x1b", "\t", "k", "o", "\x1b", "\t", "j", "v", "v", "v", "v",
    "v", "m", "d", "\x1b[D", "\x1b[D", "\r", "\x1b", "[", "\t", "[", "@", "x", "\x1b", "L", " ", " ", "z", "z", "e",
    "\x1b", "1", "T", "T", "T",
)  # fmt: skip
"""Keys that lead through every view, page, menu and prompt."""
MODES = (b"1049", b"1000", b"1003", b"1006", b"1004", b"2004")
"""What is switched on for the time of a session."""


def started(screen: Terminal) -> None:
    screen.until(b"web-17")
    screen.until(b"p99")
    screen.settle()


def toured(environ: dict[str, str], *arguments: str, size: tuple[int, int] = (120, 40)) -> bytes:
    """All that is written on a way through everything."""
    with terminal(BUSY, *arguments, environ=environ, size=size) as screen:
        started(screen)
        screen.type(*EVERYWHERE)
        assert screen.leave() == 0, screen.said[-600:]
        return screen.said


def glanced(environ: dict[str, str]) -> bytes:
    """All that is written on a short way: a page, the menu, a prompt, lists of disks, the time line."""
    with terminal(BUSY, environ=environ) as screen:
        started(screen)
        screen.type("?", "\x1b:", "\x1bf", "\x1b", "\t\tvv", "[")
        assert screen.leave() == 0, screen.said[-600:]
        return screen.said


@pytest.mark.parametrize(
    ("term", "colorterm", "kind"),
    [
        ("linux", "", "16"),
        ("screen", "", "16"),
        ("xterm", "", "16"),
        ("screen-256color", "", "256"),
        ("tmux-256color", "", "256"),
        ("xterm-256color", "", "256"),
        ("xterm-256color", "truecolor", "true"),
        ("linux", "truecolor", "true"),
    ],
)
def test_no_more_colours_than_the_terminal_has(term: str, colorterm: str, kind: str) -> None:
    assert colours(glanced({"TERM": term, "COLORTERM": colorterm, **UTF8})) == {kind}


def test_no_colour_at_all() -> None:
    said = toured({"TERM": "xterm-256color", "NO_COLOR": "1", **UTF8})
    assert colours(said) == set()
    for attribute in (b"\x1b[1m", b"\x1b[7m", b"\x1b[1;4m", b"\x1b[4;7m"):
        assert attribute in said


def test_no_colour_where_there_are_none() -> None:
    assert colours(glanced({"TERM": "vt100", **UTF8})) == set()


def test_an_empty_no_color_asks_for_nothing() -> None:
    assert colours(glanced({"TERM": "xterm-256color", "NO_COLOR": "", **UTF8})) == {"256"}


def test_plain_ascii_in_every_view() -> None:
    assert toured({"TERM": "xterm-256color", "LANG": "C"}).isascii()


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "POSIX"}, {}, {"LANG": "de_DE.ISO-8859-1"}, {"LANG": "de_DE"}, {"LC_ALL": "C", **UTF8}],
)
def test_plain_ascii_where_the_locale_has_no_more(locale: dict[str, str]) -> None:
    assert glanced({"TERM": "xterm-256color", **locale}).isascii()


@pytest.mark.parametrize("locale", [UTF8, {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, {"LC_CTYPE": "UTF-8"}])
def test_unicode_where_the_locale_has_it(locale: dict[str, str]) -> None:
    assert "┏".encode() in glanced({"TERM": "xterm-256color", **locale})


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (1, 1)])
def test_every_size_is_drawn(size: tuple[int, int]) -> None:
    with terminal(BUSY, size=size) as screen:
        screen.until(b"\x1b[?2004h")
        screen.settle()
        screen.type(*EVERYWHERE)
        assert screen.leave() == 0, screen.said[-600:]


@pytest.mark.parametrize("opened", ["", "?", ":", "f", "w", "\r", "[", "\t\tv"])
def test_another_size_at_any_moment(opened: str) -> None:
    dice = random.Random(opened)
    with terminal(BUSY) as screen:
        started(screen)
        screen.type(*opened)
        for _ in range(40):
            screen.resize(dice.choice((1, 2, 7, 20, 79, 80, 111, 250)), dice.choice((1, 2, 3, 5, 24, 31, 70)))
        screen.settle()
        before = len(screen.said)
        screen.resize(100, 30)
        screen.until(b"\x1b[30;", before)
        screen.type("\x1b", "\x1b")
        assert screen.leave() == 0, screen.said[-600:]


def test_the_terminal_knows_its_size_and_exported_variables_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    with terminal(BUSY) as screen:
        started(screen)
        screen.until(b"\x1b[40;")
        screen.resize(100, 50)
        screen.until(b"\x1b[50;")
        assert screen.leave() == 0


def test_the_mouse_is_left_to_the_terminal() -> None:
    with terminal(BUSY, "dark", "--no-mouse") as screen:
        started(screen)
        assert screen.leave() == 0
        assert not re.search(rb"\x1b\[\?(9|1000|1001|1002|1003|1005|1006|1015|1016)h", screen.said)


def put_back(said: bytes) -> bool:
    """Whether all that was switched on is off, and the cursor is to be seen."""
    modes = all(said.rfind(b"\x1b[?%sl" % mode) > said.rfind(b"\x1b[?%sh" % mode) >= 0 for mode in MODES)
    return modes and said.rfind(b"\x1b[?25h") > said.rfind(b"\x1b[?25l") >= 0


@pytest.mark.parametrize("way", ["q", "\x03", "SIGTERM", "SIGHUP", "broken"])
def test_the_terminal_is_put_back(way: str) -> None:
    with terminal(BROKEN if way == "broken" else BUSY) as screen:
        before = termios.tcgetattr(screen.ours)
        started(screen)
        assert termios.tcgetattr(screen.ours) != before
        if way.startswith("SIG"):
            os.kill(screen.process.pid, signal.Signals[way])
        code = screen.leave("1" if way == "broken" else "" if way.startswith("SIG") else way)
        assert code == (1 if way == "broken" else 0), screen.said[-600:]
        assert put_back(screen.said)
        assert b"Traceback" not in screen.said
        assert (b"a bug, please report it" in screen.said) == (way == "broken")
        assert termios.tcgetattr(screen.ours) == before


def test_a_stopped_one_is_drawn_anew() -> None:
    """^Z itself is not taken: a signal stops it."""
    with terminal(BUSY) as screen:
        started(screen)
        screen.type("\x1a")
        os.kill(screen.process.pid, signal.SIGTSTP)
        screen.settle()
        assert os.WIFSTOPPED(os.waitpid(screen.process.pid, os.WUNTRACED)[1])
        assert put_back(screen.said)
        before = len(screen.said)
        os.kill(screen.process.pid, signal.SIGCONT)
        screen.settle()
        assert b"web-17" in screen.said[before:]
        assert screen.leave() == 0
        assert put_back(screen.said)


@pytest.mark.parametrize("junk", ["\udce9", "\udcff\udcfe", "\x1b[<0;1", "\x1b[200~\udce9\x1b[201~"])
def test_what_is_no_key_harms_nothing(junk: str) -> None:
    """A terminal that is not of UTF-8 sends such bytes for a key; a bad line sends anything."""
    with terminal(BUSY) as screen:
        started(screen)
        screen.type(junk, "\x1b")
        assert b"Leave; every BPF program" in screen.type("?"), screen.said[-600:]
        screen.type("\x1b")
        assert screen.leave() == 0


def test_standard_error_may_be_a_file(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("wb") as errors, terminal(BUSY, stderr=errors.fileno()) as screen:
        started(screen)
        assert screen.leave() == 0
    assert (tmp_path / "errors").read_bytes() == b""


def test_esc_and_a_key_at_once_are_two_keys() -> None:
    with terminal(BUSY) as screen:
        started(screen)
        assert screen.leave("fcomm:x\x1bq") == 0


@pytest.mark.parametrize("opened", ["?", ":", "w", "e", "\r", "v", "/x", "@"])
def test_a_key_right_after_the_esc_that_closes_something_is_not_lost(opened: str) -> None:
    with terminal(BUSY) as screen:
        started(screen)
        screen.type(opened)
        assert screen.leave("\x1bq") == 0


def test_keys_that_are_typed_fast_go_through_one_page_after_the_other() -> None:
    with terminal(BUSY) as screen:
        started(screen)
        assert screen.leave(":help\r\x1bw\x1b:quit\r") == 0


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_terminal_that_cannot_be_drawn_on_is_refused_in_a_line(term: str | None) -> None:
    environ = {**UTF8} if term is None else {"TERM": term, **UTF8}
    with terminal(environ=environ, module="tui.cli") as screen:
        assert screen.leave("") == 2
        assert screen.said.count(b"\n") == 1
        assert b"set TERM, or use ebtop dump" in screen.said
