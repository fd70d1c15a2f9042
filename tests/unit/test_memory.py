"""What is made of rows, a slice of time at once."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column, Row
from probes.filter import parse
from tui.log import Log
from tui.panes.table.memory import LEAST, Memory

COLUMNS = (Column("comm", "COMM", "word", 15, ""), Column("pid", "PID", "pid", 7, ""))


def log_of(rows: int) -> Log:
    log = Log(COLUMNS)
    log.add(0, [["even" if pid % 2 == 0 else "odd", pid] for pid in range(rows)], tested=False)
    return log


def counting() -> tuple[list[Row], Callable[[Row], object]]:
    asked: list[Row] = []
    return asked, lambda row: asked.append(row) or row[1]


def test_of_many_rows_the_newest_come_first_and_the_others_later() -> None:
    log, memory = log_of(3 * LEAST), Memory(slice_s=0)
    _, make = counting()
    assert list(memory.begun("pid", log, make)) == list(range(2 * LEAST, 3 * LEAST))
    assert memory.behind
    memory.go_on()
    memory.go_on()
    assert not memory.behind
    assert memory.begun("pid", log, make) == {number: number for number in range(3 * LEAST)}


@given(st.integers(0, 5 * LEAST), st.integers(0, LEAST), st.booleans())
def test_in_slices_it_is_what_it_is_at_once(rows: int, more: int, filtered: bool) -> None:
    log, memory = log_of(rows), Memory(slice_s=0)
    asked, make = counting()
    memory.begun("pid", log, make)
    if filtered:
        log.select(parse("comm=even"))
    log.add(rows, [["even", rows + number] for number in range(more)], tested=True)
    memory.pass_on()
    memory.begun("pid", log, make)
    while memory.behind:
        memory.go_on()
    made = memory.begun("pid", log, make)
    assert not memory.behind
    assert made == Memory().made("pid", log, lambda row: row[1])
    assert list(made) == sorted(made)
    assert len(asked) == len({row[1] for row in asked})


def test_what_nobody_asks_for_any_more_is_not_behind() -> None:
    log, memory = log_of(3 * LEAST), Memory(slice_s=0)
    memory.begun("pid", log, lambda row: row[1])
    assert memory.behind
    memory.pass_on()
    assert not memory.behind
    memory.finish()
    asked, make = counting()
    assert len(memory.made("pid", log, make)) == 3 * LEAST
    assert len(asked) >= 2 * LEAST
