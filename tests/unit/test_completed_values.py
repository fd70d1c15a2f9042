"""What a filter that is being typed is completed with: values that were seen, folders before what is in them."""

from __future__ import annotations

import pytest

from probes.filter import complete, parse, quoted
from probes.snapshot import Exit
from tests.unit.sessions import HELLO, exec_row, exec_tick, open_row, open_tick, snapshot
from tui.actions.seen import MOST_VALUES, completion
from tui.history import History

PATHS = ("/usr/lib/a.so", "/usr/lib/b.so", "/usr/lib/b.so", "/usr/bin/x", "/etc/nginx/conf.d/a", "/etc/hosts", "rel")


@pytest.fixture
def history() -> History:
    made = History(HELLO)
    rows = [open_row(10, path) for path in PATHS]
    made.add(snapshot(1, exec_tick([exec_row(10)], 1, exits=[Exit(0, 10, 3, None, 1.0)]), open_tick(rows)), live=False)
    return made


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("path:", ["/usr/", "/etc/"]),
        ("path:/", ["/usr/", "/etc/"]),
        ("path:/us", ["/usr/"]),
        ("path:/usr/", ["/usr/lib/", "/usr/bin/", "/usr/lib/b.so"]),
        ("path:/usr/lib/", ["/usr/lib/b.so", "/usr/lib/a.so"]),
        ("path:/ETC", ["/etc/", "/etc/hosts", "/etc/nginx/conf.d/a"]),
        ("path:nginx", ["/etc/nginx/", "/etc/nginx/conf.d/a"]),
        ("path:re", ["rel"]),
        ("!path:/etc/n", ["/etc/nginx/", "/etc/nginx/conf.d/a"]),
        ("path:zzz", []),
        ("exit:", ["3"]),
    ],
)
def test_folders_come_first_and_then_what_is_in_them(history: History, typed: str, first: list[str]) -> None:
    found = completion(history.view, complete(typed, len(typed)))
    assert list(found.choices[: len(first) or 1]) == first
    assert typed[: found.start] == typed[: typed.index(":") + 1]


def test_what_is_filtered_was_seen_too(history: History) -> None:
    history.select(parse("user"))
    assert "/etc/" in completion(history.view, complete("path:", 5)).choices


def test_nothing_is_offered_twice(history: History) -> None:
    found = completion(history.view, complete("path:", 5)).choices
    assert len(set(found)) == len(found)
    assert set(PATHS) <= set(found)


ARGV = (
    "nginx",
    "-g",
    "daemon off;",
    "--prefix=/srv/a b",
    'say "no"',
    "a,b",
    "(x)",
    "*.gz",
    "!x",
    "or",
    "ein\nzwei",
    "x" * 201,
)


@pytest.fixture
def started() -> History:
    made = History(HELLO)
    rows = [exec_row(10, argv=ARGV), exec_row(11, argv=("nginx", "-t")), exec_row(12, argv=())]
    made.add(snapshot(1, exec_tick(rows, 3)), live=False)
    return made


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("arg:ng", ["nginx"]),
        ("arg:-", ['"--prefix=/srv/a b"', "-g", "-t"]),
        ("arg:daemon", ['"daemon off;"']),
        ('arg:"daemon o', ['"daemon off;"']),
        ("!arg:say", ['"say ""no"""']),
        ("arg=nginx,a", ['"a,b"', '"--prefix=/srv/a b"', '"daemon off;"', '"say ""no"""']),
        ("arg:zzz", []),
        ("arg:xx", []),
    ],
)
def test_arguments_are_offered_as_they_are_typed(started: History, typed: str, choices: list[str]) -> None:
    found = completion(started.view, complete(typed, len(typed)))
    assert list(found.choices) == choices


def test_an_argument_that_is_completed_is_found(started: History) -> None:
    found = completion(started.view, complete("arg=", 4))
    assert set(found.choices) == {quoted(each) for each in (*ARGV[:-1], "-t")}
    for choice in found.choices:
        assert parse(f"arg={choice}").matches({"argv": [*ARGV, "-t"]})
        assert not parse(f"arg={choice}").matches({"argv": ["other"]})


def test_however_many_arguments_there_are_only_some_are_looked_at() -> None:
    made = History(HELLO)
    rows = [exec_row(pid, argv=[f"{pid}-{n}" for n in range(MOST_VALUES // 4)]) for pid in range(10, 20)]
    made.add(snapshot(1, exec_tick(rows, 10)), live=False)
    found = completion(made.view, complete("arg:", 4)).choices
    assert len(found) == MOST_VALUES
    assert {choice.partition("-")[0] for choice in found} == {"16", "17", "18", "19"}
