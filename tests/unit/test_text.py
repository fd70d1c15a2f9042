"""Text from anyone: whatever it is, what is drawn is visible, harmless and exactly as wide as it says."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.hostile.grammar import problems
from tui.text import MOST_MARKS, cut, fit, safe, width, wrap

ANY = st.text(st.characters(codec=None, categories=None), max_size=60) | st.text(
    st.sampled_from(
        "a\x1b\x07\x9b\x7f\n\t\u0301\u0489\u200d\ufe0f\u202e\u2066\ud800\udc80中😀🇩🏽\u3164\u00a0[/]\\\u0b95\u0bcd"
    ),
    max_size=60,
)


@given(ANY)
@example("\x1b]0;title\x07")
@example("\u202egpj.exe")
def test_nothing_harmful_is_left(text: str) -> None:
    shown = safe(text)
    for character in shown:
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"), repr(shown)
    shown.encode("utf-8")


@given(ANY)
def test_width_is_what_the_terminal_library_counts(text: str) -> None:
    shown = safe(text)
    assert width(shown) == cell_len(shown)


@given(ANY)
def test_safe_text_stays_as_it_is(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(ANY)
def test_ascii_terminals_get_ascii(text: str) -> None:
    shown = safe(text, ascii_only=True)
    assert shown.isascii()
    assert shown == "" or shown.isprintable()


@given(ANY, st.integers(0, 40), st.sampled_from(["…", "..."]))
def test_cut_never_takes_more_than_its_cells(text: str, cells: int, ellipsis: str) -> None:
    shown = cut(text, cells, ellipsis=ellipsis)
    assert width(shown) <= cells
    if width(safe(text)) <= cells:
        assert shown == safe(text)
    elif cells >= len(ellipsis):
        assert shown.endswith(ellipsis)


@given(ANY, st.integers(0, 40), st.booleans())
def test_fit_takes_exactly_its_cells(text: str, cells: int, right: bool) -> None:
    assert width(fit(text, cells, right=right)) == cells


@given(ANY, st.integers(1, 40))
def test_wrapped_lines_fit(text: str, cells: int) -> None:
    assert all(width(line) <= cells for line in wrap(text, cells))


def test_lines_end_with_a_line_feed_and_what_else_would_end_them_is_written_out() -> None:
    assert wrap("a\n\nb\x85c\u2028d\x1ce\n", 40) == ["a", "", r"b\x85c\u2028d\x1ce"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain /etc/passwd", "plain /etc/passwd"),
        ("été 中文 😀", "été 中文 😀"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\tand\r", "two\\nlines\\tand\\r"),
        ("\x9b31m", "\\x9b31m"),
        ("\x7f", "\\x7f"),
        ("a\u202eb", "a\\u202eb"),
        ("\ud800", "\\ud800"),
        ("a\udcff\udc80\udc7f", "a\\xff\\x80\\udc7f"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("[red]not markup[/red]", "[red]not markup[/red]"),
        ("e\u0301", "e\u0301"),
        ("\u0301first", "\\u0301first"),
    ],
)
def test_known_texts(raw: str, shown: str) -> None:
    assert safe(raw) == shown


@pytest.mark.parametrize(
    "unseen",
    [
        *"\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\U00016fe4\ufe0f\U000e0100",  # marks
        *"\u115f\u1160\u3164\uffa0\u2800\U0001d159",  # letters and symbols
        *"\u00ad\u061c\u180e\u200b\u2060\ufeff\U0001bca0\U0001d173\U000e0041",  # formats
    ],
    ids=ascii,
)
def test_what_is_not_to_be_seen_is_written_out(unseen: str) -> None:
    assert safe(f"a{unseen}b{unseen}") == f"a{ascii(unseen)[1:-1]}b{ascii(unseen)[1:-1]}"


def test_whatever_is_shown_is_to_be_seen() -> None:
    shown = "".join(safe(f"a{chr(code)}") for code in range(0x110000))
    assert problems(shown.encode()) == []


def test_a_flood_of_marks_is_written_out() -> None:
    shown = safe("z" + "\u0301" * 50)
    assert shown.count("\u0301") == MOST_MARKS
    assert shown.count("\\u0301") == 50 - MOST_MARKS


def test_a_huge_text_costs_no_more_than_what_is_shown_of_it() -> None:
    assert cut("\x1b" * 10_000_000, 5) == "\\x1b…"
