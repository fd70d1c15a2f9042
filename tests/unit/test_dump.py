"""`ebtop dump` and `ebtop record` of a live session: what is written, when it begins, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probes.controls import Stop
from probes.snapshot import Bye, Counts
from tests.unit.dumps import BUSY, COMPILING, LAST, READY, lines, of
from tests.unit.sessions import FakeLink, Outcome, open_row, open_tick, snapshot
from tui.recording import Reader

Ebtop = Callable[..., Outcome]
Install = Callable[[FakeLink], list[Any]]


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


def test_text_makes_kernel_text_safe(ebtop: Ebtop, collector: Install) -> None:
    rows = [open_row(1, "/srv/\x1b[31mred\nnext[/b]")]
    collector(FakeLink([[snapshot(1, open_tick(rows, Counts(1, 1)))]]))
    done = ebtop("dump", "--for", "0s", "--format", "text")
    assert "/srv/\\x1b[31mred\\nnext[/b]" in done.out


def test_a_closed_pipe_ends_it_without_a_word() -> None:
    """Even while there is nothing to write: the collector has said all it will."""
    script = (
        "import sys\nfrom tests.unit.sessions import FakeLink\nfrom tests.unit.dumps import READY\n"
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
