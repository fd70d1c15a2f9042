"""The filter language: what is accepted, what it means, what is refused and where."""

from __future__ import annotations

import pwd
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import (
    COMM_BYTES,
    KEYS,
    MOST_SUBSTRINGS,
    MOST_VALUES,
    Filter,
    FilterError,
    Term,
    parse,
    parse_local,
    uids,
)

ROW: dict[str, Any] = {"pid": 10, "ppid": 1, "comm": "nginx", "user": "www-data", "uid": 33, "path": "/etc/passwd"}


def holds(text: str, **fields: Any) -> bool:
    return parse(text).matches(ROW | fields)


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_nothing_matches_everything(text: str) -> None:
    assert parse(text) == Filter()
    assert holds(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pid:10", True),
        ("pid=10", True),
        ("pid:1,10", True),
        ("pid:1", False),
        ("pid:1,2,100", False),
        ("pid:010", True),
        ("!pid:10", False),
        ("!pid:1,2", True),
        ("ppid:1", True),
        ("ppid:10", False),
        ("comm:ngin", True),
        ("comm:nginx", True),
        ("comm:inx", True),
        ("comm:NGINX", False),
        ("comm:apache,gin", True),
        ("comm=nginx", True),
        ("comm=ngin", False),
        ("comm=apache,nginx", True),
        ("!comm=ngin", True),
        ("!comm:ngin", False),
        ("user:www-data", True),
        ("user:33", True),
        ("user:root,33", True),
        ("user:root", False),
        ("user:3", False),
        ("!user:root", True),
        ("pid:10 comm:ngin user:33", True),
        ("pid:10 comm:apache", False),
        ("  pid:10\t!comm:apache  ", True),
        ("comm:ngin !comm=nginx", False),
    ],
)
def test_what_a_filter_means(text: str, expected: bool) -> None:
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "comm"),
    [
        ('comm:"tmux: server"', "tmux: server"),
        ('comm="tmux: server"', "tmux: server"),
        ('comm="a,b"', "a,b"),
        ('comm=a","b', "a,b"),
        ('comm="!x"', "!x"),
        ('comm=x,"y z"', "y z"),
        ('comm="="', "="),
        ("comm==", "="),
        ("comm=a:b", "a:b"),
        ("comm:/0:1", "kworker/0:1"),
    ],
)
def test_quotes_hold_together(text: str, comm: str) -> None:
    assert holds(text, comm=comm)
    assert not holds(text, comm="another")


def test_a_quoted_exclamation_mark_negates_nothing() -> None:
    with pytest.raises(FilterError):
        parse('"!"pid:1')


@pytest.mark.parametrize("text", ["pid:1", "ppid:1", "comm:a", "comm=a", "user:root"])
def test_what_a_row_lacks_holds_for_no_term_and_for_each_negation(text: str) -> None:
    assert not parse(text).matches({})
    assert parse(f"!{text}").matches({})
    nothing = dict.fromkeys(("pid", "ppid", "comm", "user", "uid"))
    assert not parse(text).matches(nothing)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("nginx", 0, "comm:nginx"),
        ("pid:1 nginx", 6, "comm:nginx"),
        ("!nginx", 0, "comm:nginx"),
        ("pod:1", 0, "pid"),
        ("!pod:1", 1, "pid"),
        ("pid:1  pod:1", 7, "unknown key 'pod'"),
        (":1", 0, "unknown key ''"),
        ("pid:", 0, "lacks a value"),
        ("pid:1,", 0, "lacks a value"),
        ("pid:1 comm:", 6, "lacks a value"),
        ('comm:""', 0, "lacks a value"),
        ("pid:x", 0, "'x' is not a process id"),
        ("pid:-1", 0, "'-1'"),
        ("pid:1.5", 0, "'1.5'"),
        ("pid:٣", 0, "whole numbers"),
        ("pid:2147483648", 0, "is not a process id"),
        ("pid:" + "9" * 5000, 0, "is not a process id"),
        ("pid:1 ppid:x", 6, "ppid: takes whole numbers"),
        ("comm=" + "x" * (COMM_BYTES + 1), 0, "15 bytes"),
        ("comm=" + "é" * 8, 0, "15 bytes"),
        ("comm=a\0b", 0, "NUL"),
        ('pid:1 comm:"a b', 11, "quote"),
        ('"', 0, "quote"),
    ],
)
def test_what_is_wrong_and_where(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as found:
        parse(text)
    assert words in str(found.value)
    assert found.value.position == position
    assert "\n" not in str(found.value)


def test_the_kernel_has_room_for_so_many_and_no_more() -> None:
    values = ",".join(map(str, range(1, MOST_VALUES + 1)))
    assert len(parse(f"pid:{values}").terms[0].values) == MOST_VALUES
    with pytest.raises(FilterError, match="leave some out") as found:
        parse(f"pid:{values} ppid:1")
    assert found.value.position == len(f"pid:{values} ")
    names = ",".join("abcdefghij"[:MOST_SUBSTRINGS])
    assert parse(f"comm:{names} comm=x")
    with pytest.raises(FilterError, match="leave some out"):
        parse(f"comm:{names} !comm:y")


def test_a_term_remembers_what_was_typed() -> None:
    parsed = parse("  pid:1,2 !comm=sh ")
    assert parsed.text == "pid:1,2 !comm=sh"
    assert parsed.terms == (Term("pid", "is", ("1", "2"), False, 2), Term("comm", "is", ("sh",), True, 10))


def test_users_are_those_of_this_machine() -> None:
    me = pwd.getpwuid(0)
    (term,) = parse_local(f"user:{me.pw_name},4294967295").terms
    assert uids(term) == (0, 4294967295)
    for text in ("user:no-such-user", "!user:4294967296", "user:a\0b", "user:\ud800"):
        parse(text)
        with pytest.raises(FilterError, match="no user") as found:
            parse_local(f"pid:1 {text}")
        assert found.value.position == 6


def error_in(text: str) -> FilterError | None:
    """What is wrong with a filter; nothing but FilterError may ever be."""
    try:
        parse_local(text).matches(ROW)
    except FilterError as error:
        return error
    return None


def check_any(text: str) -> None:
    """Whatever it is, it is a filter, or an error that names a place in it."""
    error = error_in(text)
    assert error is None or (str(error) and 0 <= error.position < len(text))


@given(st.text())
def test_any_text_is_a_filter_or_an_error_with_a_place(text: str) -> None:
    check_any(text)


pieces = st.sampled_from(["pid", "ppid", "comm", "user", ":", "=", "!", ",", '"', " ", "1", "nginx", "\0", "é"])


@given(st.lists(pieces, max_size=12).map("".join))
def test_anything_like_a_filter_is_one_or_an_error_with_a_place(text: str) -> None:
    check_any(text)


names = st.text(st.characters(codec="utf-8", exclude_characters='"\0'), min_size=1, max_size=COMM_BYTES).filter(
    lambda name: len(name.encode()) <= COMM_BYTES
)


@given(names)
def test_any_name_can_be_quoted(name: str) -> None:
    assert parse(f'comm="{name}"').terms[0].values == (name,)
    assert holds(f'comm="{name}"', comm=name)
    assert holds(f'comm:"{name}"', comm=f"<{name}>")
    assert not holds(f'!comm:"{name}"', comm=name)


@given(st.lists(st.sampled_from(["pid:1", "!comm:ab", "user:0", 'comm="x y"']), max_size=6), st.data())
def test_terms_may_come_in_any_order(terms: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(terms))
    row: dict[str, Any] = {
        "pid": data.draw(st.sampled_from([1, 2])),
        "comm": data.draw(st.sampled_from(["ab", "x y"])),
        "uid": 0,
    }
    assert parse(" ".join(terms)).matches(row) == parse(" ".join(shuffled)).matches(row)


def test_every_key_is_tried_here() -> None:
    assert set(KEYS) == {"pid", "ppid", "comm", "user"}
