"""The rows of a probe: a filter that is put to them a few at a time lets through what it would let through at once."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column, Row
from probes.filter import parse
from probes.snapshot import Exit
from tui.log import Enough, Log

COLUMNS = (Column("pid", "PID", "pid", 7, ""), Column("comm", "COMM", "word", 15, ""))
COMMS = st.lists(st.sampled_from(["nginx", "bash", "cron"]), max_size=40)


def rows(comms: list[str], first: int = 0) -> list[Row]:
    return [[number, comm] for number, comm in enumerate(comms, first)]


def enough(most: int) -> Enough:
    """So many rows are enough."""
    tested = count(1)
    return lambda: next(tested) >= most


def numbers(log: Log) -> list[int]:
    return [number for number, _ in log.rows(0, len(log))]


@given(COMMS, COMMS, st.integers(1, 10), st.integers(1, 10), st.integers(5, 30))
def test_sifting_ends_where_testing_all_at_once_does(
    before: list[str], after: list[str], at_once: int, step: int, most: int
) -> None:
    chosen = parse("comm=nginx")
    log, whole = Log(COLUMNS, most), Log(COLUMNS, most)
    for each in (log, whole):
        each.add(0, rows(before), tested=False)
    log.select(chosen, enough(at_once))
    whole.select(chosen)
    assert numbers(log) == numbers(whole)[len(numbers(whole)) - len(numbers(log)) :]
    for each in (log, whole):
        each.add(len(before), rows(after, len(before)), tested=False)
    for _ in range(len(before) + 1):
        if log.sift(enough(step)):
            break
    assert log.sift(enough(step))
    assert numbers(log) == numbers(whole)


def test_the_newest_rows_are_tested_first() -> None:
    log = Log(COLUMNS)
    log.add(0, rows(["nginx"] * 30), tested=False)
    log.select(parse("nginx"), enough(5))
    assert numbers(log) == [25, 26, 27, 28, 29]
    assert not log.sift(enough(5))
    assert numbers(log) == [25, 26, 27, 28, 29]  # none changes its place meanwhile
    log.sift()
    assert numbers(log) == list(range(30))


def test_a_moment_of_the_past_is_tested_whole() -> None:
    log = Log(COLUMNS)
    log.add(0, rows(["nginx"] * 30), tested=False)
    log.select(parse("nginx"), enough(1))
    assert numbers(log.upto(10, 0)) == list(range(10))


ENDING = (
    Column("pid", "PID", "pid", 7, ""),
    Column("comm", "COMM", "word", 15, ""),
    Column("code", "EXIT", "number", 4, "", later=True),
    Column("signal", "SIGNAL", "word", 7, "", later=True),
)


def exits(codes: dict[int, int]) -> list[Exit]:
    return [Exit(row, row, code, None, 1.0) for row, code in codes.items()]


def test_a_row_appears_at_its_place_once_its_process_has_ended_as_was_asked() -> None:
    log = Log(ENDING)
    log.select(parse("exit:1"))
    log.add(0, rows(["sh"] * 6), tested=True)
    assert numbers(log) == []
    log.finish(exits({4: 1, 2: 0}))
    assert numbers(log) == [4]
    log.finish(exits({1: 1, 5: 1}))
    assert numbers(log) == [1, 4, 5]
    assert numbers(log.copy()) == [1, 4, 5]


def test_an_end_that_is_asked_for_is_found_whenever_it_is_asked() -> None:
    log = Log(ENDING)
    log.add(0, rows(["sh"] * 30), tested=False)
    log.finish(exits({3: 1}))
    log.select(parse("!exit:0"), enough(5))
    log.finish(exits({4: 1, 27: 2, 28: 0}))
    assert numbers(log) == [27]
    log.sift()
    assert numbers(log) == [3, 4, 27]


def test_in_the_past_it_has_not_ended_yet() -> None:
    log = Log(ENDING)
    log.add(0, rows(["sh", "cat", "sh"]), tested=False)
    log.select(parse("exit:0 or comm:cat"))
    for moment, row in ((1, 0), (2, 1), (3, 2)):
        log.finish(exits({row: 0}), moment)
    assert numbers(log) == [0, 1, 2]
    assert numbers(log.upto(3, 1)) == [0, 1]
    assert numbers(log.upto(3, 0)) == [1]
