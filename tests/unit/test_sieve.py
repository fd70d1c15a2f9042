"""What of a probe's rows a session gets, and how that is counted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Row
from probes.filter import parse
from probes.filter.plan import Plan, plan
from probes.probe import get
from probes.sieve import SECOND, Sieve, kernel_budget
from probes.snapshot import Counts, Exit

EXEC, OPEN = get("exec").info, get("open").info


def row_of(**fields: Any) -> Row:
    info = EXEC if "argv" in fields else OPEN
    return [fields.get(column.id, 10 * SECOND if column.id == "time" else None) for column in info.columns]


def sieve(text: str, budget: int = 1000, probe: str = "open") -> Sieve:
    made = Sieve(get(probe).info, budget)
    made.put(plan(parse(text), probe))
    return made


def test_what_the_kernel_has_tested_passes_as_it_is() -> None:
    made = sieve("pid:1 err:*", budget=0)
    rows = [row_of(path="/a", pid=7)]
    assert made.rows(rows) == rows
    assert made.counts == Counts()


def test_what_does_not_pass_is_filtered_instead_of_shown() -> None:
    made = sieve("path:/a")
    wanted = [row_of(path="/a"), row_of(path="/a/b", error="ENOENT")]
    assert made.rows([wanted[0], row_of(path="/b"), row_of(path="/c", error="EACCES"), wanted[1]]) == wanted
    assert made.counts == Counts(shown=-2, filtered=2, errors=-1)


def test_the_budget_that_was_asked_for_is_kept() -> None:
    made = sieve("path:/a", budget=10)
    begin = 10 * SECOND
    assert len(made.rows([row_of(path="/a", time=begin) for _ in range(40)])) == 11  # as the kernel's side does
    assert len(made.rows([row_of(path="/a", time=begin + i * SECOND // 100) for i in range(1, 101)])) == 10
    assert made.counts == Counts(shown=-119, over_budget=119)
    assert made.rows([row_of(path="/b", time=begin)]) == []
    assert made.counts.filtered == 1


def test_how_it_will_end_is_left_to_whoever_shows_rows() -> None:
    made = sieve("exit:1 path:/bin or arg:x exit:2", probe="exec")
    rows = [row_of(argv=["x"], filename="/bin/y"), row_of(argv=["z"])]
    assert made.rows(rows) == rows
    assert made.counts == Counts()
    assert not made.can_tally
    assert kernel_budget(1000, plan(parse("exit:1"), "exec")) == 1000


def test_the_kernel_may_send_more_only_where_something_is_left() -> None:
    assert kernel_budget(1000, Plan()) == 1000
    assert kernel_budget(1000, plan(parse("unit:x"), "open")) == 1000
    assert kernel_budget(1000, plan(parse("path:x"), "open")) == 5000
    assert kernel_budget(100_000, plan(parse("path:x"), "open")) == 100_000
    assert kernel_budget(0, plan(parse("path:x"), "open")) == 0


def test_ends_find_their_rows() -> None:
    made = sieve("arg:x", probe="exec")
    made.rows([row_of(argv=["a"]), row_of(argv=["x"]), row_of(argv=["b"]), row_of(argv=["x"])])
    assert made.exits([Exit(row, 100 + row, 0, None, 1.0) for row in range(4)]) == [
        Exit(0, 101, 0, None, 1.0),
        Exit(1, 103, 0, None, 1.0),
    ]
    made.restart()
    made.rows([row_of(argv=["x"])])
    assert made.exits([Exit(0, 7, 0, None, 1.0)]) == [Exit(2, 7, 0, None, 1.0)]


@given(st.lists(st.sampled_from(["/a", "/b"])), st.integers(0, 5))
def test_each_row_is_counted_once(paths: list[str], budget: int) -> None:
    made = sieve("path:a", budget)
    kept = made.rows([row_of(path=path) for path in paths])
    counts = made.counts
    assert len(kept) == len(paths) + counts.shown
    assert counts.shown + counts.filtered + counts.over_budget == 0
    assert counts.filtered == paths.count("/b")
