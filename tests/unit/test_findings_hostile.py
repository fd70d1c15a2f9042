"""Whatever a recording holds that passes its checks, the watch takes it, and what it says can be written."""

from __future__ import annotations

import io
import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.disk_sums import Disk, DiskFacts, Hist, Op, Part, Stage, Work
from probes.lanes import lanes
from probes.latency import SLOTS
from probes.snapshot import Counts, ProbeTick, Snapshot
from tests.unit.sessions import BOX, START
from tui.dump_json import JsonSink
from tui.dump_text import TextSink
from tui.findings.series import LONGEST_NS, SECOND, Series
from tui.findings.watch import Watch

NAMES = st.sampled_from(["sda", "sdb", "sd\x1b[31mc\n"])
numbers = st.one_of(st.integers(0, 20), st.integers(0, 1 << 62))
slots = st.dictionaries(st.integers(0, SLOTS - 1), numbers, max_size=6).map(lanes)
ops = st.sampled_from(Op.__args__)  # type: ignore[attr-defined]
texts = st.sampled_from(["", "a", "/x/\x1b"])
hists = st.builds(
    Hist, NAMES, ops, st.sampled_from(Stage.__args__), slots, numbers, numbers, numbers, numbers, numbers  # type: ignore[attr-defined]
)  # fmt: skip
parts = st.builds(
    Part, NAMES, ops, st.just(()), numbers, st.booleans(), slots, numbers, numbers, numbers, numbers, numbers
)
works = st.builds(
    Work, numbers, texts, texts, st.booleans(), NAMES, ops, slots, numbers, numbers, numbers, numbers, numbers
)
disks = st.builds(Disk, NAMES, numbers, numbers, st.none() | st.floats(0, 1), st.none() | st.floats(0, 1e6))
facts = st.builds(DiskFacts, NAMES, texts, texts, texts, st.none() | st.booleans(), numbers, st.just(("md0",)))
ticks = st.builds(
    ProbeTick, st.just("block"), st.just("on"), st.just(Counts()), hists=st.lists(hists, max_size=6),
    disks=st.lists(disks, max_size=3), parts=st.lists(parts, max_size=4), work=st.lists(works, max_size=4),
    facts=st.none() | st.lists(facts, max_size=3, unique_by=lambda known: known.name),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(ticks, st.integers(0, 40), st.integers(0, 1 << 40)), max_size=12))
def test_it_takes_whatever_comes(session: list[tuple[ProbeTick, int, int]]) -> None:
    watch = Watch()
    out, text = io.BytesIO(), io.StringIO()
    sinks = (JsonSink(out), TextSink(text))
    for tick, second, span_ns in session:
        one = Snapshot(START + second * 10**9, span_ns, "", BOX, (tick,), 0)
        for finding in watch.take(one):
            for sink in sinks:
                sink.finding(finding, one.time)
        msgspec.msgpack.encode(watch.current)
    for sink in sinks:
        sink.flush()
    assert all(json.loads(line)["numbers"] for line in out.getvalue().splitlines())
    assert "\x1b" not in text.getvalue()


def test_a_tick_that_claims_to_be_centuries_long_takes_no_memory() -> None:
    series = Series()
    many = lanes({SLOTS - 1: 1 << 62})
    series.add(START, 1 << 62, Hist("sda", "read", "device", many, 1 << 62, 1 << 62, 1 << 62))
    assert len(series.seconds(SLOTS - 1)) <= LONGEST_NS // SECOND


def test_sums_that_no_format_can_tell_are_told_as_the_most_that_it_can() -> None:
    watch, most = Watch(), (1 << 63) - 1
    failing = [Hist("sda", "write", "device", lanes({1: most}), most, most, most, most, most) for _ in range(3)]
    tick = ProbeTick("block", "on", Counts(), hists=failing, disks=[Disk("sda", 1, 1, 0.5, 1.0)])
    for second in range(8):
        watch.take(Snapshot(START + second * SECOND, SECOND, "", BOX, (tick,), 0))
    told = [finding.numbers for finding in watch.current if finding.kind == "errors"]
    assert told
    assert told[0]["errors"] == most
    msgspec.msgpack.encode(watch.current)
