"""A reader that is slow: counts stay exact, rows are bounded, nothing is waited for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest

from probes import wire
from probes.columns import Row
from probes.disk_sums import Aside, Disk, DiskFacts, Hist, Part, Threshold, Work
from probes.lanes import lanes
from probes.merge import merge_hists
from probes.outbox import MOST_ROWS, Outbox
from probes.snapshot import Bye, Counts, Exit, Message, ProbeTick, Snapshot
from tests.unit.sessions import BOX, HELLO


class Pipe:
    """A real pipe: what is sent at one end, decoded at the other when it is read."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self._decoder = wire.messages()

    def read(self) -> list[Message]:
        """Everything that is in the pipe now."""
        got: list[Message] = []
        with suppress(BlockingIOError):
            while data := os.read(self.reader, 1 << 16):
                got += self._decoder.feed(data)
        return got

    def read_all(self, outbox: Outbox) -> list[Message]:
        """Everything that is sent and that waits."""
        got = self.read()
        while outbox.busy:
            outbox.flush()
            got += self.read()
        return got


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    for fd in (made.reader, made.writer):
        with suppress(OSError):
            os.close(fd)


def row(number: int) -> Row:
    return [number, "x" * 100]


class Session:
    """Makes the snapshots of a session, and keeps what is true of all of them."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.made = 0
        self.filtered = 0
        self.ticks = 0

    def tick(self, rows: int, **fields: object) -> None:
        """Sends a snapshot with so many new rows, as the collector would."""
        dropped = self.outbox.dropped.get("open", 0)
        first, self.made = self.made, self.made + rows
        self.filtered += 3
        self.ticks += 1
        counts = Counts(self.made + self.filtered, self.made - dropped, 0, self.filtered, dropped)
        tick = ProbeTick("open", "on", counts, first=first, rows=[row(first + i) for i in range(rows)], bpf_ns=10)
        tick = msgspec.structs.replace(tick, **fields)
        self.outbox.send(Snapshot(1000 + self.ticks, 100, "f", BOX, (tick,), 7))


def ticks_of(got: list[Message]) -> list[ProbeTick]:
    return [tick for message in got if isinstance(message, Snapshot) for tick in message.probes]


def test_a_quick_reader_gets_everything_as_it_was_sent(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session, got = Session(outbox), []
    outbox.send(HELLO)
    for _ in range(20):
        session.tick(50)
        got += pipe.read()
    outbox.send(Bye("end"))
    got += pipe.read()
    assert (got[0], got[-1]) == (HELLO, Bye("end"))
    assert [row[0] for tick in ticks_of(got) for row in tick.rows] == list(range(1000))
    assert {message.merged for message in got if isinstance(message, Snapshot)} == {1}
    assert (outbox.dropped, outbox.busy) == ({}, False)


@pytest.mark.parametrize(("ticks", "each"), [(40, 100), (400, 100), (3, 30_000), (1000, 1)])
def test_a_slow_reader_gets_exact_counts_and_the_newest_rows(pipe: Pipe, ticks: int, each: int) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    for _ in range(ticks):
        session.tick(each)
    assert outbox.busy
    got = pipe.read_all(outbox)
    snapshots = [message for message in got if isinstance(message, Snapshot)]
    last = snapshots[-1].probes[0]
    rows = [row for tick in ticks_of(got) for row in tick.rows]
    for tick in ticks_of(got):
        counts = tick.counts
        assert counts.seen == counts.shown + counts.over_budget + counts.filtered + counts.lost
        assert [row[0] for row in tick.rows] == list(range(tick.first, tick.first + len(tick.rows)))
    assert last.counts.seen == session.made + session.filtered
    assert last.counts.shown == len(rows)
    assert last.counts.lost == session.made - len(rows) == outbox.dropped.get("open", 0)
    assert rows[-1][0] == session.made - 1
    assert sum(snapshot.merged for snapshot in snapshots) == ticks
    assert sum(snapshot.span_ns for snapshot in snapshots) == 100 * ticks
    assert sum(snapshot.cpu_ns for snapshot in snapshots) == 7 * ticks
    assert sum(tick.bpf_ns or 0 for tick in ticks_of(got)) == 10 * ticks


def test_what_waits_is_bounded(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    for _ in range(300):
        session.tick(1000)
    waiting = [tick for tick in ticks_of(pipe.read_all(outbox)) if len(tick.rows) > 1000]
    assert [len(tick.rows) for tick in waiting] == [MOST_ROWS]


def test_the_end_waits_behind_what_was_before(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    for _ in range(100):
        session.tick(100)
    outbox.send(Bye("end"))
    got = pipe.read_all(outbox)
    assert got[-1] == Bye("end")
    assert sum(len(tick.rows) for tick in ticks_of(got)) + outbox.dropped.get("open", 0) == 10_000


def test_histograms_are_merged_and_disks_are_the_newest(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    hist = Hist("vda", "read", "device", lanes({3: 1, 9: 2}), 3, 300, 200, 4096, 1)
    for i in range(50):
        session.tick(100, hists=[hist, msgspec.structs.replace(hist, op="write")], disks=[Disk("vda", i)])
    ticks = ticks_of(pipe.read_all(outbox))
    hists = merge_hists([hist for tick in ticks for hist in tick.hists])
    assert len(ticks) < 50
    assert hists[0] == Hist("vda", "read", "device", lanes({3: 50, 9: 100}), 150, 15_000, 200, 50 * 4096, 50)
    assert [hist.op for hist in hists] == ["read", "write"]
    assert ticks[-1].disks == [Disk("vda", 49)]


def test_what_a_filter_put_aside_is_merged_too(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    hist = Hist("vda", "read", "device", lanes({3: 1, 9: 2}), 3, 300, 200, 4096, 1)
    part = Part("vda", "read", ("sync",), 4096, True, lanes({3: 1}), 1, 10, 10, 512)
    work = Work(7, "fio", "", False, "vda", "read", lanes({3: 1}), 1, 10, 10, 512)
    for i in range(40):  # the filter comes and goes
        session.tick(100, aside=None if i % 4 == 3 else Aside([hist], [Disk("vda", i)], [part], [work]))
    ticks = ticks_of(pipe.read_all(outbox))
    asides = [tick.aside for tick in ticks if tick.aside]
    assert len(ticks) < 40
    assert sum(aside.hists[0].count for aside in asides) == 3 * 30
    assert sum(aside.parts[0].count for aside in asides) == sum(aside.work[0].count for aside in asides) == 30
    assert all(len(aside.hists) == len(aside.parts) == len(aside.work) == 1 for aside in asides)
    assert asides[-1].disks == [Disk("vda", 38)]


def test_what_was_told_last_of_disks_and_thresholds_is_kept(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    told = {1: "oldest", 20: "old", 30: "new"}
    for i in range(40):
        name = told.get(i)
        facts = [DiskFacts("vda", model=name)] if name else None
        thresholds = [Threshold("vda", "read", float(i), "tail")] if name else None
        session.tick(100, facts=facts, thresholds=thresholds, selected=i)
    ticks = ticks_of(pipe.read_all(outbox))
    assert len(ticks) < 15
    known = [tick.facts[0].model for tick in ticks if tick.facts]
    limits = [tick.thresholds[0].us for tick in ticks if tick.thresholds]
    assert (known[-1], limits[-1], ticks[-1].selected) == ("new", 30.0, 39)


def test_parts_and_work_are_merged_and_how_busy_a_disk_was_is_of_the_whole_time(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    part = Part("vda", "read", ("sync",), 4096, True, lanes({3: 1}), 1, 10, 10, 512)
    work = Work(7, "fio", "", False, "vda", "read", lanes({3: 1}), 1, 10, 10, 512)
    for i in range(40):
        session.tick(100, parts=[part], work=[work], disks=[Disk("vda", 0, 0, float(i % 2), 2.0)])
    got = pipe.read_all(outbox)
    ticks = ticks_of(got)
    assert len(ticks) < 40
    assert all(len(tick.parts) == len(tick.work) == 1 for tick in ticks)
    assert sum(tick.parts[0].count for tick in ticks) == sum(tick.work[0].count for tick in ticks) == 40
    spans = [message.span_ns for message in got if isinstance(message, Snapshot)]
    busy_ns = sum((tick.disks[0].busy or 0.0) * span for tick, span in zip(ticks, spans, strict=True))
    assert busy_ns == pytest.approx(20 * 100)
    assert {tick.disks[0].depth for tick in ticks} == {2.0}


def test_slow_requests_that_are_given_up_are_counted_among_the_requests_all_the_same(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    outbox.send(HELLO)
    made = 0
    got: list[Message] = []
    for n in range(60):
        counts = Counts(seen=1000 * n, shown=990 * n, filtered=10 * n)
        rows = [row(made + i) for i in range(1000)]
        tick = ProbeTick("block", "on", counts, first=made, rows=rows, selected=made + 1200)
        made += 1000
        outbox.send(Snapshot(1000 + n, 100, "", BOX, (tick,), 7))
        if n == 40:
            got += pipe.read_all(outbox)
    got += pipe.read_all(outbox)
    ticks = ticks_of(got)
    dropped = outbox.dropped["block"]
    assert 0 < dropped < made
    assert ticks[-1].counts == Counts(seen=59_000, shown=59 * 990, filtered=590)
    reached = 0
    for tick in ticks:
        assert tick.first == reached
        reached += len(tick.rows)
    assert reached == made - dropped < ticks[-1].selected
    assert ticks[-1].rows[-1][0] == made - 1


def test_ends_of_processes_stay_with_their_rows(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    for i in range(40):
        session.tick(100, exits=[Exit(i * 100, i, 0, None, 1.0)])
    ticks = ticks_of(pipe.read_all(outbox))
    assert [end.row for tick in ticks for end in tick.exits] == [i * 100 for i in range(40)]


def test_states_are_the_newest(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    for state in ["on"] * 30 + ["failed"]:
        session.tick(100, state=state, message=state)
    last = ticks_of(pipe.read_all(outbox))[-1]
    assert (last.state, last.message) == ("failed", "failed")


def test_a_probe_whose_cost_is_not_known_stays_so(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    session = Session(outbox)
    for i in range(40):
        session.tick(100, bpf_ns=None if i == 39 else 5)
    assert ticks_of(pipe.read_all(outbox))[-1].bpf_ns is None


def test_a_reader_that_is_gone_is_told(pipe: Pipe) -> None:
    outbox = Outbox(pipe.writer)
    os.close(pipe.reader)
    with pytest.raises(BrokenPipeError):
        outbox.send(HELLO)
