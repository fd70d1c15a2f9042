"""What a filter on disks and operations leaves: of a tick, of a recording, of what a pane draws."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_choice import Choice
from probes.disk_sums import Aside, Disk, Hist, Part, Work
from probes.filter import explain, parse
from probes.lanes import lanes, latency_of
from probes.snapshot import Bye, Counts, ProbeTick
from tests.tui.raid import raid_tick
from tests.unit.disk_views import SECOND, view
from tests.unit.sessions import BLOCK, HELLO, Outcome, snapshot
from tui.panes.block.chosen import asked_for, chosen
from tui.panes.block.cursor import Stretch, TimeCursor
from tui.panes.block.strands import Choice as Drawn
from tui.panes.block.strands import scales, strands
from tui.panes.block.traffic import of_stretch, of_window
from tui.recording import Writer
from tui.timeline import Timeline

Ebtop = Callable[..., Outcome]
DISKS, OPS, STAGES = ("sda", "sdb"), ("read", "write", "flush"), ("device", "queue")
HISTS = [
    Hist(disk, op, stage, lanes({9: 3 + at}), 3 + at, 300, 200, 4096, int(stage == "device"))
    for at, (disk, op, stage) in enumerate((disk, op, stage) for disk in DISKS for op in OPS for stage in STAGES)
]
PARTS = [Part(disk, op, (), 0, False, lanes({9: 3}), 3, 300, 200) for disk in DISKS for op in OPS]
WORK = [Work(7, "fio", "", False, disk, op, lanes({9: 3}), 3, 300, 200) for disk in DISKS for op in OPS]
TICK_DISKS = [Disk(disk, 1) for disk in DISKS]
ALL = {(disk, op) for disk in DISKS for op in OPS}
SEEN = sum(hist.count for hist in HISTS if hist.stage == "device")


@pytest.mark.parametrize(
    ("text", "series", "disks"),
    [
        ("", ALL, DISKS),
        ("pid:7", ALL, DISKS),
        ("disk:sda", {("sda", op) for op in OPS}, ["sda"]),
        ("!disk:sda", {("sdb", op) for op in OPS}, ["sdb"]),
        ("disk:sd* op:read", {(disk, "read") for disk in DISKS}, DISKS),
        ("disk:sda !op:read,write pid:7", {("sda", "flush")}, ["sda"]),
        ("(disk:sda or op:read)", {*((("sda", op)) for op in OPS), ("sdb", "read")}, DISKS),
        ("!(disk:sda or op:read)", {("sdb", "write"), ("sdb", "flush")}, ["sdb"]),
        ("(disk:sdb (op:read pid:7))", {("sdb", "read")}, ["sdb"]),
        ("(disk:sda or pid:7)", ALL, DISKS),
        ("disk:nowhere", set(), []),
    ],
)
def test_what_is_left_of_a_tick(text: str, series: set[tuple[str, str]], disks: list[str]) -> None:
    left = Choice(parse(text)).of(HISTS, PARTS, WORK, TICK_DISKS)
    assert {(hist.disk, hist.op) for hist in left.hists} == series
    assert {(part.disk, part.op) for part in left.parts} == series
    assert {(work.disk, work.op) for work in left.work} == series
    assert [disk.name for disk in left.disks] == list(disks)
    assert left.hidden == SEEN - sum(hist.count for hist in left.hists if hist.stage == "device")
    assert left.errors == len(ALL) - len(series)
    aside = left.aside or Aside()
    assert {(hist.disk, hist.op) for hist in aside.hists} == ALL - series
    for all_of_them, seen, hidden in (
        (HISTS, left.hists, aside.hists),
        (PARTS, left.parts, aside.parts),
        (WORK, left.work, aside.work),
        (TICK_DISKS, left.disks, aside.disks),
    ):
        assert len(seen) + len(hidden) == len(all_of_them)


TERMS = st.sampled_from(["disk:sda", "!disk:sda", "disk:sd?", "op:read", "!op:read,flush", "pid:7"])


@given(st.lists(TERMS, min_size=1, max_size=4), st.sampled_from(["{}", "({})", "!({})"]))
def test_each_request_is_left_or_hidden(terms: list[str], around: str) -> None:
    left = Choice(parse(around.format(" ".join(terms)))).of(HISTS, PARTS, WORK, TICK_DISKS)
    assert left.hidden + sum(hist.count for hist in left.hists if hist.stage == "device") == SEEN


def test_it_is_told_who_sees_to_it() -> None:
    parts = explain(parse("disk:sda !op:read pid:1"), "block")
    assert [part.where for part in parts] == ["collector", "collector", "kernel"]
    assert [part.where for part in explain(parse("pid:1 (exit:1 or comm:x)"), "exec")] == ["kernel", "screen", "screen"]
    assert [part.where for part in explain(parse("pid:1 (exit:1 or comm:x)"), "open")] == (
        ["kernel", "no such field", "kernel"]
    )


@pytest.fixture
def recorded(tmp_path: Path) -> str:
    hello = msgspec.structs.replace(HELLO, probes=(BLOCK,))
    with Writer(tmp_path / "two.ebtop", hello) as writer:
        for n in (1, 2):
            counts = Counts(seen=n * (SEEN + 5), shown=n * SEEN, filtered=n * 5, errors=n * len(ALL))
            tick = ProbeTick("block", "on", counts, hists=HISTS, disks=TICK_DISKS, parts=PARTS, work=WORK)
            writer.write(msgspec.structs.replace(snapshot(n, tick), probes=(tick,)))
        writer.write(Bye())
    return str(tmp_path / "two.ebtop")


def test_a_dump_of_a_recording_has_only_what_was_asked_for(ebtop: Ebtop, recorded: str) -> None:
    lines = [json.loads(line) for line in ebtop("dump", recorded, "disk:sda", "!op:flush").out.splitlines()]
    for kind in ("hist", "work", "part"):
        found = {(line["disk"], line["op"]) for line in lines if line["type"] == kind}
        assert found == {("sda", "read"), ("sda", "write")}, kind
    (total,) = (line for line in lines if line["type"] == "total")
    device = (line["count"] for line in lines if line["type"] == "hist" and line["stage"] == "device")
    assert total["shown"] == sum(device) == 2 * (3 + 5)
    assert total["filtered"] == 2 * (5 + SEEN - 8)
    assert total["errors"] == 2 * 2
    assert total["seen"] == total["shown"] + total["filtered"]


def test_a_pane_draws_only_what_was_asked_for() -> None:
    given = raid_tick(1)
    fields = {name: getattr(given, name) for name in ("hists", "parts", "work", "disks")}
    some, choice = view("disk:sda !op:read", **fields), Choice(parse("disk:sda !op:read"))
    seen = chosen(some, choice)
    assert asked_for(seen, choice) == {"sda"}
    assert {hist.op for hist in seen.moving.of("sda", "device", None)} == {"write", "flush"}
    assert seen.moving.of("sdb", "device", None) == []
    assert {one.disk for one in seen.work} == {one.disk for one in seen.parts} == set(seen.tails) == {"sda"}
    assert [disk.name for disk in seen.disks] == ["sda"]
    whole = view("pid:2412", **fields)
    assert chosen(whole, Choice(parse("pid:2412"))) is whole


@pytest.mark.parametrize("text", ["op:write", "!op:read", "disk:sda or op:flush"])
def test_what_was_before_a_filter_is_drawn_as_it_asks(text: str) -> None:
    """A timeline holds what there was: maps and their figures leave out what does not pass."""
    given, filtered = raid_tick(1), Choice(parse(text))
    seen = view(hists=given.hists, disks=given.disks)
    stretch, choice = TimeCursor().stretch(seen.timeline, 40), Drawn(filtered=filtered)
    drawn = scales(stretch, choice, 4)
    for disk in ("sda", "sdb"):
        device = [hist for hist in given.hists if hist.disk == disk and hist.stage == "device"]
        passing = latency_of(*(hist for hist in device if filtered.has(disk, hist.op)))
        assert of_stretch(stretch, disk, choice).latency == passing
        assert of_window(chosen(seen, filtered), disk, choice).latency == passing
        (newest,) = strands(stretch, disk, choice, drawn, 40)[-1:]
        alone = Timeline()
        alone.add(seen.timeline.since + 1, 10 * SECOND, [hist for hist in device if filtered.has(disk, hist.op)], [])
        (frame,) = alone
        (expected,) = strands(Stretch((frame,), None), disk, Drawn(), drawn, 40)
        assert newest == expected
        tail = chosen(seen, filtered).tails[disk]
        assert tail.requests == passing.count
