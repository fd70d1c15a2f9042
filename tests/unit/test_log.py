"""The rows of a probe: a filter that is put to them a few at a time lets through what it would let through at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probes.filter import parse
from probes.snapshot import Column, Row
from tui.log import Log

COLUMNS = (Column("pid", "PID", "pid", 7, ""), Column("comm", "COMM", "word", 15, ""))
COMMS = st.lists(st.sampled_from(["nginx", "bash", "cron"]), max_size=40)


def rows(comms: list[str], first: int = 0) -> list[Row]:
    return [[number, comm] for number, comm in enumerate(comms, first)]


def numbers(log: Log) -> list[int]:
    return [number for number, _ in log.rows(0, len(log))]


@given(COMMS, COMMS, st.integers(0, 10), st.integers(1, 10), st.integers(5, 30))
def test_sifting_ends_where_testing_all_at_once_does(
    before: list[str], after: list[str], at_once: int, step: int, most: int
) -> None:
    chosen = parse("comm=nginx")
    log, whole = Log(COLUMNS, most), Log(COLUMNS, most)
    for each in (log, whole):
        each.add(0, rows(before), tested=False)
    log.select(chosen, at_once)
    whole.select(chosen)
    assert numbers(log) == numbers(whole)[len(numbers(whole)) - len(numbers(log)) :]
    for each in (log, whole):
        each.add(len(before), rows(after, len(before)), tested=False)
    for _ in range(len(before) + 1):
        if log.sift(step):
            break
    assert log.sift(step)
    assert numbers(log) == numbers(whole)


def test_the_newest_rows_are_tested_first() -> None:
    log = Log(COLUMNS)
    log.add(0, rows(["nginx"] * 30), tested=False)
    log.select(parse("nginx"), 5)
    assert numbers(log) == [25, 26, 27, 28, 29]
    assert not log.sift(5)
    assert numbers(log)[0] == 20


def test_a_moment_of_the_past_is_tested_whole() -> None:
    log = Log(COLUMNS)
    log.add(0, rows(["nginx"] * 30), tested=False)
    log.select(parse("nginx"), 1)
    assert numbers(log.upto(10, 0)) == list(range(10))
