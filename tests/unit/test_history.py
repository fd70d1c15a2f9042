"""History: bounded, exact about what passes the filter, and still while it is held."""

from __future__ import annotations

from itertools import count

import msgspec
import pytest

from probes.columns import Column, Row
from probes.disk_sums import Part, Work
from probes.filter import parse
from probes.lanes import lanes, latency_of
from probes.snapshot import Counts, Exit, ProbeTick
from tests.tui.fakes import HELLO, SECOND, Key, Machine, hist
from tests.tui.raid import raid_tick
from tui.history import History
from tui.log import Log
from tui.window import Window

COLUMNS = (
    Column("pid", "PID", "pid", 7, ""),
    Column("comm", "COMM", "word", 9, ""),
    Column("code", "EXIT", "number", 4, "", later=True),
)


def rows(numbers: range) -> list[Row]:
    return [[n, "even" if n % 2 == 0 else "odd", None] for n in numbers]


def pids(log: Log) -> list[object]:
    return [row[0] for _, row in log.rows(0, len(log))]


def test_only_the_newest_rows_are_kept() -> None:
    log = Log(COLUMNS, most_rows=10)
    log.add(0, rows(range(7)), tested=False)
    log.add(7, rows(range(7, 15)), tested=False)
    assert pids(log) == list(range(5, 15))
    assert log.first == 5


def test_rows_are_bounded_by_bytes_too() -> None:
    log = Log(COLUMNS, most_bytes=1000)
    for n in range(50):
        log.add(n, [[n, "x" * 90, None]], tested=False)
    assert 5 < len(log) < 12
    assert pids(log)[-1] == 49


def test_a_filter_holds_for_old_and_new_rows() -> None:
    log = Log(COLUMNS, most_rows=6)
    log.add(0, rows(range(4)), tested=False)
    log.select(parse("comm=odd"))
    log.add(4, rows(range(4, 8)), tested=False)
    assert pids(log) == [3, 5, 7]
    log.select(parse(""))
    assert pids(log) == [2, 3, 4, 5, 6, 7]


def test_what_the_kernel_filtered_is_not_tested_again() -> None:
    log = Log(COLUMNS)
    log.select(parse("ppid:12"))
    log.add(0, rows(range(3)), tested=True)
    assert pids(log) == [0, 1, 2]


def test_an_exit_fills_its_row() -> None:
    log = Log(COLUMNS, most_rows=3)
    log.add(0, rows(range(5)), tested=False)
    log.finish([Exit(1, 1, 9, None, 2.0), Exit(3, 3, 7, None, 2.0), Exit(99, 1, 1, None, 1.0)])
    assert [row[2] for _, row in log.rows(0, 9)] == [None, 7, None]


def test_rows_that_do_not_fit_the_columns_are_fitted() -> None:
    log = Log(COLUMNS)
    log.add(0, [[1], [2, "x", None, "more"]], tested=False)
    assert [row for _, row in log.rows(0, 2)] == [[1, None, None], [2, "x", None]]


def test_numbers_that_jump_start_the_log_anew() -> None:
    log = Log(COLUMNS)
    log.add(0, rows(range(3)), tested=False)
    log.add(0, rows(range(2)), tested=False)
    assert pids(log) == [0, 1]


def test_index_counts_the_rows_before_a_number() -> None:
    log = Log(COLUMNS, most_rows=4)
    log.add(0, rows(range(8)), tested=False)
    assert [log.index(n) for n in (0, 4, 6, 99)] == [0, 0, 2, 4]
    log.select(parse("comm=odd"))
    assert [log.index(n) for n in (0, 6, 99)] == [0, 1, 2]


def test_the_window_is_the_sum_of_the_ticks_within_it() -> None:
    window = Window(3 * SECOND)
    ticks = [
        [hist(Key("sda", "read", "device"), 100, 50, n), hist(Key("sdb", "write", "queue"), 10, 9, n)] for n in range(7)
    ]
    for tick in ticks:
        window.add(SECOND, ProbeTick("block", "on", hists=tick))
    moving = window.moving()
    for at, key in enumerate((("sda", "device", "read"), ("sdb", "queue", None))):
        assert moving.of(*key) == [t[at] for t in ticks[-3:]]
    assert window.span_ns == 3 * SECOND


def test_a_disk_that_falls_silent_leaves_the_window() -> None:
    window = Window(2 * SECOND)
    window.add(SECOND, ProbeTick("block", "on", hists=[hist(Key("sda", "read", "device"), 100, 50, 1)]))
    for _ in range(3):
        window.add(SECOND, ProbeTick("block", "on", hists=[]))
    assert window.moving().of("sda", "device", None) == []


def test_the_tail_of_a_disk_is_that_of_all_its_operations_in_the_device() -> None:
    window = Window(2 * SECOND)
    keys = (Key("sda", "read", "device"), Key("sda", "write", "device"), Key("sda", "read", "queue"))
    for n in range(5):
        hists = [hist(key, 100 * 20**at, 300, n, 0.03) for at, key in enumerate(keys)]
        window.add(SECOND, ProbeTick("block", "on", hists=hists))
    whole = latency_of(*window.moving().of("sda", "device", None))
    assert window.tails["sda"].requests == whole.count
    assert window.tails["sda"].p99_ns == pytest.approx(whole.percentile_ns(0.99))
    for _ in range(3):
        window.add(SECOND, ProbeTick("block", "on"))
    assert window.tails == {}


def test_work_and_parts_of_the_window_are_added_up_by_what_they_are_of() -> None:
    window = Window(2 * SECOND)
    for n in (5, 3, 4):
        work = [
            Work(7, "cp", "/x", False, disk, "read", lanes({4: n, 9: 1}), n + 1, 10, n, 512) for disk in ("sda", "sdb")
        ]
        parts = [Part("sda", "write", ("sync",), 4096, True, lanes({2: n}), n, 10, n, 512, 1)]
        window.add(SECOND, ProbeTick("block", "on", work=work, parts=parts))
    assert [(one.disk, one.lanes.slots(), one.count, one.sum_ns, one.max_ns, one.bytes) for one in window.work()] == [
        ("sda", {4: 7, 9: 2}, 9, 20, 4, 1024),
        ("sdb", {4: 7, 9: 2}, 9, 20, 4, 1024),
    ]
    assert [(one.flags, one.lanes.slots(), one.count, one.errors) for one in window.parts()] == [
        (("sync",), {2: 7}, 7, 2)
    ]


def test_facts_and_thresholds_hold_until_they_change() -> None:
    history, machine = History(HELLO), Machine(block=raid_tick)
    for _ in range(3):
        history.add(machine.tick(), live=True)
    block = history.view.probes[2]
    assert block.facts["sdb"].sets == ("md0",)
    assert block.thresholds["sdb", "read"].why == "hump"
    assert block.selected == len(block.log) + 2


def test_a_sick_disk_is_found_and_a_held_view_keeps_what_was_found() -> None:
    history, machine = History(HELLO), Machine(block=raid_tick)
    for _ in range(12):
        history.add(machine.tick(), live=True)
    (found,) = history.view.findings
    assert (found.disk, found.kind) == ("sdb", "odd-one-out")
    history.hold()
    held = history.view
    frames, work = list(held.probes[2].timeline), list(held.probes[2].work)
    healthy = Machine(block=lambda n: raid_tick(n, 0.0))
    healthy.n = machine.n
    for _ in range(90):
        history.add(healthy.tick(), live=True)
    assert history.view.findings == held.probes[2].findings == (found,)
    assert list(held.probes[2].timeline) == frames
    assert list(held.probes[2].work) == work
    history.release()
    assert history.view.findings == ()
    assert [past.id for past in history.view.past] == [found.id]


def test_a_held_view_stays_and_history_goes_on() -> None:
    history, machine = History(HELLO), Machine(rows=5)
    history.add(machine.tick(), live=True)
    history.hold()
    before = [row for _, row in history.view.probes[0].log.rows(0, 99)]
    history.add(machine.tick(), live=True)
    assert [row for _, row in history.view.probes[0].log.rows(0, 99)] == before
    history.release()
    assert len(history.view.probes[0].log) == 10


def test_a_filter_typed_while_held_acts_on_what_is_held() -> None:
    history, machine = History(HELLO), Machine(rows=10)
    history.add(machine.tick(), live=True)
    history.hold()
    history.select(parse("user:root"))
    assert len(history.view.probes[0].log) == 5


def test_rates_come_from_counts() -> None:
    history, tick = History(HELLO), Machine().tick()

    def with_seen(seen: int) -> None:
        part = ProbeTick("exec", "on", Counts(seen=seen, shown=seen))
        history.add(msgspec.structs.replace(tick, span_ns=2 * SECOND, probes=(part,)), live=True)

    for seen, hz in ((100, 50.0), (400, 150.0), (420, 10.0)):
        with_seen(seen)
        assert history.view.probes[0].seen_hz == hz


def test_a_probe_that_was_not_announced_is_ignored() -> None:
    history = History(HELLO)
    history.add(msgspec.structs.replace(Machine().tick(), probes=(ProbeTick("other", "on"),)), live=True)
    assert [probe.info.id for probe in history.view.probes] == ["exec", "open", "block"]


def test_a_tick_in_which_the_filter_changed_is_tested_again() -> None:
    history, machine = History(HELLO), Machine(rows=10)
    history.add(machine.tick(), live=True)
    history.select(parse("user:root"))
    history.add(machine.tick("user:root"), live=True)
    assert len(history.view.probes[0].log) == 10
    history.add(machine.tick("user:root"), live=True)
    assert len(history.view.probes[0].log) == 20


def test_a_filter_is_put_to_rows_for_a_time_however_long_one_takes() -> None:
    now = count()
    history = History(HELLO, clock=lambda: next(now) / 1000)
    machine = Machine()
    history.add(machine.tick(), live=False)
    history.select(parse("comm~."), 0.005)
    logs = [probe.log for probe in history.view.probes[:2]]
    assert [(len(log), log.sifted) for log in logs] == [(5, False)] * 2
    assert not history.sift(0.005)
    assert [(len(log), log.sifted) for log in logs] == [(5, False)] * 2
    history.add(machine.tick(), live=False)
    assert not history.sift(0.003)
    assert history.sift(1)
    assert [(len(log), log.sifted) for log in logs] == [(24, True)] * 2
