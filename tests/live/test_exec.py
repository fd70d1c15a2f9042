"""The exec probe against execs of known number and kind."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.live.session import Dump, Line

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
N = 7
ROOMY = ("--rows", "20000")


def run(*words: str) -> int:
    """Runs a workload to its end; its exit code."""
    return subprocess.run(words, check=False, stdout=subprocess.DEVNULL, timeout=60).returncode


def of(dump: Dump, filename: str) -> list[Line]:
    return dump.rows("exec", filename=filename)


@pytest.mark.parametrize("way", ["plain", "cold", "thread"])
def test_every_success_is_one_whole_row(named: Named, tmp_path: Path, way: str) -> None:
    caller, program = named("execs", "ebt-caller"), named("ends", "ebt-success")
    with Dump("comm=ebt-success", probe="exec") as dump:
        assert subprocess.run([caller, way, str(N), program, "exit", "0"], cwd=tmp_path, check=False).returncode == 0
    rows = of(dump, program)
    assert [row["argv"] for row in rows] == [[program, "exit", "0"]] * N
    assert {row["error"] for row in rows} == {row["argv_note"] for row in rows} == {None}
    assert {(row["comm"], row["parent_comm"], row["user"], row["argc"]) for row in rows} == {
        ("ebt-success", "ebt-caller", "root", 3)
    }
    assert len({row["pid"] for row in rows}) == N
    assert len({row["ppid"] for row in rows}) == 1
    total = dump.total("exec")
    assert (total["shown"], total["over_budget"], total["lost"], total["errors"]) == (N, 0, 0, 0)


@pytest.mark.parametrize("way", ["plain", "cold", "thread"])
def test_every_failure_is_one_whole_row(named: Named, tmp_path: Path, way: str) -> None:
    caller, nowhere = named("execs", "ebt-fails"), str(tmp_path / "nowhere")
    with Dump("comm=ebt-fails", probe="exec") as dump:
        assert subprocess.run([caller, way, str(N), nowhere, "a b", "c"], cwd=tmp_path, check=False).returncode == 2
    rows = of(dump, nowhere)
    assert [(row["error"], row["argv"], row["argv_note"]) for row in rows] == [
        ("ENOENT", [nowhere, "a b", "c"], None)
    ] * N
    assert {row["comm"] for row in rows} == {"ebt-fails"}
    total = dump.total("exec")
    assert (total["shown"], total["over_budget"], total["lost"], total["errors"]) == (N + 1, 0, 0, N)


def test_a_file_that_may_not_be_executed_is_refused(named: Named, tmp_path: Path) -> None:
    caller, data = named("execs", "ebt-refused"), tmp_path / "data"
    data.write_text("no program")
    with Dump("comm=ebt-refused", probe="exec") as dump:
        run(caller, "plain", str(N), str(data))
        run(caller, "fd", str(N), str(data))
        run(caller, "folder", str(N), str(data))
        data.chmod(0o755)
        run(caller, "plain", "1", str(data))
    by_name = [(row["filename"], row["error"]) for row in dump.rows("exec") if row["error"]]
    assert by_name == [
        *[(str(data), "EACCES")] * N,
        *[("", "EACCES")] * N,
        *[("data", "EACCES")] * N,
        (str(data), "ENOEXEC"),
    ]
    assert dump.total("exec")["errors"] == 3 * N + 1


@pytest.mark.parametrize("way", ["fd", "folder"])
def test_execveat_is_seen(named: Named, way: str) -> None:
    caller, program = named("execs", "ebt-caller"), named("ends", "ebt-at")
    with Dump(*ROOMY, probe="exec") as dump:
        run(caller, way, str(N), program, "exit", "3")
    rows = [row for row in dump.rows("exec") if row["parent_comm"] == "ebt-caller"]
    assert [row["argv"] for row in rows] == [[program if way == "fd" else str(Path(program).parent), "exit", "3"]] * N
    assert {row["error"] for row in rows} == {None}
    ended = {line["pid"]: line["code"] for line in dump.exits()}
    assert [ended[row["pid"]] for row in rows] == [3] * N


def test_processes_in_another_pid_namespace_have_the_ids_of_this_one(named: Named) -> None:
    program = named("ends", "ebt-inside")
    with Dump("comm=ebt-inside", probe="exec") as dump:
        assert run("unshare", "--pid", "--fork", program, "exit", "9") == 9
    (row,) = of(dump, program)
    (end,) = dump.exits()
    assert row["pid"] == end["pid"] > 1
    assert row["parent_comm"] == "unshare"
    assert row["ppid"] > 1
    assert end["code"] == 9


def test_a_storm_is_counted_exactly(named: Named) -> None:
    caller, program = named("execs", "ebt-caller"), named("ends", "ebt-storm")
    storms, each = 4, 500
    began = time.monotonic()
    with Dump("comm=ebt-storm", "--rows", "200", probe="exec") as dump:
        running = [subprocess.Popen([caller, "storm", str(each), program]) for _ in range(storms)]
        assert [one.wait(60) for one in running] == [0] * storms
    seconds = time.monotonic() - began
    total, rows = dump.total("exec"), dump.rows("exec")
    assert total["shown"] + total["over_budget"] == storms * each
    assert total["lost"] == total["errors"] == 0
    assert total["shown"] == len(rows)
    # A second's rows may come at once; two CPUs that pay at the same moment may get two for one.
    assert 200 <= len(rows) <= 1.1 * 200 * (seconds + 1)
    assert len(dump.exits()) == len(rows)


def test_without_a_row_budget_everything_is_still_counted(named: Named) -> None:
    caller, program = named("execs", "ebt-caller"), named("ends", "ebt-norows")
    with Dump("comm=ebt-norows", "--rows", "0", probe="exec") as dump:
        run(caller, "plain", str(N), program)
    total = dump.total("exec")
    assert dump.rows("exec") == []
    assert (total["shown"], total["over_budget"], total["lost"]) == (0, N, 0)


def test_every_tick_adds_up(named: Named) -> None:
    caller, program = named("execs", "ebt-caller"), named("ends", "ebt-ticks")
    with Dump("comm=ebt-ticks", "--every", "--interval", "100ms") as dump:
        for _ in range(3):
            run(caller, "plain", str(N), program)
    counts = [line for line in dump.lines if line["type"] == "counts" and line["probe"] == "exec"]
    assert len(counts) >= 2
    for key in ("seen", "shown", "over_budget", "filtered", "lost", "errors"):
        assert sum(line[key] for line in counts) == dump.total("exec")[key]
    assert dump.total("exec")["shown"] == 3 * N


def test_times_are_those_of_the_wall_clock(named: Named) -> None:
    program = named("ends", "ebt-clock")
    with Dump("comm=ebt-clock", probe="exec") as dump:
        before = time.time()
        run(program)
        after = time.time()
    (row,) = of(dump, program)
    assert before - 0.05 <= datetime.fromisoformat(row["time"]).timestamp() <= after + 0.05
