"""What is no filter is refused in one line, at its place, whatever it is."""

from __future__ import annotations

import pwd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import KEYS, MOST_CHARACTERS, FilterError, Term, parse, parse_local, told
from probes.filter.grammar import MOST_DEPTH, MOST_TREES
from probes.filter.local import uids
from probes.filter.values import COMM_BYTES
from tests.unit.filter_rows import EXEC, ROW, SLOW


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("pod:1", 0, "unknown key 'pod': quote it: "),
        ("usr:x", 0, "unknown key 'usr' (did you mean user?): "),
        ("xyz:1", 0, "unknown key 'xyz': quote it: \"xyz:1\", or use pid, "),
        ("!pod:1", 1, "pid"),
        ("pid:1  pod:1", 7, '"pod:1"'),
        ("http://x", 0, 'quote it: "http://x"'),
        (":1", 0, "unknown key ''"),
        ("pid:", 3, "lacks a value"),
        ("pid:1,", 5, "lacks a value: write pid:1"),
        ("pid:1,,2", 6, "lacks a value"),
        ("pid:,1", 4, "lacks a value"),
        ("pid:1 comm:", 10, "lacks a value"),
        ('comm:""', 6, "lacks a value"),
        ("pid:x", 4, "'x' is not a process id"),
        ("pid:1,x", 6, "'x' is not a process id"),
        ("pid:-1", 4, "'-1'"),
        ("pid:1.5", 4, "'1.5'"),
        ("pid:٣", 4, "whole numbers"),
        ("pid:2147483648", 4, "is not a process id"),
        ("pid:" + "9" * 900, 4, "is not a process id"),
        ("pid:1 ppid:x", 11, "ppid: takes whole numbers"),
        ("pid>1", 3, "pid takes : or =: write pid:1"),
        ("comm<a", 4, "comm takes :, = or ~: write comm:ngin"),
        ('""', 0, "nothing in the quotes"),
        ('pid:1 !""', 6, "nothing in the quotes"),
        ("pid:1 comm!=bash", 10, "write !comm=.."),
        ("a && b", 2, "leave it out"),
        ("a || b", 2, "write or"),
        ("pid:1 (not a)", 7, "write ! right before a term"),
        (r"path:/^\/etc\/.*conf$/", 5, "a path here: write path~^/etc/.*conf$ for an expression, or quote it"),
        ("pid:1 /^a/", 6, "write path~^a"),
        ("comm=" + r"\xff" * 16, 5, "15 bytes"),
        ("comm=" + "x" * (COMM_BYTES + 1), 5, "15 bytes"),
        ("comm=" + "é" * 8, 5, "15 bytes"),
        ("comm=a\0b", 6, "NUL"),
        ('pid:1 comm:"a b', 11, "quote"),
        ('"', 0, "quote"),
        ("err:ENOEN", 4, "did you mean ENOENT?"),
        ("err:99999", 4, "err:ENOENT"),
        ("ret:x", 4, "ret:3"),
        ("exit:256", 5, "neither an exit code nor a signal"),
        ("exit:SIGNONE", 5, "write exit:1"),
        ("exit>SIGSEGV", 5, "write exit:1"),
        ("exit~1", 4, "write exit:1"),
        ("lat:3ms", 3, "lat takes <, <=, > or >=: write lat>10ms"),
        ("lat>3", 4, "'3' is not a time: write 500us, 10ms or 1s"),
        ("op:wipe", 3, "read, write"),
        ("path~a**", 7, "repeated twice"),
        ("path~(a", 5, "not closed"),
        ('path~"[a"', 6, "not closed"),
        (r"path~(a)\1", 8, r"\1 is not known"),
        ("path~(?=a)", 5, "(? is not known"),
        ("path~" + "a" * 201, 5, "shorter"),
        ("path~(((a{99}){99}){99})", 5, "too long"),
        ("arg~[ab]*a[ab]{200}c", 14, "repeat less, "),
        ("comm~x.{30}y pid:1", 7, "too much to follow at once"),
        ("path~" + "".join(f"[{chr(n)}]" for n in range(97, 97 + 33)), 5, "more than 32 different [ ]: use fewer"),
        ("pid:1 comm~" + ",".join("abcdefghi"), 6, "more than 8 expressions: join some, as in ~a|b"),
        ("pid:1 arg:*" + "?" * 33, 6, "more than 32 ? and [ ]: use fewer, or a *"),
        ("(pid:1", 0, "( is not closed"),
        ("pid:1 (", 6, "( is not closed"),
        ("pid:1)", 5, ") without its ("),
        ("pid:1 or", 6, "behind it"),
        ("or pid:1", 0, "before it"),
        ("(or pid:1)", 1, "before it"),
        ("pid:1 or or pid:2", 9, "before it"),
        ("pid:1 ()", 7, "nothing in ( )"),
        ("!", 0, "!comm:x"),
        ("! pid:1", 0, "!comm:x"),
        ("!!pid:1", 1, "! twice"),
        ("(" * (MOST_DEPTH + 1) + "pid:1" + ")" * (MOST_DEPTH + 1), MOST_DEPTH, "use fewer"),
        ("x" * (MOST_CHARACTERS + 1), MOST_CHARACTERS, "leave some out"),
        ("pid:1 tree:" + ",".join(map(str, range(1, MOST_TREES + 2))), 6, "leave some out"),
    ],
)
def test_what_is_wrong_and_where(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as found:
        parse(text)
    assert words in str(found.value)
    assert found.value.position == position
    assert "\n" not in str(found.value)


def test_users_are_those_of_this_machine() -> None:
    me = pwd.getpwuid(0)
    (term,) = parse_local(f"user:{me.pw_name},4294967295").terms
    assert isinstance(term, Term)
    assert uids(term) == (0, 4294967295)
    for text in ("user:no-such-user", "!user:4294967296", "user=\ud800", "(comm:a or user:no-such-user)"):
        parse(text)
        with pytest.raises(FilterError, match="no user"):
            parse_local(f"pid:1 {text}")


def error_in(text: str) -> FilterError | None:
    """What is wrong with a filter; nothing but FilterError may ever be."""
    try:
        parsed = parse_local(text)
    except FilterError as error:
        return error
    for row in (ROW, EXEC, SLOW, {}):
        parsed.matches(row)
    return None


def check_any(text: str) -> None:
    """Whatever it is, it is a filter, or an error that names a place in it."""
    error = error_in(text)
    assert error is None or (str(error) and 0 <= error.position < len(text))


@given(st.text())
def test_any_text_is_a_filter_or_an_error_with_a_place(text: str) -> None:
    check_any(text)


signs = [
    ":",
    "=",
    "~",
    "<",
    ">=",
    "!",
    ",",
    '"',
    " ",
    "(",
    ")",
    " or ",
    "/",
    "*",
    "[",
    "]",
    "{2,}",
    "^",
    "$",
    "|",
    "\\",
]
pieces = st.sampled_from([*KEYS, *signs, "1", "nginx", "10ms", "ENOENT", "\0", "é"])


@given(st.lists(pieces, max_size=14).map("".join))
def test_anything_like_a_filter_is_one_or_an_error_with_a_place(text: str) -> None:
    check_any(text)


@given(st.lists(pieces | st.text(max_size=3), max_size=14).map("".join))
def test_what_is_wrong_is_told_in_one_line_with_its_place(text: str) -> None:
    error = error_in(text)
    if error is not None:
        line = told(error, text)
        assert line.startswith(f"filter, character {error.position + 1}")
        assert line.endswith(f": {error}")
        assert len(line.removesuffix(f": {error}").splitlines()) == 1


def test_of_what_is_wrong_the_word_is_named() -> None:
    for text, place in {
        "pid:1 (err:ENOENT or err:x)": "26 (err:x)",
        "pid:1 )": "7",
        "pid:1 )x": "7 ())",
        'comm:a comm:"x y z': '13 (comm:"x y z)',
        "pid:1 path~" + "a" * 201: f"12 (path~{'a' * 25}..)",
    }.items():
        error = error_in(text)
        assert error is not None
        assert told(error, text).startswith(f"filter, character {place}"), text
