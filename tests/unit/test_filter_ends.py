"""Filters on how a process ended: they are answered for good once it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filter import parse
from tests.unit.filter_rows import EXEC, holds

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
