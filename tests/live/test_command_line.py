"""The command line over real events: exact from `ready` on, a recording says the same, nothing is left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.live
EBTOP = [sys.executable, "-m", "tui.cli"]
EXECS = 25
WORKLOAD = (
    f"for ((i = 0; i < {EXECS}; i++)); do /bin/true; done; for i in 1 2 3; do /nowhere/at-all 2>/dev/null; done; exit 0"
)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def programs() -> set[int]:
    """Ids of the BPF programs in the kernel."""
    done = subprocess.run(["bpftool", "-j", "prog"], capture_output=True, text=True, check=True)
    return {program["id"] for program in json.loads(done.stdout)}


def programs_of_children() -> set[int]:
    """Ids of the BPF programs that this process's descendants hold: those of its collectors."""
    held: set[int] = set()
    for child in psutil.Process().children(recursive=True):
        for info in Path(f"/proc/{child.pid}/fdinfo").iterdir():
            held |= {int(number) for number in re.findall(r"^prog_id:\s*(\d+)", info.read_text(), re.MULTILINE)}
    return held


@contextmanager
def dump(*words: str, env: dict[str, str] | None = None) -> Iterator[Callable[[], str]]:
    """A live dump that is ready; calling it ends it in order and gives what it wrote."""
    with subprocess.Popen([*EBTOP, "dump", *words], stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        out = process.stdout

        def end() -> str:
            process.send_signal(signal.SIGINT)
            rest = out.read()
            assert process.wait(20) == 0
            return first + rest

        try:
            yield end
        finally:
            process.kill()


def workload() -> int:
    """Runs programs, from a shell whose process id is the answer."""
    with subprocess.Popen(["bash", "-c", WORKLOAD]) as shell:
        assert shell.wait() == 0
    return shell.pid


def test_what_starts_after_ready_is_seen_whole() -> None:
    with dump("--probe", "exec") as end:
        shell = workload()
        got = lines(end())
    assert got[0]["type"] == "ready"
    assert got[0]["probes"] == {"exec": "on"}
    rows = [line for line in got if line["type"] == "row" and line["ppid"] == shell]
    assert sum(row["error"] is None for row in rows) == EXECS
    assert {row["filename"] for row in rows if row["error"] == "ENOENT"} == {"/nowhere/at-all"}
    pids = {row["pid"] for row in rows if row["error"] is None}
    ends = [line for line in got if line["type"] == "exit" and line["pid"] in pids]
    assert [(line["code"], line["signal"]) for line in ends] == [(0, None)] * EXECS


def test_totals_add_up_and_agree_with_the_rows() -> None:
    with dump("--rows", "100000") as end:
        workload()
        got = lines(end())
    totals = {line["probe"]: line for line in got if line["type"] == "total"}
    assert set(totals) == {"exec", "open", "block"}
    for total in totals.values():
        assert total["seen"] == total["shown"] + total["over_budget"] + total["filtered"] + total["lost"]
    for probe in ("exec", "open"):
        assert totals[probe]["shown"] == sum(line["type"] == "row" and line["probe"] == probe for line in got)


def test_a_recording_says_what_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "x.ebtop"
    done = subprocess.run(
        [*EBTOP, "record", "-o", path, "--for", "500ms", "--probe", "exec,open"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == ""
    assert done.stderr.startswith("ebtop: recorded ")
    replayed = subprocess.run([*EBTOP, "dump", path], capture_output=True, text=True, check=True)
    totals = {line["probe"]: line["seen"] for line in lines(replayed.stdout) if line["type"] == "total"}
    assert f"exec {totals['exec']:,}, open {totals['open']:,} events" in done.stderr


def test_nothing_is_left_in_the_kernel() -> None:
    with dump() as end:
        during = programs_of_children()
        end()
    assert during
    assert not during & programs()


def test_under_sudo_files_belong_to_the_invoking_user(tmp_path: Path) -> None:
    place = tmp_path / "theirs"
    place.mkdir()
    for folder in (place, *place.parents):
        if folder.is_relative_to(tmp_path.parent.parent):
            folder.chmod(folder.stat().st_mode | 0o011)
    os.chown(place, 65534, 65534)
    env = {**os.environ, "SUDO_UID": "65534", "SUDO_GID": "65534"}
    path = place / "x.ebtop"
    subprocess.run([*EBTOP, "record", "-o", path, "--for", "0s", "--probe", "exec"], env=env, check=True)
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (65534, 65534, 0o600)


def bearing(mark: str) -> list[psutil.Process]:
    """Every process that has this in its environment, orphans too."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if mark in process.environ():
                found.append(process)
    return found


def test_a_bad_filter_leaves_nothing_running_even_for_root_on_behalf_of_another() -> None:
    mark = f"EBTOP_TEST_{os.getpid()}"
    env = {**os.environ, "SUDO_UID": "65534", "SUDO_GID": "65534", mark: "1"}
    with subprocess.Popen([*EBTOP, "dump"], stdout=subprocess.PIPE, env=env) as good:
        assert good.stdout is not None
        assert good.stdout.readline()
        assert len(bearing(mark)) == 2  # the mark does find a collector
        good.terminate()
    done = subprocess.run([*EBTOP, "dump", "uid:1"], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("ebtop: filter, character 1 (uid:1): unknown key 'uid': quote it: ")
    assert done.stderr.count("\n") == 1
    assert not bearing(mark)
