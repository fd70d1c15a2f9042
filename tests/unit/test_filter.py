"""The filter language: what is accepted, what it means, what is refused and where."""

from __future__ import annotations

import errno
import pwd
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import KEYS, MOST_CHARACTERS, Filter, FilterError, Pattern, Term, leaves, parse, parse_local, told
from probes.filter.grammar import MOST_DEPTH, MOST_TREES
from probes.filter.local import uids
from probes.filter.values import COMM_BYTES
from probes.probe import get
from probes.registry import PROBES

CONTAINER = "/system.slice/docker-" + "0123456789abcdef" * 4 + ".scope"
ROW: dict[str, Any] = {
    "pid": 10, "tid": 12, "ppid": 1, "tree": "5,6", "comm": "nginx", "user": "www-data", "uid": 33,
    "path": "/etc/nginx/nginx.conf", "fd": 3, "error": None, "latency_us": 1500.0,
    "cgroup": "/system.slice/nginx.service",
}  # fmt: skip
FAILED = {"fd": None, "error": "ENOENT"}
EXEC: dict[str, Any] = {
    "pid": 10, "comm": "sh", "filename": "/bin/sh", "argv": ["sh", "-c", "exit 3"], "ret": 0, "error": None,
    "cgroup": CONTAINER,
}  # fmt: skip
SLOW: dict[str, Any] = {
    "pid": 10, "comm": "fio", "disk": "sda", "op": "write", "queue_us": 400.0, "device_us": 600.0, "error": None,
}  # fmt: skip


def holds(text: str, **fields: Any) -> bool:
    return parse(text).matches(ROW | fields)


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_nothing_matches_everything(text: str) -> None:
    assert parse(text) == Filter()
    assert parse(text).empty
    assert not parse(text)
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
        ("tid:12", True),
        ("tid:10", False),
        ("tree:10", True),
        ("tree:1", True),
        ("tree:5", True),
        ("tree:6,7", True),
        ("tree:56", False),
        ("!tree:6", False),
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
        ("comm:ng*", True),
        ("comm:*x", True),
        ("comm:n?inx", True),
        ("comm:[a-n]ginx", True),
        ("comm:*ngi", False),
        ("comm=ng*", False),
        ('comm:"ng*"', False),
        ("comm:/^ng.n/", True),
        ("comm:/^gin/", False),
        ("comm~^(ng|ap).*x$", True),
        ("comm~i.g", False),
        ("user:www-data", True),
        ("user:33", True),
        ("user:root,33", True),
        ("user:root", False),
        ("user:3", False),
        ("user:www-*", True),
        ("!user:root", True),
        ("unit:nginx", True),
        ("unit=nginx.service", True),
        ("unit=nginx", False),
        ("cgroup:system.slice", True),
        ("cgroup:/system.slice/*", True),
        ("cgroup:/system/", False),
        ("container:nginx", False),
        ("path:/etc/", True),
        ("path:/etc", True),
        ("path:/nginx/", True),
        ("path:/ngin/", False),
        ("path=/etc/nginx/nginx.conf", True),
        ("path:*.conf", True),
        ("path:/etc/*", True),
        ("path:*.con", False),
        (r"path~\.conf$", True),
        ("path~^/etc/.*/", True),
        ("path~^etc", False),
        ("nginx.conf", True),
        ("ngin", True),
        ("/etc/", True),
        ("*.conf", True),
        ("apache", False),
        ("!apache", True),
        ('"nginx"', True),
        ("ret:3", True),
        ("ret>=3", True),
        ("ret>3", False),
        ("ret<0", False),
        ("err:none", True),
        ("err:0", True),
        ("err:*", False),
        ("!err:*", True),
        ("lat>1ms", True),
        ("lat>=1.5ms", True),
        ("lat>1500us", False),
        ("lat<1.501ms", True),
        ("lat<=1s lat>1ms", True),
        ("disk:sda", False),
        ("!disk:sda", True),
        ("arg:x", False),
        ("pid:10 comm:ngin user:33", True),
        ("pid:10 comm:apache", False),
        ("  pid:10\t!comm:apache  ", True),
        ("comm:ngin !comm=nginx", False),
        ("pid:1 or comm:ngin", True),
        ("pid:1 or comm:apache", False),
        ("pid:10 or comm:apache user:root", True),
        ("(pid:10 or comm:apache) user:root", False),
        ("(pid:10 OR comm:apache) and user:33", True),
        ("!(pid:10 or comm:apache)", False),
        ("!(pid:10 comm:apache)", True),
        ("((pid:10))", True),
        ("!(!(pid:10))", True),
        ("pid:10 (pid:1 or (user:33 comm:ngi))", True),
        ("pid:1 or or", None),
        ("comm~n{1,2}g", True),
        ("comm~x,n{1,2}g", True),
        ("comm:/^n{1,2}g/", True),
        ("comm:/[,x]$/", True),
        ("comm:/x$,y/", False),
        ("comm:/x$/,/y/", True),
        ("comm:/y/,/x$/", True),
        ("comm:[x,n]ginx", True),
        ("comm:{,ngi", True),
        ("path:/usr/,/etc/", True),
        ("path:/usr/c++/,/etc/", True),
        ("user:033", True),
        ("user=033", True),
        ("not", False),
        ('comm:"&&" or "||" or "not" or ngin', True),
    ],
)
def test_what_a_filter_means(text: str, expected: bool | None) -> None:
    if expected is None:
        with pytest.raises(FilterError):
            parse(text)
    else:
        assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("err:ENOENT", True),
        ("err:enoent", True),
        ("err:2", True),
        ("err:-2", True),
        ("err:EACCES,ENOENT", True),
        ("err:EACCES", False),
        ("err:*", True),
        ("err:none", False),
        ("ret:-2", True),
        ("ret<0", True),
        ("ret:3", False),
    ],
)
def test_failures(text: str, expected: bool) -> None:
    assert holds(text, **FAILED) is expected


def test_errors_that_have_no_number_are_errors() -> None:
    assert holds("err:*", error="status 99", fd=None)
    assert holds("err:524", error="errno 524", fd=None)
    assert holds("err:ERESTARTSYS", error="ERESTARTSYS", fd=None)
    assert not holds("err:ENOENT", error="status 99", fd=None)


def test_digits_without_end_are_no_number() -> None:
    endless = f"status {'9' * 5000}"
    assert holds("err:*", error=endless, fd=None)
    assert not holds("err:ENOENT", error=endless, fd=None)
    assert holds("!exit:0", code=None, signal=endless)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arg:-c", True),
        ("arg=-c", True),
        ('arg:"-c exit"', True),
        ('arg="-c exit"', False),
        ("arg:ex*", True),
        ("path:/bin", True),
        ("path=/bin/sh", True),
        ("exit", True),
        ("container:0123456789", True),
        ("container:docker", True),
        ("container=0123456789ab", True),
        ("container:" + "0123456789abcdef" * 4, True),
        ("container:123", False),
        ("unit:docker", True),
        ("ret:0", True),
        ("lat>1us", False),
    ],
)
def test_execs_and_containers(text: str, expected: bool) -> None:
    assert parse(text).matches(EXEC) is expected


ENDED = {"code": 0, "signal": None}
KILLED = {"code": None, "signal": "SIGSEGV"}
RUNNING = {"code": None, "signal": None}


@pytest.mark.parametrize(
    ("text", "passing"),
    [
        ("exit:0", "ended"),
        ("!exit:0", "three killed"),
        ("exit:3,0", "ended three"),
        ("exit>0", "three"),
        ("exit<=3", "ended three"),
        ("exit:SIGSEGV", "killed"),
        ("exit=segv", "killed"),
        ("exit:SIGSEGV,3", "three killed"),
        ("exit:SIGKILL", ""),
        ("exit:*", "ended three killed"),
        ("!exit:*", ""),
        ("!(exit:0 comm:sh)", "three killed"),
        ("!(exit:0 comm:x)", "ended three killed running"),
        ("!(exit:0 or comm:x)", "three killed"),
        ("exit:3 or comm:sh", "ended three killed running"),
        ("exit:3 or comm:x", "three"),
        ("comm:sh !exit:0", "three killed"),
    ],
)
def test_how_it_ended_is_asked_once_it_has(text: str, passing: str) -> None:
    rows = {"ended": ENDED, "three": {"code": 3, "signal": None}, "killed": KILLED, "running": RUNNING}
    assert [name for name, end in rows.items() if parse(text).matches(EXEC | end)] == passing.split()
    assert parse(text).waits


@given(st.data())
def test_what_passes_while_it_runs_passes_however_it_ends(data: st.DataObject) -> None:
    leaf = st.sampled_from(["exit:0", "exit>0", "exit:SIGSEGV", "exit:*", "comm:sh", "comm:x"])
    negated = st.sampled_from(["", "!"])

    def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        joint, parts = st.sampled_from([" ", " or "]), st.lists(inner, min_size=1, max_size=3)
        return st.builds(lambda sign, joint, some: f"{sign}({joint.join(some)})", negated, joint, parts)

    text = data.draw(st.recursive(st.builds(str.__add__, negated, leaf), joined, max_leaves=6))
    if parse(text).matches(EXEC | RUNNING):
        assert all(parse(text).matches(EXEC | end) for end in (ENDED, KILLED))


def test_signals_without_a_name_and_other_probes() -> None:
    assert parse("exit:SIGRTMIN+3").matches(EXEC | {"code": None, "signal": "SIGRTMIN+3"})
    assert parse("!exit:SIGTERM").matches(EXEC | {"code": None, "signal": "signal 32"})
    assert not holds("exit:0")
    assert holds("!exit:0"), "an open has no such field"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("disk:sda", True),
        ("disk:sd", False),
        ("disk:sd*", True),
        ("op:write,flush", True),
        ("op:read", False),
        ("lat>=1ms", True),
        ("lat>1ms", False),
        ("path:x", False),
        ("!path:x", True),
        ("ret:0", False),
        ("unit:x", False),
    ],
)
def test_slow_requests(text: str, expected: bool) -> None:
    assert parse(text).matches(SLOW) is expected


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
        ("comm=(sd-pam)", "(sd-pam)"),
        ("(comm=(sd-pam))", "(sd-pam)"),
        ('comm="a""b"', 'a"b'),
        ('comm=""""', '"'),
        ('comm:"/b/"', "a/b/c"),
        ('comm=")("', ")("),
        ('"or"', "or"),
        ('"pid:1"', "pid:1"),
        ('--x=y', "--x=y"),
    ],
)  # fmt: skip
def test_quotes_hold_together(text: str, comm: str) -> None:
    assert holds(text, comm=comm)
    assert not holds(text, comm="another")


def test_bytes_that_are_written_out_are_one_each() -> None:
    assert holds("comm=" + r"\xff" * 15, comm=r"\xff" * 15)


@given(st.lists(st.sampled_from(["a", "b{1,2}", "[c,d]", "{,}", '"e,f"', "/"]), min_size=1, max_size=5))
def test_commas_part_values_but_not_what_is_within_them(values: list[str]) -> None:
    (term,) = parse(f"path~{','.join(values)}").terms
    assert isinstance(term, Term)
    assert [each.text for each in term.patterns] == [value.replace('"', "") for value in values]


def test_a_quoted_exclamation_mark_negates_nothing() -> None:
    assert holds('"!"pid', comm="x!pidx")
    assert not holds('"!"pid')


@pytest.mark.parametrize("key", KEYS)
def test_what_a_row_lacks_holds_for_no_term_and_for_each_negation(key: str) -> None:
    text = KEYS[key].takes
    for row in ({}, dict.fromkeys(ROW | EXEC | SLOW)):
        if key != "err" or not row:
            assert not parse(text).matches(row)
            assert parse(f"!{text}").matches(row)


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


def test_a_term_remembers_what_was_typed() -> None:
    parsed = parse("  pid:1,2 !comm=sh ")
    assert parsed.text == "pid:1,2 !comm=sh"
    assert parsed.terms == (
        Term("pid", (Pattern("is", "1"), Pattern("is", "2")), False, 2, 9),
        Term("comm", (Pattern("is", "sh"),), True, 10, 18),
    )


def test_users_are_those_of_this_machine() -> None:
    me = pwd.getpwuid(0)
    (term,) = parse_local(f"user:{me.pw_name},4294967295").terms
    assert isinstance(term, Term)
    assert uids(term) == (0, 4294967295)
    for text in ("user:no-such-user", "!user:4294967296", "user=\ud800", "(comm:a or user:no-such-user)"):
        parse(text)
        with pytest.raises(FilterError, match="no user"):
            parse_local(f"pid:1 {text}")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a*)*b", "a" * 4000),
        ("(a|aa)+$", "a" * 4000 + "b"),
        ("(.*)(.*)(.*)(.*)x", "y" * 4000),
        ("(a?){60}a{60}", "a" * 59),
        ("a.{8}b", "ac" * 4000),
    ],
)
def test_no_expression_takes_long(pattern: str, text: str) -> None:
    began = time.process_time()
    assert not parse(f'path~"{pattern}"').matches({"path": text})
    assert time.process_time() - began < 2


def test_many_patterns_are_compiled_once() -> None:
    parsed = parse("comm:" + ",".join(f"*{n}" for n in range(200)))
    assert not parsed.matches(ROW)
    began = time.process_time()
    for _ in range(100):
        parsed.matches(ROW)
    assert time.process_time() - began < 1


def test_no_glob_takes_long() -> None:
    began = time.process_time()
    assert not parse("path:" + "*a" * 40 + "*b").matches({"path": "a" * 4000})
    assert time.process_time() - began < 2


def test_a_filter_within_some_keys_is_what_can_be_asked_there() -> None:
    chosen = parse("pid:1 path:x (comm:a or user:b) !(comm:c or pid:2)")
    assert [leaf.start for term in chosen.within("pid", "comm").terms for leaf in leaves(term)] == [0, 34, 44]


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


names = st.text(st.characters(codec="utf-8", exclude_characters='"\0'), min_size=1, max_size=COMM_BYTES).filter(
    lambda name: len(name.encode()) <= COMM_BYTES
)


@given(names)
def test_any_name_can_be_quoted(name: str) -> None:
    (term,) = parse(f'comm="{name}"').terms
    assert isinstance(term, Term)
    assert term.patterns == (Pattern("is", name),)
    assert holds(f'comm="{name}"', comm=name)
    assert holds(f'comm:"{name}"', comm=f"<{name}>")
    assert not holds(f'!comm:"{name}"', comm=name)


@given(
    st.lists(st.sampled_from(["pid:1", "!comm:ab", "user:0", 'comm="x y"', "(pid:2 or comm:a)"]), max_size=6), st.data()
)
def test_terms_may_come_in_any_order(terms: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(terms))
    row: dict[str, Any] = {
        "pid": data.draw(st.sampled_from([1, 2])),
        "comm": data.draw(st.sampled_from(["ab", "x y"])),
        "uid": 0,
    }
    assert parse(" ".join(terms)).matches(row) == parse(" ".join(shuffled)).matches(row)


def test_what_a_key_tells_of_itself_is_true() -> None:
    fields = {
        "path": {"path", "filename"}, "arg": {"argv"}, "ret": {"fd", "ret"}, "err": {"error"},
        "lat": {"latency_us", "device_us"}, "age": {"age_ms"}, "queue": {"queue_us"}, "device": {"device_us"},
        "exit": {"code"}, "unit": {"cgroup"}, "container": {"cgroup"},
        "tree": {"pid"},
    }  # fmt: skip
    for key in KEYS.values():
        (term,) = parse(key.takes).terms
        assert isinstance(term, Term)
        assert term.key == key.name
        columns = {probe.id: {column.id for column in get(probe.id).info.columns} for probe in PROBES}
        wanted = fields.get(key.name, {key.name})
        assert set(key.probes) == {probe for probe, ids in columns.items() if ids & wanted}, key.name


def test_every_errno_is_known_by_its_name() -> None:
    for number, name in errno.errorcode.items():
        assert holds(f"err:{name}", error=name, fd=None)
        assert holds(f"err:{number}", error=name, fd=None)


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
