"""The open probe against opens of known number and kind."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.live.opens import Opens, opens
from tests.live.session import Dump, Line, until

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
COMM = "ebt-opens"
FILTER = f"comm={COMM}"
N = 9


def of(dump: Dump, *below: Path) -> list[Line]:
    """Rows of paths that begin with one of these."""
    return [row for row in dump.rows("open") if (row["path"] or "").startswith(tuple(map(str, below)))]


def agree(rows: list[Line], truth: Opens, paths: list[str]) -> None:
    """Each call is a row, in order, with its file descriptor or error, thread and process, and this path."""
    assert [(row["fd"], row["error"], row["tid"]) for row in rows] == [(c.fd, c.error, c.tid) for c in truth.calls]
    assert {row["pid"] for row in rows} == {truth.pid}
    assert [row["path"] for row in rows] == paths


@pytest.mark.parametrize("call", ["open", "openat", "openat2", "creat", "handle"])
def test_every_call_that_opens_is_a_row(named: Named, tmp_path: Path, call: str) -> None:
    program, path = named("opens", COMM), tmp_path / "file"
    path.touch()
    with Dump(FILTER, "--rows", "5000", probe="open") as dump:
        truth = opens(program, "times", str(N), call, path)
    rows = of(dump, path)
    agree(rows, truth, [str(path)] * N)
    assert {row["path_note"] for row in rows} == {"handle" if call == "handle" else None}
    assert min(row["latency_us"] for row in rows) > 0
    assert max(row["latency_us"] for row in rows) < 1e6
    total = dump.total("open")
    assert (total["over_budget"], total["lost"], total["errors"]) == (0, 0, 0)
    assert total["shown"] == len(dump.rows("open"))


FAILURES = {
    "ENOENT": ("openat", "nowhere"),
    "ENOTDIR": ("open", "file/below"),
    "EISDIR": ("flags", str(os.O_WRONLY), "openat2", "folder"),
    "EEXIST": ("flags", str(os.O_CREAT | os.O_EXCL), "openat", "file"),
    "ELOOP": ("flags", str(os.O_NOFOLLOW), "openat", "link"),
    "ENAMETOOLONG": ("creat", "n" * 256),
    "EACCES": ("user", "61234", "openat", "secret"),
}


@pytest.mark.parametrize("error", FAILURES)
def test_every_failure_is_a_row_and_counted(named: Named, tmp_path: Path, error: str) -> None:
    program, where = named("opens", COMM), tmp_path / "where"
    (where / "folder").mkdir(parents=True)
    (where / "file").touch()
    (where / "secret").touch(0o600)
    (where / "link").symlink_to("file")
    *words, path = FAILURES[error]
    with Dump(FILTER, "--rows", "5000", probe="open") as dump:
        truth = opens(program, "cd", where, *words[:-1], "times", str(N), words[-1], path)
    agree(of(dump, where), truth, [str(where / path)] * N)
    assert {row["error"] for row in of(dump, where)} == {error}
    failed = [row for row in dump.rows("open") if row["error"]]
    assert dump.total("open")["errors"] == len(failed) >= N


def test_a_path_that_is_no_memory(named: Named) -> None:
    with Dump(FILTER, probe="open") as dump:
        opens(named("opens", COMM), "null")
    (row,) = dump.rows("open", error="EFAULT")
    assert (row["path"], row["path_note"]) == (None, "unread")


def test_threads_have_ids_of_their_own(named: Named, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with Dump(FILTER, probe="open") as dump:
        truth = opens(named("opens", COMM), "openat", path, "times", "3", "thread", path)
    rows = of(dump, path)
    agree(rows, truth, [str(path)] * 4)
    assert rows[0]["tid"] == truth.pid
    assert truth.pid not in {row["tid"] for row in rows[1:]}
    assert {row["ppid"] for row in rows} == {os.getpid()}


FLAGS = {
    "O_RDONLY": os.O_RDONLY,
    "O_WRONLY": os.O_WRONLY,
    "O_RDWR|O_CREAT|O_EXCL|O_TRUNC|O_CLOEXEC": os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_TRUNC | os.O_CLOEXEC,
    "O_WRONLY|O_APPEND|O_NONBLOCK": os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK,
    "O_RDONLY|O_NOFOLLOW|O_PATH": os.O_PATH | os.O_NOFOLLOW,
    "O_RDWR|O_SYNC": os.O_RDWR | os.O_SYNC,
    "O_RDWR|O_DSYNC|O_DIRECT": os.O_RDWR | os.O_DSYNC | os.O_DIRECT,
    "O_RDWR|O_TMPFILE": os.O_RDWR | os.O_TMPFILE,
    "O_RDONLY|O_DIRECTORY|O_NOATIME": os.O_DIRECTORY | os.O_NOATIME,
}


@pytest.mark.parametrize("call", ["open", "openat", "openat2", "handle"])
def test_flags_have_their_names(named: Named, tmp_path: Path, call: str) -> None:
    path = tmp_path / "file"
    path.touch()
    words = [word for flags in FLAGS.values() for word in ("flags", str(flags), call, str(path))]
    with Dump(FILTER, probe="open") as dump:
        opens(named("opens", COMM), *words)
    rows = of(dump, path) if call != "handle" else dump.rows("open", path_note="handle")
    assert [row["flags"] for row in rows] == list(FLAGS)


def test_creat_has_the_flags_that_it_stands_for(named: Named, tmp_path: Path) -> None:
    with Dump(FILTER, probe="open") as dump:
        opens(named("opens", COMM), "creat", tmp_path / "new")
    assert [row["flags"] for row in of(dump, tmp_path / "new")] == ["O_WRONLY|O_CREAT|O_TRUNC"]


def test_relative_paths_are_made_whole(named: Named, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / "name").touch()
    words: list[str | Path] = ["openat", "name", "open", "./name", "at", there, "name", "at2", there, "name"]
    words += ["at", there, "../here/name", "cd", there, "openat", "name", "openat", "nowhere", "openat", "."]
    with Dump(FILTER, probe="open") as dump:
        truth = opens(named("opens", COMM), *words, cwd=here)
    rows = [row for row in of(dump, here, there) if row["path"] != str(there)]
    paths = [here / "name", here / "name", there / "name", there / "name"]
    agree(rows, truth, [*map(str, paths), f"{there}/../here/name", f"{there}/name", f"{there}/nowhere", f"{there}/."])
    assert {row["path_note"] for row in rows} == {None}


def test_a_directory_that_is_none_is_marked(named: Named, tmp_path: Path) -> None:
    with Dump(FILTER, probe="open") as dump:
        truth = opens(named("opens", COMM), "number", "77", "ebt-name", "number", "-7", "ebt-name")
    rows = dump.rows("open", error="EBADF")
    agree(rows, truth, ["ebt-name"] * 2)
    assert {row["path_note"] for row in rows} == {"relative"}


def test_paths_cross_mount_points(named: Named, tmp_path: Path) -> None:
    program, outer = named("opens", COMM), tmp_path / "outer"
    inner = outer / "mounted" / "a" / "b"
    (outer / "mounted").mkdir(parents=True)
    script = (
        'mount -t tmpfs none "$1" && mkdir -p "$2" && touch "$2/name" && cd "$2" && exec "$3" openat name at "$2" name'
    )
    with Dump(FILTER, probe="open") as dump:
        truth = opens("unshare", "-m", "sh", "-c", script, "sh", outer / "mounted", inner, program)
    rows = [row for row in of(dump, outer) if row["path"] != str(inner)]
    agree(rows, truth, [str(inner / "name")] * 2)


def test_paths_below_a_deep_directory(named: Named, tmp_path: Path) -> None:
    program, top = named("opens", COMM), tmp_path / "deep"
    folder = top.joinpath(*(f"level-{i}" for i in range(30)))
    folder.mkdir(parents=True)
    (folder / "name").touch()
    with Dump(FILTER, probe="open") as dump:
        truth = opens(program, "openat", "name", "at", ".", "name", cwd=folder)
    rows = [row for row in of(dump, top) if row["path"].endswith("/name")]
    agree(rows, truth, [str(folder / "name")] * 2)


def test_paths_below_a_directory_too_deep_are_marked(named: Named, tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*("d" for _ in range(80)))
    folder.mkdir(parents=True)
    with Dump(FILTER, probe="open") as dump:
        opens(named("opens", COMM), "openat", "ebt-name", cwd=folder)
    (row,) = [row for row in dump.rows("open", error="ENOENT") if row["path"].endswith("ebt-name")]
    assert row["path_note"] == "relative"


def test_a_path_as_long_as_one_can_be(named: Named, tmp_path: Path) -> None:
    path = f"{tmp_path}/{'./' * 2100}"[:4094] + "x"
    assert len(path) == 4095
    with Dump(FILTER, probe="open") as dump:
        truth = opens(named("opens", COMM), "times", "3", "openat", path)
    agree(of(dump, tmp_path), truth, [path] * 3)


def test_a_long_relative_path_from_a_long_directory(named: Named, tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*("f" * 250 for _ in range(10)))
    folder.mkdir(parents=True)
    name = ("./" * 2100)[2:4094] + "xyz"
    with Dump(FILTER, probe="open") as dump:
        truth = opens(named("opens", COMM), "openat", name, cwd=folder)
    agree(of(dump, tmp_path), truth, [f"{folder}/{name.removeprefix('./')}"])


def test_a_path_on_a_page_that_nobody_has_read(named: Named, tmp_path: Path) -> None:
    path, nowhere = tmp_path / "file", tmp_path / "nowhere"
    path.touch()
    with Dump(FILTER, probe="open") as dump:
        truth = opens(named("opens", COMM), "times", "4", "cold", path, "cold", nowhere, cwd=tmp_path)
    agree(of(dump, path, nowhere), truth, [str(path)] * 4 + [str(nowhere)] * 4)


def test_names_that_are_odd(named: Named, tmp_path: Path) -> None:
    names = ["a b", "new\nline", "\x1b[31m", "日本", "'\"\\"]
    words = [word for name in names for word in ("openat", str(tmp_path / name))]
    with Dump(FILTER, probe="open") as dump:
        opens(named("opens", COMM), *words, "openat", os.fsdecode(bytes(tmp_path) + b"/\xff"))
    assert [row["path"] for row in of(dump, tmp_path)][-6:] == [f"{tmp_path}/{name}" for name in [*names, "\\xff"]]


def waits_in_openat(pid: int) -> bool:
    """Whether a process sleeps in a call whose first argument is AT_FDCWD."""
    words = Path(f"/proc/{pid}/syscall").read_text().split()  # "running" where it does not sleep
    return len(words) > 1 and words[1].endswith("ffffff9c")


def test_times_are_those_of_the_call(named: Named, tmp_path: Path) -> None:
    path, waited_s = tmp_path / "file", 0.1
    os.mkfifo(path)
    with Dump(FILTER, probe="open") as dump:
        before = time.time()
        process = subprocess.Popen([named("opens", COMM), "openat", path], stdout=subprocess.DEVNULL)
        until(lambda: waits_in_openat(process.pid), "the open that waits for a writer")
        blocked = time.time()
        time.sleep(waited_s)
        with path.open("wb"):
            process.wait(30)
            after = time.time()
    (row,) = of(dump, path)
    began = datetime.fromisoformat(row["time"]).timestamp()
    assert before - 0.01 <= began <= blocked + 0.01
    assert waited_s * 1e6 <= row["latency_us"] <= (after - before) * 1e6


@pytest.mark.parametrize("rows", [0, 100])
def test_a_flood_is_counted_exactly(named: Named, tmp_path: Path, rows: int) -> None:
    path, flood = tmp_path / "file", 100_000
    path.touch()
    program = named("opens", COMM)
    with Dump(FILTER, "--rows", str(rows), "--every", "--interval", "200ms", probe="open") as dump:
        running = [subprocess.Popen([program, "flood", path, str(flood)]) for _ in range(2)]
        assert [one.wait(60) for one in running] == [0, 0]
    total = dump.total("open")
    libraries = 2 * 2  # ld.so.cache and libc.so.6
    assert total["shown"] + total["over_budget"] == 2 * flood + libraries
    assert (total["lost"], total["errors"]) == (0, 0)
    assert len(dump.rows("open")) == total["shown"]
    seconds = len([line for line in dump.lines if line["type"] == "counts"]) * 0.2
    assert total["shown"] <= 1.1 * rows * (seconds + 1)
    assert total["shown"] >= rows
