"""Files as they are now, told without opening them, and what runs."""

from __future__ import annotations

import os
import pwd
import socket
from pathlib import Path

import pytest

from probes.facts import Missing
from tui.procfs.file import FileFacts, look_at
from tui.procfs.running import parents, running


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    made = tmp_path / "opened"
    made.write_text("something")
    return made


def test_a_file_is_told_without_opening_it(opened: Path) -> None:
    opened.chmod(0o640)
    found = look_at(str(opened))
    assert isinstance(found, FileFacts)
    assert (found.kind, found.size, found.mode) == ("regular file", 9, "-rw-r-----")
    assert found.owner.partition(":")[0] == pwd.getpwuid(os.geteuid()).pw_name
    assert found.mount
    assert str(opened).startswith(found.mount[0])


def test_a_link_is_told_and_not_followed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/nowhere/at/all")
    found = look_at(str(link))
    assert isinstance(found, FileFacts)
    assert (found.kind, found.link) == ("symbolic link", "/nowhere/at/all")


def test_other_kinds_are_told_and_a_pipe_that_nobody_reads_does_not_stop_us(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket"))
        for name, kind in (("pipe", "named pipe"), ("socket", "socket"), (".", "directory")):
            found = look_at(str(tmp_path / name))
            assert isinstance(found, FileFacts)
            assert found.kind == kind


def test_a_name_that_is_not_utf_8_is_found_as_it_is_written(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/bad\xff")).touch()
    assert isinstance(look_at(f"{tmp_path}/bad\\xff"), FileFacts)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/nowhere/at/all", "it does not exist"),
        ("/etc/passwd/x", "it does not exist: a part of its path is no directory"),
        ("relative/x", "not looked at: relative to a directory that is not known"),
        ("/proc/self/exe", "not looked at: files of /proc are made for whoever opens them"),
        ("/x\0y", "not looked at: no path can be like that"),
        ("/" + "x" * 5000, "not readable: file name too long"),
    ],
)
def test_what_cannot_be_told_of_a_file_is_said_in_words(path: str, why: str) -> None:
    assert look_at(path) == Missing(why)


def test_what_runs_is_told_with_its_parent() -> None:
    assert running()[os.getpid()] == Path("/proc/self/comm").read_text().removesuffix("\n")
    assert parents()[os.getpid()] == os.getppid()


def test_where_proc_cannot_be_listed_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> list[int]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("psutil.pids", refused)
    assert (running(), parents()) == ({}, {})
