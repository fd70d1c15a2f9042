"""However a session ends, its totals are written where they can be, and nothing of it stays in the kernel."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from probes.controls import SetFilter
from tests.live.kernel import bpf_ids, held
from tests.live.link import Session, tick_of
from tests.live.session import EBTOP, PATIENCE_S, ROOT, Dump, collector_of, until

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
ALL = "exec,open,block"
GONE_S = 3.0
"""How long the kernel may take over what was closed."""


class Traces:
    """What a session has in the kernel, to be asked for again when it has ended."""

    def __init__(self, collector: psutil.Process) -> None:
        self.collector = collector
        self.programs, self.maps = held(collector.pid, "prog_id"), held(collector.pid, "map_id")

    def are_there(self) -> bool:
        whole = len(self.programs) > 10 and len(self.maps) > 10
        return whole and self.programs <= bpf_ids("prog") and self.maps <= bpf_ids("map")

    def are_gone(self) -> bool:
        alive = self.collector.is_running() and self.collector.status() != psutil.STATUS_ZOMBIE
        return not alive and not self.programs & bpf_ids("prog") and not self.maps & bpf_ids("map")


def one_line(text: str) -> str:
    """Standard error, which must be a line for people."""
    assert text.startswith("ebtop: "), text
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(named: Named, number: signal.Signals) -> None:
    program = named("ends", "ebt-signal")
    with Dump("comm=ebt-signal", probe=ALL) as dump:
        traces = Traces(dump.collector)
        assert traces.are_there()
        subprocess.run([program], check=True)
        dump.stop(number)
    assert (dump.code, dump.stderr) == (0, "")
    assert [dump.total(probe)["probe"] for probe in ("exec", "open", "block")] == ["exec", "open", "block"]
    assert dump.total("exec")["shown"] == 1
    until(traces.are_gone, "the session to leave the kernel", GONE_S)


def test_a_signal_to_the_whole_terminal_ends_it_in_order(named: Named) -> None:
    program = named("ends", "ebt-group")
    with Dump("comm=ebt-group", probe=ALL, start_new_session=True) as dump:
        subprocess.run([program], check=True)
        os.killpg(dump.process.pid, signal.SIGINT)
        dump.wait()
    assert (dump.code, dump.stderr) == (0, "")
    assert dump.total("exec")["shown"] == len(dump.exits()) == 1


def test_a_killed_dump_takes_everything_with_it() -> None:
    with Dump(probe=ALL) as dump:
        traces = Traces(dump.collector)
        dump.stop(signal.SIGKILL)
    until(traces.are_gone, "the session to leave the kernel", GONE_S)


def test_a_killed_collector_is_told_in_one_line() -> None:
    with Dump(probe=ALL) as dump:
        traces = Traces(dump.collector)
        traces.collector.kill()
        dump.wait()
    assert dump.code in (1, 2)
    assert "signal 9" in one_line(dump.stderr)
    assert dump.total("open")["seen"] >= 0
    until(traces.are_gone, "the session to leave the kernel", GONE_S)


def test_a_collector_told_to_end_says_goodbye(named: Named) -> None:
    program = named("ends", "ebt-goodbye")
    with Dump("comm=ebt-goodbye", "--interval", "60s", probe=ALL) as dump:
        subprocess.run([program], check=True)
        dump.collector.terminate()
        dump.wait()
    assert dump.code in (1, 2)
    assert "told to end" in one_line(dump.stderr)
    assert dump.total("exec")["shown"] == len(dump.rows("exec")) == 1


def test_a_reader_that_goes_ends_it_in_order() -> None:
    with subprocess.Popen([*EBTOP, "dump"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b'"ready"' in process.stdout.readline()
        traces = Traces(collector_of(process.pid))
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr.read() == b""
    until(traces.are_gone, "the session to leave the kernel", GONE_S)


def test_for_no_time_at_all() -> None:
    with Dump("--for", "0s", probe=ALL) as dump:
        dump.wait()
    assert dump.code == 0
    assert dump.lines[0]["type"] == "ready"
    assert [line["type"] for line in dump.lines[-3:]] == ["total"] * 3


def test_for_a_time(named: Named) -> None:
    program = named("ends", "ebt-for")
    with Dump("--for", "500ms", "comm=ebt-for", probe="exec") as dump:
        subprocess.run([program], check=True)
        dump.wait()
    assert dump.code == 0
    assert dump.total("exec")["shown"] == len(dump.rows("exec")) == len(dump.exits()) == 1


def test_two_at_once_see_the_same(named: Named) -> None:
    program = named("ends", "ebt-both")
    with Dump("comm=ebt-both") as one, Dump("comm=ebt-both") as other:
        for _ in range(10):
            subprocess.run([program], check=True)
    assert one.total("exec")["shown"] == other.total("exec")["shown"] == 10
    assert one.total("open")["shown"] == other.total("open")["shown"]


def test_no_file_and_no_mount_is_left_behind() -> None:
    def mounts() -> str:
        return Path("/proc/1/mountinfo").read_text()

    pinned, before = sorted(Path("/sys/fs/bpf").iterdir()), mounts()
    # As on a machine where tracefs is mounted nowhere: the collector mounts it for itself alone.
    bare = 'while umount /sys/kernel/tracing 2>/dev/null; do :; done; exec "$@"'
    with Dump(probe=ALL, prefix=("unshare", "-m", "sh", "-c", bare, "sh")) as dump:
        assert mounts() == before
        own = Path(f"/proc/{dump.collector.pid}/mountinfo").read_text()
        assert " - tracefs " in own
        assert " - tracefs " not in Path(f"/proc/{dump.process.pid}/mountinfo").read_text()
    assert mounts() == before
    assert sorted(Path("/sys/fs/bpf").iterdir()) == pinned


def test_it_opens_no_file_of_its_own_accord(session: Callable[..., Session]) -> None:
    running = session(interval_s=0.1)
    before = tick_of(running.send(SetFilter(f"pid:{running.pid}")), "open").counts
    for _ in range(15):
        running.until(lambda _: True)
    rows: list[object] = [row for snapshot in running.snapshots[-15:] for row in tick_of(snapshot, "open").rows]
    counts = tick_of(running.stop(), "open").counts
    assert rows == []
    assert (counts.shown + counts.over_budget, counts.errors) == (before.shown + before.over_budget, before.errors)


def test_a_slow_reader_loses_rows_but_no_counts(named: Named, tmp_path: Path) -> None:
    program, flood = named("opens", "ebt-slow"), 60_000
    command = [*EBTOP, "dump", "--probe", "open", "--rows", "100000", "--interval", "100ms", "comm=ebt-slow"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert b'"ready"' in process.stdout.readline()
        subprocess.run([program, "flood", tmp_path, str(flood)], check=True)
        process.send_signal(signal.SIGINT)
        lines = process.stdout.read().splitlines()  # nothing was read until now
        assert process.wait(PATIENCE_S) == 0
    total = json.loads(lines[-1])
    assert total["shown"] == len(lines) - 1
    assert total["shown"] + total["over_budget"] + total["lost"] == flood + 2
