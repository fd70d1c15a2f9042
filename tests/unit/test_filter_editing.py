"""A filter's text while it is made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import KEYS, FilterError, complete, key_begun, parse, quoted, with_term, without_last


@pytest.mark.parametrize(
    ("text", "begun"),
    [("us", True), ("comm:a us", True), ("comm:a !pid", True), ("(op", True), ("user", True), ("nginx", False),
     ("us ", False), ("user:", False), ("", False), ("!", False), ('"us"', False), ("comm:us", False), ("/us", False)],
)  # fmt: skip
def test_a_word_that_may_become_a_key(text: str, begun: bool) -> None:
    assert key_begun(text) is begun


@pytest.mark.parametrize(
    ("text", "start", "end", "key", "prefix"),
    [
        ("|", 0, 0, None, ""),
        ("co|", 0, 2, None, "co"),
        ("c|o", 0, 2, None, "c"),
        ("pid:1 |", 6, 6, None, ""),
        ("pid:1 !us|", 7, 9, None, "us"),
        ("(us|", 1, 3, None, "us"),
        ("!|", 1, 1, None, ""),
        ("comm:|", 5, 5, "comm", ""),
        ("comm:ng|", 5, 7, "comm", "ng"),
        ("comm:n|g pid:1", 5, 7, "comm", "n"),
        ("comm:a,ng|,b", 7, 9, "comm", "ng"),
        ("comm:[a,b]|,c", 5, 10, "comm", "[a,b]"),
        ("comm:a|,ng", 5, 6, "comm", "a"),
        ("comm:a,|", 7, 7, "comm", ""),
        ('comm:"tmux: s|', 5, 13, "comm", "tmux: s"),
        ("pid:1 or (err:EN|)", 14, 16, "err", "EN"),
        ("lat>=1|", 5, 6, "lat", "1"),
        ("pod:x|", 0, 5, None, "pod:x"),
        ("com|m:x", 0, 6, None, "com"),
        ("pid:1|", 4, 5, "pid", "1"),
        ("pid:1 | comm:x", 6, 6, None, ""),
    ],
)
def test_what_is_being_typed(text: str, start: int, end: int, key: str | None, prefix: str) -> None:
    at = text.index("|")
    assert complete(text.replace("|", ""), at) == (start, end, key, prefix)


pieces = st.sampled_from([*KEYS, ":", "=", "~", "!", ",", '"', " ", "(", ")", " or ", "a", "1", "é"])
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts | st.text(), st.integers(0, 40))
def test_whatever_is_typed_has_its_place(text: str, at: int) -> None:
    at = min(at, len(text))
    found = complete(text, at)
    assert 0 <= found.start <= at <= found.end <= len(text)


@pytest.mark.parametrize(
    ("text", "key", "value", "negated", "made"),
    [
        ("", "pid", 1, False, "pid:1"),
        ("", "comm", "tmux: server", True, '!comm="tmux: server"'),
        ("", "exit", "SIGKILL", False, "exit:SIGKILL"),
        ("pid:1", "path", "/etc/a b", False, 'pid:1 path="/etc/a b"'),
        ("a or b", "err", "ENOENT", False, "(a or b) err:ENOENT"),
        ("(a or b)", "err", "ENOENT", False, "(a or b) err:ENOENT"),
        ("comm=x pid:1", "comm", "x", False, "comm=x pid:1"),
        ("comm=x pid:1", "comm", "x", True, "pid:1 !comm=x"),
        ("", "comm", "a*", False, 'comm="a*"'),
        ("", "comm", 'a"b', False, 'comm="a""b"'),
        ("", "ret", -2, False, "ret:-2"),
    ],
)
def test_a_term_more(text: str, key: str, value: str | int, negated: bool, made: str) -> None:
    assert with_term(text, key, value, negated) == made


@pytest.mark.parametrize(
    ("text", "value", "negated", "made"),
    [
        ("", "/usr/lib/", False, "path:/usr/lib/*"),
        ("pid:1", "/a b/", True, 'pid:1 !path:"/a b/"*'),
        ("", '/*/"?/', False, 'path:"/*/""?/"*'),
        ("path:/usr/lib/* pid:1", "/usr/lib/", True, "pid:1 !path:/usr/lib/*"),
    ],
)
def test_a_term_for_what_begins_so(text: str, value: str, negated: bool, made: str) -> None:
    assert with_term(text, "path", value, negated, begins=True) == made


def test_a_term_that_cannot_be_is_refused() -> None:
    with pytest.raises(FilterError):
        with_term("(a", "pid", 1, False)
    with pytest.raises(FilterError):
        with_term("", "pid", "x", False)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@given(cells, st.sampled_from(["", "pid:1", "a or b", "!(a b)"]))
def test_any_cell_can_be_filtered_on(value: str, text: str) -> None:
    row = {"path": value, "pid": 1, "comm": "ab"}
    assert parse(with_term("", "path", value, False)).matches(row)
    assert not parse(with_term(text, "path", value, True)).matches(row)
    assert parse(f"path={quoted(value)}").matches(row)
    assert not parse(f"path={quoted(value)}").matches({"path": value + "x"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("pid:1", ""),
        ("pid:1 comm:x", "pid:1"),
        ("a or b", "a"),
        ("a or b c", "a or b"),
        ("a (b or c)", "a"),
        ("c (a b)", "c"),
        ("a or (b c)", "a"),
        ("a and b", "a"),
        ('a comm:"x y', "a"),
        ("a (b", "a ("),
        ("!(a b)", ""),
    ],
)
def test_a_term_less(text: str, left: str) -> None:
    assert without_last(text) == left


@given(texts)
def test_a_filter_ends_when_its_terms_are_taken_away(text: str) -> None:
    for _ in range(len(text) + 1):
        shorter = without_last(text)
        assert len(shorter) < len(text) or not text
        text = shorter
    assert text == ""
