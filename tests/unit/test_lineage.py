"""`tree:` of rows that are older than the filter: who is above whom follows from the parents that rows name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column, ProbeInfo, Row
from probes.filter import parse
from probes.snapshot import Counts, ProbeTick, Snapshot
from tests.tui.fakes import EXEC, HELLO, OPEN, SECOND, START, exec_row, open_row
from tests.unit.sessions import BOX
from tui.dump import Dump, Options
from tui.history import History
from tui.lineage import MOST_LIVES, Lineage

PPID = Column("ppid", "PPID", "pid", 0, "parent")
OPENS = msgspec.structs.replace(OPEN, columns=(*OPEN.columns, PPID))
"""Opens as the probe makes them: with a parent that is not shown."""
SESSION = msgspec.structs.replace(HELLO, probes=(EXEC, OPENS))


def started(pid: int, parent: int, second: int = 0) -> Row:
    row = exec_row(0, START + second * SECOND)
    row[1:3] = [pid, parent]
    return row


def opened(pid: int, parent: int, second: int = 0) -> Row:
    row = [*open_row(0, START + second * SECOND), parent]
    row[1] = pid
    return row


def tick(execs: list[Row], opens: list[Row], first: tuple[int, int] = (0, 0), filter_: str = "") -> Snapshot:
    parts = (
        ProbeTick("exec", "on", Counts(len(execs), len(execs)), first=first[0], rows=execs),
        ProbeTick("open", "on", Counts(len(opens), len(opens)), first=first[1], rows=opens),
    )
    return Snapshot(START + 9 * SECOND, SECOND, filter_, BOX, parts, 0)


def seen(*ticks: Snapshot, live: bool = False) -> History:
    history = History(SESSION)
    for one in ticks:
        history.add(one, live=live)
    return history


def pids(history: History, probe: int) -> list[object]:
    log = history.view.probes[probe].log
    return [row[1] for _, row in log.rows(0, len(log))]


FAMILY = tick([started(20, 10), started(40, 30), started(99, 98)], [opened(30, 20), opened(40, 30, 1), opened(98, 1)])
"""10 started 20; its child 30 opened a file and never ran a program; 40 is a child of that. 98 and 99 are others."""


@pytest.mark.parametrize("live", [False, True])
def test_kept_rows_of_all_descendants_pass(live: bool) -> None:
    history = seen(FAMILY, live=live)
    history.select(parse("tree:10"))
    assert (pids(history, 0), pids(history, 1)) == ([20, 40], [30, 40])
    history.select(parse("!tree:10"))
    assert (pids(history, 0), pids(history, 1)) == ([99], [98])


def test_what_a_recording_tells_after_the_filter_was_chosen_is_followed_as_well() -> None:
    history = seen()
    history.select(parse("tree:10"))
    history.add(FAMILY, live=False)
    assert (pids(history, 0), pids(history, 1)) == ([20, 40], [30, 40])


def test_rows_of_the_past_are_followed_as_well() -> None:
    later = tick([started(41, 40, 2)], [], (3, 3))
    history = seen(FAMILY, msgspec.structs.replace(later, time=FAMILY.time + SECOND))
    history.step(-1)
    history.select(parse("tree:10"))
    assert pids(history, 0) == [20, 40]
    history.release()
    assert pids(history, 0) == [20, 40, 41]


KIN = {30: 20, 20: 10, 10: 1}


def silent() -> Snapshot:
    """Of the family only 40 did anything; who is above it came with its row."""
    family = tick([started(40, 30), started(99, 98)], [])
    execs = msgspec.structs.replace(family.probes[0], kin=KIN)
    return msgspec.structs.replace(family, probes=(execs, family.probes[1]))


@pytest.mark.parametrize(("root", "found"), [(10, [40]), (20, [40]), (30, [40]), (98, [99]), (99, [99])])
def test_those_between_need_not_have_done_anything(root: int, found: list[int]) -> None:
    history = seen(silent())
    history.select(parse(f"tree:{root}"))
    assert pids(history, 0) == found
    told = Pids()
    Dump(SESSION, told, Options(("exec", "open"), filter=parse(f"tree:{root}"), live=False)).take(silent())
    assert told.of == {"exec": found}


def test_a_process_that_lives_closes_the_gap_that_rows_leave() -> None:
    history = seen(tick([started(40, 30)], []))
    history.select(parse("tree:10"))
    assert pids(history, 0) == []
    history.lineage.learn({30: 20, 20: 10, 10: 1}, START + SECOND)
    history.select(parse("tree:10"))
    assert pids(history, 0) == [40]


def test_who_lost_its_parent_stays_in_the_tree_in_which_it_was_born() -> None:
    lineage = Lineage()
    lineage.learn({20: 10, 10: 1}, 0)
    lineage.add(EXEC.columns, [started(30, 20), started(30, 1, 5)])
    assert list(lineage.above(30, START + 6 * SECOND)) == [20, 10, 1]


def test_an_id_that_is_used_again_is_another_process() -> None:
    lineage = Lineage()
    lineage.add(EXEC.columns, [started(30, 20), started(30, 77, 5)])
    assert list(lineage.above(30, START + SECOND)) == [20]
    assert list(lineage.above(30, START + 6 * SECOND)) == [77]


PIDS = st.integers(1, 8)


@given(st.lists(st.tuples(PIDS, PIDS, st.integers(0, 50)), max_size=60), PIDS, st.integers(-1, 60))
def test_whatever_rows_say_one_gets_to_an_end(told: list[tuple[int, int, int]], pid: int, second: int) -> None:
    lineage = Lineage()
    lineage.add(EXEC.columns, [started(*one) for one in told])
    above = list(lineage.above(pid, START + second * SECOND))
    assert len(above) == len(set(above))
    assert pid not in above
    named: Mapping[int, set[int]] = {one: {parent for child, parent, _ in told if child == one} for one in range(9)}
    assert all(parent in named[child] for child, parent in zip([pid, *above], above, strict=False))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.lineage.MOST", 100)
    lineage = Lineage()
    lineage.add(EXEC.columns, [started(1000 + n, 500) for n in range(300)])
    lineage.add(EXEC.columns, [started(7, 20 + n, n) for n in range(3 * MOST_LIVES)])
    assert len(lineage._parents) == 100
    assert len(lineage._parents[7]) == MOST_LIVES


class Pids:
    """A format that notes who is in the rows, and nothing else."""

    def __init__(self) -> None:
        self.of: dict[str, list[object]] = {}

    def rows(self, probe: ProbeInfo, rows: Sequence[Row]) -> None:
        self.of.setdefault(probe.id, []).extend(row[1] for row in rows)

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_told: None


def test_a_recording_that_is_dumped_is_followed_as_well() -> None:
    found = Pids()
    dump = Dump(SESSION, found, Options(("exec", "open"), filter=parse("tree:10"), live=False))
    dump.take(FAMILY)
    dump.end()
    assert found.of == {"exec": [20, 40], "open": [30, 40]}
