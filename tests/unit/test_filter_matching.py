"""What a filter means: which rows of which probe pass it."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import KEYS, Filter, FilterError, Term, leaves, parse
from probes.probe import get
from probes.registry import PROBES
from tests.unit.filter_rows import EXEC, FAILED, ROW, SLOW, holds


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


@pytest.mark.parametrize("key", KEYS)
def test_what_a_row_lacks_holds_for_no_term_and_for_each_negation(key: str) -> None:
    text = KEYS[key].takes
    for row in ({}, dict.fromkeys(ROW | EXEC | SLOW)):
        if key != "err" or not row:
            assert not parse(text).matches(row)
            assert parse(f"!{text}").matches(row)


def test_a_filter_within_some_keys_is_what_can_be_asked_there() -> None:
    chosen = parse("pid:1 path:x (comm:a or user:b) !(comm:c or pid:2)")
    assert [leaf.start for term in chosen.within("pid", "comm").terms for leaf in leaves(term)] == [0, 34, 44]


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
