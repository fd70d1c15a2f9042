"""What `ebtop dump` writes of disks: findings, slow requests, who, what, facts and thresholds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from probes.columns import Column
from probes.disk_sums import DiskFacts, Part, Threshold, Work
from probes.lanes import lanes
from probes.merge import OTHERS
from probes.snapshot import Bye, Counts, ProbeTick, Snapshot
from tests.distributions.load import Doing, Fake, Session, raid
from tests.distributions.shapes import lognormal, mixed, uniform
from tests.unit.sessions import BLOCK, HELLO, Outcome, snapshot
from tui.recording import Writer
from tui.tally import MOST_WORKERS, Tally, Worker, workers_of

Ebtop = Callable[..., Outcome]

COLUMNS = (
    Column("time", "TIME", "time", 12, "when"),
    Column("pid", "PID", "pid", 7, "who"),
    Column("comm", "COMM", "word", 15, "name"),
    Column("device_us", "DEVICE us", "us", 9, "how long"),
    Column("error", "ERROR", "error", 8, "why it failed"),
)
WITH_ROWS = msgspec.structs.replace(HELLO, probes=(msgspec.structs.replace(BLOCK, columns=COLUMNS),))
FACTS = DiskFacts("sda", "ACME 4T", "S1", "ata3", True, 1 << 42, ("md0",))


def work(pid: int, comm: str, count: int, each_us: int = 100, cgroup: str = "") -> Work:
    return Work(
        pid, comm, cgroup, False, "sda", "read", lanes({50: count}), count, count * each_us * 1000, 7000, count * 4096
    )


def part(size: int, count: int, *, sequential: bool = False) -> Part:
    return Part("sda", "read", ("sync",), size, sequential, lanes({50: count}), count, count * 1000, 7000, count * 4096)


def tick(n: int, **given: Any) -> Snapshot:
    seen = 100 * n
    return snapshot(n, ProbeTick("block", "on", Counts(seen=seen, shown=seen), **given))


def recording(path: Path, ticks: Iterable[Snapshot]) -> str:
    with Writer(path, WITH_ROWS) as writer:
        for one in ticks:
            writer.write(msgspec.structs.replace(one, probes=tuple(t for t in one.probes if t.id == "block")))
        writer.write(Bye())
    return str(path)


def of(out: str, kind: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, out.splitlines()) if line["type"] == kind]


@pytest.fixture
def busy(tmp_path: Path) -> str:
    row = [1_795_359_601_000_000_000, 10, "fio", 25000.0, None]
    other = [1_795_359_601_500_000_000, 11, "nginx", 45000.0, "EIO"]
    limits = [Threshold("sda", "read", 20000.0, "hump")]
    parts = [part(4096, 9), part(0, 3, sequential=True)]
    ticks = [
        tick(1, facts=[FACTS], thresholds=limits, work=[work(10, "fio", 5)], parts=parts),
        tick(
            2, rows=[row, other], selected=3, work=[work(10, "fio", 7), work(11, "nginx", 2, 5000, "/a/nginx.service")]
        ),
        tick(3, facts=[FACTS], thresholds=limits, first=2, selected=3, parts=parts),
    ]
    return recording(tmp_path / "busy.ebtop", ticks)


def sick(path: Path, seconds: int) -> str:
    fast = lognormal(0.3, 0.5)
    shapes = {"sda": fast, "sdb": fast, "sdc": mixed((97, fast), (3, uniform(20, 60)))}
    session = Session(
        Random(1), [Fake(n, {"read": Doing(shape, 300)}) for n, shape in shapes.items()], raid(list(shapes))
    )
    ticks = [session.tick() for _ in range(seconds)]
    session.disks[2].doing["read"].shape = fast
    return recording(path, [*ticks, *(session.tick() for _ in range(30))])


def test_findings_begin_and_end(ebtop: Ebtop, tmp_path: Path) -> None:
    begins, ends = of(ebtop("dump", sick(tmp_path / "sick.ebtop", 15)).out, "finding")
    assert list(begins) == [
        "type", "state", "time", "id", "kind", "severity", "disk", "title", "text", "since", "numbers",
    ]  # fmt: skip
    assert (begins["state"], ends["state"]) == ("begins", "ends")
    assert begins["id"] == ends["id"] == "odd-one-out:sdc:read"
    assert (begins["kind"], begins["severity"], begins["disk"]) == ("odd-one-out", "critical", "sdc")
    assert begins["text"].startswith("sdc, a member of md0: ")
    assert begins["since"] == ends["since"] <= begins["time"] < ends["until"] <= ends["time"]
    assert begins["numbers"]["siblings_share"] == 0
    assert begins["numbers"]["share"] == round(begins["numbers"]["share"], 6) > 0


def test_findings_stand_where_they_happen(ebtop: Ebtop, tmp_path: Path) -> None:
    path = sick(tmp_path / "sick.ebtop", 15)
    times = [
        line["time"] for line in map(json.loads, ebtop("dump", path, "--every").out.splitlines()) if "time" in line
    ]
    assert times == sorted(times)
    text = ebtop("dump", path, "--format", "text").out
    assert " critical: sdc, a member of md0: " in text
    assert " critical: sdc is slower than its siblings in md0: over, it held from " in text
    assert of(ebtop("dump", path, "--probe", "block").out, "finding")


def test_work_is_summed_over_the_session(ebtop: Ebtop, busy: str) -> None:
    fio, nginx = of(ebtop("dump", busy).out, "work")
    assert fio == {
        "type": "work", "probe": "block", "pid": 10, "comm": "fio", "cgroup": "", "kernel": False, "disk": "sda",
        "op": "read", "unit": "us", "slots": [[40, 44, 12]], "count": 12, "sum": 1200.0, "max": 7.0, "bytes": 49152,
        "errors": 0,
    }  # fmt: skip
    assert (nginx["cgroup"], nginx["count"]) == ("/a/nginx.service", 2)
    every = of(ebtop("dump", busy, "--every").out, "work")
    assert [(line["pid"], line["count"], "time" in line) for line in every] == [
        (10, 5, True), (10, 7, True), (11, 2, True), (10, 12, False), (11, 2, False),
    ]  # fmt: skip


def test_parts_facts_and_thresholds(ebtop: Ebtop, busy: str) -> None:
    out = ebtop("dump", busy).out
    larger, small = of(out, "part")
    assert (larger["size"], larger["sequential"], larger["count"]) == (0, True, 6)
    assert (small["size"], small["flags"], small["count"], small["bytes"]) == (4096, ["sync"], 18, 18 * 4096)
    assert of(out, "disk") == [
        {
            "type": "disk", "probe": "block", "time": "2026-11-22T15:00:01.000000Z", "disk": "sda", "model": "ACME 4T",
            "serial": "S1", "slot": "ata3", "rotational": True, "size": 1 << 42, "sets": ["md0"],
        }
    ]  # fmt: skip
    assert [(line["disk"], line["op"], line["us"], line["why"]) for line in of(out, "threshold")] == [
        ("sda", "read", 20000.0, "hump")
    ]


def test_slow_requests_are_rows_and_the_counts_are_of_requests(ebtop: Ebtop, busy: str) -> None:
    out = ebtop("dump", busy).out
    assert [(line["pid"], line["device_us"], line["error"]) for line in of(out, "row")] == [
        (10, 25000.0, None),
        (11, 45000.0, "EIO"),
    ]
    (total,) = of(out, "total")
    assert (total["seen"], total["shown"], total["selected"], total["listed"]) == (300, 300, 3, 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [(("pid:1",), True), (("disk:vda", "comm:x"), True), (("disk:vda", "!op:read"), False), ((), False)],
)
def test_what_a_filter_cannot_be_put_to_is_said(ebtop: Ebtop, busy: str, words: tuple[str, ...], said: bool) -> None:
    done = ebtop("dump", busy, *words)
    assert done.code == 0
    assert ("counts and histograms are of all that was recorded" in done.err) is said
    assert done.err.count("\n") == said


def test_a_filter_is_put_to_rows_and_work_but_not_to_counts(ebtop: Ebtop, busy: str) -> None:
    out = ebtop("dump", busy, "comm=fio").out
    assert [line["pid"] for line in of(out, "row")] == [10]
    assert [line["pid"] for line in of(out, "work")] == [10]
    (total,) = of(out, "total")
    assert (total["seen"], total["shown"], total["filtered"], total["listed"]) == (300, 300, 0, 1)
    assert len(of(ebtop("dump", busy, "user=root").out, "work")) == 2  # work does not know its user


def test_text_names_who_and_what(ebtop: Ebtop, busy: str) -> None:
    out = ebtop("dump", busy, "--format", "text").out
    who = out[out.index("who asked for it") :].splitlines()
    assert who[1].split()[:3] == ["11", "nginx", "nginx.service:"]
    assert who[2].split()[:2] == ["10", "fio:"]
    assert "sda read random up to 4.00KiB sync: 18 requests" in out
    assert "sda read: slow from 20.0ms on (there the second hump begins)" in out
    assert "sda: model ACME 4T, serial S1, slot ata3, a member of md0, 4.00TiB" in out
    assert "2 of 3 slow requests listed" in out


def test_work_is_bounded() -> None:
    tally = Tally()
    many = [work(1 + n, "x" * (n % 3), 1) for n in range(MOST_WORKERS + 50)]
    tally.add_work(workers_of(many[: MOST_WORKERS // 2]))
    tally.add_work(workers_of(many[MOST_WORKERS // 2 :]))
    assert len(tally.work) == MOST_WORKERS + 1
    assert tally.work[Worker(0, OTHERS, "", False, "sda", "read")].latency.count == 50
    assert sum(done.latency.count for done in tally.work.values()) == len(many)
