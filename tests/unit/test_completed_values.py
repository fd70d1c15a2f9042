"""What a filter that is being typed is completed with: values that were seen, folders before what is in them."""

from __future__ import annotations

import pytest

from probes.filter import complete, parse
from probes.snapshot import Exit
from tests.unit.sessions import HELLO, exec_row, exec_tick, open_row, open_tick, snapshot
from tui.actions.seen import completion
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
