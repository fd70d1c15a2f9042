"""`ebtop dump` and `ebtop record`: what is written, when it begins, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from probes.controls import Stop
from probes.disk_sums import Hist
from probes.lanes import lanes
from probes.snapshot import Bye, Counts, Exit, ProbeTick
from tests.unit.sessions import (
    EXEC,
    HELLO,
    FakeLink,
    Outcome,
    block_tick,
    exec_row,
    exec_tick,
    open_row,
    open_tick,
    snapshot,
)
from tui.recording import Reader, Writer

Ebtop = Callable[..., Outcome]
Install = Callable[[FakeLink], list[Any]]

READ_1 = Hist("vda", "read", "device", lanes({64: 3, 80: 1}), 4, 5_000_000, 2_000_000, bytes=16384)
READ_2 = Hist("vda", "read", "device", lanes({64: 1}), 1, 900_000, 900_000, bytes=4096, errors=1)
QUEUED = Hist("vda", "read", "queue", lanes({0: 4}), 4, 200, 100)
EXITS = [Exit(0, 10, 3, None, 12.3456), Exit(1, 11, None, "SIGKILL", 7.0)]

COMPILING = snapshot(1, exec_tick([exec_row(10)], 1), open_tick(state="compiling"))
READY = snapshot(2, exec_tick([exec_row(11, "cat", "ENOENT")], 2, first=1))
BUSY = snapshot(
    3,
    exec_tick([], 2, exits=EXITS),
    open_tick([open_row(12, "/etc/passwd")], Counts(10, 1, 4, 3, 2, 5)),
    block_tick(READ_1, QUEUED),
)
LAST = snapshot(
    4, exec_tick([], 2), open_tick(counts=Counts(15, 1, 9, 3, 2, 5), state="off"), block_tick(READ_2, before=4)
)


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def of(out: str, kind: str) -> list[dict[str, Any]]:
    return [line for line in lines(out) if line["type"] == kind]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "x.ebtop"
    with Writer(path, HELLO) as writer:
        for message in (COMPILING, READY, BUSY, LAST, Bye()):
            writer.write(message)
    return path


def test_json_of_a_live_session_from_ready_to_total(ebtop: Ebtop, collector: Install) -> None:
    link = FakeLink([[COMPILING], [READY], [BUSY]], last=[LAST])
    collector(link)
    link._on_read = lambda n: os.kill(os.getpid(), signal.SIGINT) if n == 3 else None
    done = ebtop("dump")
    assert (done.code, done.err) == (0, "")
    assert link.sent == [Stop()]
    assert link.closed
    got = lines(done.out)
    assert [line["type"] for line in got] == (
        ["ready", "row", "row", "exit", "exit", "row", "finding", "hist", "hist", "total", "total", "total"]
    )
    assert got[0] == {
        "type": "ready",
        "version": "0.1.0",
        "host": "box",
        "kernel": "6.18.0",
        "probes": {"exec": "on", "open": "on", "block": "on"},
    }
    assert got[1] == {
        "type": "row",
        "probe": "exec",
        "time": "2026-11-22T15:00:00.123456Z",
        "pid": 10,
        "comm": "sh",
        "error": None,
        "argv": ["sh", "-c", "true"],
    }
    assert got[3] == {"type": "exit", "probe": "exec", "pid": 10, "code": 3, "signal": None, "age_ms": 12.346}
    assert got[4] == {"type": "exit", "probe": "exec", "pid": 11, "code": None, "signal": "SIGKILL", "age_ms": 7.0}
    assert got[5]["path"] == "/etc/passwd"
    assert got[5]["latency_us"] == 12.5
    assert got[7] == {
        "type": "hist",
        "probe": "block",
        "disk": "vda",
        "op": "read",
        "stage": "device",
        "unit": "us",
        "slots": [[128, 144, 4], [512, 576, 1]],
        "count": 5,
        "sum": 5900.0,
        "max": 2000.0,
        "bytes": 20480,
        "errors": 1,
    }
    assert got[8]["slots"] == [[0, 0.125, 4]]
    assert "bytes" not in got[8]
    assert got[10] == {
        "type": "total",
        "probe": "open",
        "seen": 15,
        "shown": 1,
        "over_budget": 9,
        "filtered": 3,
        "lost": 2,
        "errors": 5,
    }


def test_every_adds_counts_and_histograms_that_sum_up_to_the_totals(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "--every")
    assert done.code == 0
    counts = [line for line in of(done.out, "counts") if line["probe"] == "open"]
    assert [line["time"] for line in counts] == [f"2026-11-22T15:00:0{n}.000000Z" for n in (1, 2, 3, 4)]
    total = next(line for line in of(done.out, "total") if line["probe"] == "open")
    for key in ("seen", "shown", "over_budget", "filtered", "lost", "errors"):
        assert sum(line[key] for line in counts) == total[key]
    hists = [line for line in of(done.out, "hist") if line["stage"] == "device"]
    assert [line["count"] for line in hists] == [4, 1, 5]
    assert ["time" in line for line in hists] == [True, True, False]


def test_for_counts_from_ready(ebtop: Ebtop, collector: Install) -> None:
    link = FakeLink([[COMPILING], [READY]], last=[BUSY, LAST])
    reads: list[int] = []
    link._on_read = lambda n: reads.append(len(link.sent))
    collector(link)
    assert ebtop("dump", "--for", "0s").code == 0
    assert reads == [0, 0, 1]  # told to stop after the second batch, which made it ready, and not before


def test_totals_hold_what_came_after_stop(ebtop: Ebtop, collector: Install) -> None:
    collector(FakeLink([[READY]], last=[BUSY, LAST]))
    done = ebtop("dump", "--for", "0s", "--probe", "open")
    assert [line["type"] for line in lines(done.out)] == ["ready", "row", "total"]
    assert of(done.out, "total")[0]["seen"] == 15
    assert of(done.out, "ready")[0]["probes"] == {"open": "on"}


@pytest.mark.parametrize("word", ["nginx", "!nginx", '"nginx"', "nginx or comm:a", "(nginx)", "tests", "!a or b"])
def test_a_word_that_is_no_file_is_looked_for(ebtop: Ebtop, collector: Install, word: str) -> None:
    started = collector(FakeLink([[READY]]))
    done = ebtop("dump", word, "--rows", "7", "--for", "0s")
    assert (done.code, done.err) == (0, "")
    assert started[0].filter == word


@pytest.mark.parametrize("words", [("comm:sh",), ("disk:vda",), ("comm:sh", "--probe", "exec")])
def test_what_a_filter_cannot_narrow_is_told_where_it_was_recorded(
    ebtop: Ebtop, recorded: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    without = tmp_path / "without.ebtop"
    with Writer(without, HELLO) as writer:
        off = tuple(msgspec.structs.replace(tick, state="off") for tick in READY.probes if tick.id == "block")
        writer.write(msgspec.structs.replace(READY, probes=(*READY.probes[:2], *off)))
    told = words == ("comm:sh",)
    assert ebtop("dump", str(recorded), *words).err.count("all that was recorded") == told
    assert ebtop("dump", str(without), *words).err == ""


def test_a_file_needs_no_slash(ebtop: Ebtop, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(recorded.parent)
    recorded.rename("nginx")
    assert len(of(ebtop("dump", "nginx").out, "total")) == 3


def test_options_reach_the_collector(ebtop: Ebtop, collector: Install) -> None:
    started = collector(FakeLink([[READY]]))
    words = ["--for", "0s", "--rows", "7", "--interval", "500ms", "--probe", "open,exec", "comm:tmux: server", "pid:1"]
    assert ebtop("dump", *words).code == 0
    (options,) = started
    assert options.probes == ("exec", "open")
    assert options.filter == 'comm:tmux:" "server pid:1'
    assert (options.interval_s, options.rows) == (0.5, 7)


def test_a_probe_that_failed_says_why_and_the_exit_code_tells(ebtop: Ebtop, collector: Install) -> None:
    failed = snapshot(1, open_tick(state="failed", message="tracepoint missing\nmount tracefs"))
    collector(FakeLink([[failed]]))
    done = ebtop("dump", "--for", "0s")
    assert done.code == 1
    assert of(done.out, "ready")[0]["probes"]["open"] == "failed: tracepoint missing; mount tracefs"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(ebtop: Ebtop, collector: Install, number: int) -> None:
    collector(
        FakeLink([[READY], [BUSY]], last=[LAST], on_read=lambda n: os.kill(os.getpid(), number) if n == 1 else None)
    )
    done = ebtop("dump")
    assert (done.code, done.err) == (0, "")
    assert len(of(done.out, "total")) == 3


def test_a_second_interrupt_does_not_wait(ebtop: Ebtop, collector: Install) -> None:
    link = FakeLink([[READY], [BUSY]], on_read=lambda _: os.kill(os.getpid(), signal.SIGINT))
    collector(link)
    assert ebtop("dump").code == 130
    assert link.closed


def test_a_collector_that_ends_by_itself_costs_the_rest_and_says_why(ebtop: Ebtop, collector: Install) -> None:
    collector(FakeLink([[READY, BUSY], [Bye("the collector was killed: start ebtop again")]]))
    done = ebtop("dump")
    assert done.code == 2
    assert done.err == "ebtop: the collector was killed: start ebtop again\n"
    assert len(of(done.out, "total")) == 3


def test_json_is_plain_ascii_whatever_the_kernel_said(ebtop: Ebtop, collector: Install) -> None:
    nasty = "/\x1b]0;title\x07\x9b31m\x7f\u202e\u200d\n\r\0\ud800é"
    collector(FakeLink([[snapshot(1, open_tick([open_row(1, nasty)], Counts(1, 1)))]]))
    done = ebtop("dump", "--for", "0s")
    (line,) = [line for line in done.out.splitlines() if '"row"' in line]
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["path"] == nasty


def test_a_column_may_have_any_other_name(ebtop: Ebtop, tmp_path: Path) -> None:
    columns = tuple(
        msgspec.structs.replace(column, id=name)
        for column, name in zip(EXEC.columns, ("self", "line", "out", "/", "", "time"), strict=True)
    )
    hello = msgspec.structs.replace(HELLO, probes=(msgspec.structs.replace(EXEC, columns=columns), *HELLO.probes[1:]))
    path = tmp_path / "named.ebtop"
    with Writer(path, hello) as writer:
        writer.write(snapshot(1, exec_tick([exec_row(10)], 1)))
    done = ebtop("dump", str(path))
    assert done.code == 0, done.err
    assert of(done.out, "row")[0]["line"] == 10


def test_text_has_a_heading_streams_rows_and_is_safe(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "--format", "text")
    assert done.code == 0
    out = done.out.splitlines()
    heading = next(line for line in out if line.startswith("TIME"))
    row = out[out.index(heading) + 1]
    assert row.index("sh") == heading.index("COMM")
    assert row.endswith("sh -c true")
    assert any("vda read, device time: 5 requests" in line for line in out)
    assert "15 seen = 1 shown + 9 over budget + 3 filtered + 2 lost; 5 errors" in done.out
    assert "\x1b" not in done.out


def test_text_makes_kernel_text_safe(ebtop: Ebtop, collector: Install) -> None:
    rows = [open_row(1, "/srv/\x1b[31mred\nnext[/b]")]
    collector(FakeLink([[snapshot(1, open_tick(rows, Counts(1, 1)))]]))
    done = ebtop("dump", "--for", "0s", "--format", "text")
    assert "/srv/\\x1b[31mred\\nnext[/b]" in done.out


def test_a_filter_on_a_file_moves_rows_from_shown_to_filtered(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "comm=sh")
    assert [line["pid"] for line in of(done.out, "row")] == [10]
    assert [line["pid"] for line in of(done.out, "exit")] == [10]
    total = of(done.out, "total")[0]
    assert (total["seen"], total["shown"], total["filtered"]) == (2, 1, 1)
    for total in of(done.out, "total"):
        assert total["seen"] == total["shown"] + total["over_budget"] + total["filtered"] + total["lost"]


@pytest.mark.parametrize("words", [("dump",), ("dump", "FILE"), ("record", "-o", "FILE2")])
def test_how_processes_end_cannot_be_asked_where_rows_are_written_at_once(
    ebtop: Ebtop, collector: Install, recorded: Path, words: tuple[str, ...]
) -> None:
    collector(FakeLink([[READY]]))
    done = ebtop(*(word.replace("FILE", str(recorded)) for word in words), "!exit:0")
    assert (done.code, done.out) == (2, "")
    assert "exit: is known long after a row is written" in done.err
    assert done.err.count("\n") == 1


def test_the_clock_of_a_file_is_that_of_the_recording(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "--for", "1s", "--probe", "open")
    assert of(done.out, "total")[0]["seen"] == 10  # ready at 2 s, ended by the tick at 3 s


@pytest.mark.parametrize(("text", "said"), [("tree:1", True), ("pid:1", False)])
def test_how_far_a_tree_is_known_in_a_recording_is_said(ebtop: Ebtop, recorded: Path, text: str, said: bool) -> None:
    done = ebtop("dump", str(recorded), "--probe", "exec", text)
    assert done.code == 0
    assert ("tree: of a recording goes by the parents" in done.err) is said


def test_a_damaged_file_is_dumped_up_to_the_damage(ebtop: Ebtop, recorded: Path) -> None:
    recorded.write_bytes(recorded.read_bytes()[:-60])
    done = ebtop("dump", str(recorded))
    assert done.code == 2
    assert len(of(done.out, "total")) == 3
    assert done.err == f"ebtop: recording {recorded} is cut short after 3.0 s: everything before it is shown\n"


def test_counts_go_on_when_a_probe_is_attached_anew(ebtop: Ebtop, tmp_path: Path) -> None:
    path = tmp_path / "toggled.ebtop"
    seen = [("on", 5), ("on", 8), ("off", 9), ("off", 9), ("compiling", 9), ("on", 20), ("on", 21)]
    with Writer(path, HELLO) as writer:
        for n, (state, number) in enumerate(seen, 1):
            tick = ProbeTick("open", "on", Counts(seen=number, filtered=number))
            writer.write(snapshot(n, msgspec.structs.replace(tick, state=state)))
    done = ebtop("dump", str(path), "--probe", "open")
    assert of(done.out, "total")[0]["seen"] == 21


def test_a_closed_pipe_ends_it_without_a_word() -> None:
    """Even while there is nothing to write: the collector has said all it will."""
    script = (
        "import sys\nfrom tests.unit.sessions import FakeLink\nfrom tests.unit.test_dump import READY\n"
        "from tui import cli, launch\n"
        "link = FakeLink([[READY]])\nlaunch.start = lambda _: link\n"
        "code = cli.main(['dump'])\nprint(code, link.closed, file=sys.stderr)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["type"] == "ready"
        process.stdout.close()
        assert process.stderr.read() == "0 True\n"
    assert process.returncode == 0


def test_record_writes_every_message_and_says_where(ebtop: Ebtop, collector: Install, tmp_path: Path) -> None:
    collector(FakeLink([[COMPILING], [READY, BUSY]], last=[LAST]))
    path = tmp_path / "new.ebtop"
    done = ebtop("record", "-o", str(path), "--for", "0s")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith(f"ebtop: recorded 4.00s to {path}: exec 2, open 15, block 5 events, ")
    with Reader(path) as reader:
        assert list(reader) == [COMPILING, READY, BUSY, LAST]
        assert reader.cut is None


def test_record_refuses_a_file_that_is_there(ebtop: Ebtop, collector: Install, recorded: Path) -> None:
    before = recorded.read_bytes()
    link = FakeLink([[READY]])
    collector(link)
    done = ebtop("record", "-o", str(recorded))
    assert done.code == 2
    assert "is there already: choose another name" in done.err
    assert recorded.read_bytes() == before
    assert link.closed
