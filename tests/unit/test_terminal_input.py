"""Esc: a key of its own, whatever is typed after it, or the beginning of a sequence that is left as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from tui.terminal_input import LARGEST, TerminalInput, apart


def keys(*reads: str) -> list[str]:
    """The keys that come of what is read, when after it nothing is typed for a while."""
    parser, held, found = XTermParser(False), "", []
    for read in (*reads, ""):
        text, held = apart(held + read, ended=not read)
        found += [event.key for event in parser.feed(text) if isinstance(event, events.Key)] if text else []
    return found


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        (("\x1bf",), ["escape", "f"]),
        (("\x1b/x",), ["escape", "slash", "x"]),
        (("\x1b", "f"), ["escape", "f"]),
        (("\x1b",), ["escape"]),
        (("\x1b\x1b",), ["escape", "escape"]),
        (("a\x1b ",), ["a", "escape", "space"]),
        (("\x1bé",), ["escape", "é"]),
        (("\x1b[A",), ["up"]),
        (("\x1b", "[A"), ["up"]),
        (("\x1bOP\x1bq",), ["f1", "escape", "q"]),
        (("\x1b[27u",), ["escape"]),
        (("\x1b\t",), ["shift+tab"]),
    ],
)
def test_esc_is_told_apart(reads: tuple[str, ...], expected: list[str]) -> None:
    assert keys(*reads) == expected


@given(st.text(st.sampled_from("\x1b[OA~1;5\r\tfé")), st.booleans())
def test_nothing_is_lost(text: str, ended: bool) -> None:
    fed, held = apart(text, ended=ended)
    assert (fed + held).replace("\x1b[27u", "\x1b") == text.replace("\x1b[27u", "\x1b")


@pytest.mark.parametrize(
    "sequence",
    [b"\x1b[999999999999999;5u", b"\x1b[999999999999999999999A", b"\x1b[48;99999999999;80;1;1t", b"\x1b[1114112u"],
)
def test_what_nobody_can_read_is_left_out(sequence: bytes) -> None:
    typed = TerminalInput()
    found = [*typed.take(b"a" + sequence + b"b\x1b[A"), *typed.take(b"c")]
    assert [event.key for event in found if isinstance(event, events.Key)] == ["a", "b", "up", "c"]
    found = [*typed.take(sequence[:9]), *typed.take(sequence[9:] + b"d"), *typed.take(b"")]
    assert [event.key for event in found if isinstance(event, events.Key)] == ["d"]


def test_no_screen_is_larger_than_can_be_drawn() -> None:
    (event,) = (one for one in TerminalInput().take(b"\x1b[48;20000;30000;1;1t") if isinstance(one, events.Resize))
    assert event.size == event.virtual_size == LARGEST
