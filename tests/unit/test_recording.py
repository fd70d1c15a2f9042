"""Recordings: what is written comes back, nothing is overwritten, and a full disk costs no more than the rest."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from probes.snapshot import Bye
from tests.unit.recorded import FACTS, TICKS, raw, read, record
from tests.unit.sessions import HELLO, SECOND, START, exec_row, exec_tick, snapshot
from tui.recording import Reader, RecordingError, Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ebtop"


def test_what_was_written_comes_back(path: Path) -> None:
    record(path, [*TICKS, Bye()])
    with Reader(path) as reader:
        assert reader.hello == HELLO
        assert list(reader) == TICKS
        assert reader.cut is None
        assert reader.seconds == 5.0


def test_each_iteration_begins_at_the_start(path: Path) -> None:
    with Reader(record(path, TICKS)) as reader:
        assert next(iter(reader)) == TICKS[0]
        assert list(reader) == TICKS
        assert list(reader) == TICKS
        assert (reader.cut, reader.seconds) == (None, 5.0)


def test_what_ended_before_a_time_may_come_with_what_lasts_alone(path: Path) -> None:
    third = msgspec.structs.replace(TICKS[2].probes[0], facts=[FACTS])
    ticks = [*TICKS[:2], msgspec.structs.replace(TICKS[2], probes=(third,)), *TICKS[3:]]
    with Reader(record(path, [*ticks, Bye()])) as reader:
        reader.since = TICKS[3].time
        read = list(reader)
        assert [tick.time for tick in read] == [tick.time for tick in ticks]
        assert read[0].probes[0].rows == []
        assert read[2].probes[0].facts == [FACTS]
        assert read[3:] == TICKS[3:]
        assert reader.cut is None


def test_the_tick_that_was_read_last_can_still_be_had_whole(path: Path) -> None:
    with Reader(record(path, TICKS)) as reader:
        reader.since = TICKS[3].time
        ticks = iter(reader)
        first, second = next(ticks), next(ticks)
        assert second != TICKS[1]
        assert reader.whole(second) == TICKS[1]
        assert reader.whole(first) is first, "it is too late for an earlier one"
        assert list(ticks)[-2:] == TICKS[3:]


def test_damage_is_found_in_what_is_passed_over(path: Path) -> None:
    record(path, TICKS)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with Reader(path) as reader:
        reader.since = TICKS[-1].time + 1
        assert len(list(reader)) < len(TICKS)
        assert "is damaged" in (reader.cut or "")


def test_a_writer_that_is_closed_without_bye_adds_one(path: Path) -> None:
    assert read(record(path, TICKS)) == (TICKS, None)


def test_every_message_is_in_the_file_as_soon_as_it_was_written(path: Path) -> None:
    with Writer(path, HELLO) as writer:
        for n, tick in enumerate(TICKS, 1):
            writer.write(tick)
            assert read(path)[0] == TICKS[:n]
            assert writer.size == path.stat().st_size


def test_a_recording_is_readable_by_its_owner_alone(path: Path) -> None:
    record(path, [])
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["file", "symlink", "dangling symlink"])
def test_nothing_is_ever_overwritten(tmp_path: Path, path: Path, kind: str) -> None:
    other = tmp_path / "precious"
    if kind != "dangling symlink":
        other.write_text("precious")
    if kind == "file":
        path.write_text("precious")
    else:
        path.symlink_to(other)
    with pytest.raises(RecordingError, match="is there already: choose another name"):
        Writer(path, HELLO)
    assert not other.exists() or other.read_text() == "precious"


@pytest.mark.parametrize("where", ["no/such/dir/x.ebtop", "nul\0name", "/proc/x.ebtop"])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, where: str) -> None:
    with pytest.raises(RecordingError, match=r"^cannot write .*: choose another place with -o$") as caught:
        Writer(tmp_path / where, HELLO)
    assert "\n" not in str(caught.value)


def limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_stops_the_recording_and_keeps_what_was_recorded(path: Path) -> None:
    script = (
        "from tests.unit.test_recording import *\n"
        f"path = Path({str(path)!r})\n"
        "writer = Writer(path, HELLO)\n"
        "writer.write(TICKS[0])\n"
        "limit_files(writer.size + 100)\n"
        "try:\n"
        "    writer.write(TICKS[1])\n"
        "except RecordingError as error:\n"
        "    print(error)\n"
        "writer.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "file too large: make room; what was recorded so far can be replayed" in done.stdout
    with Reader(path) as reader:
        assert list(reader) == TICKS[:1]


def test_a_frame_of_which_half_was_written_leaves_no_hole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end mark stands where the half frame began."""
    real, room = os.write, [True]

    def half(fd: int, data: memoryview) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "")
        room.clear()
        return real(fd, data[: len(data) // 2])

    writer = Writer(path, HELLO)
    writer.write(TICKS[0])
    with monkeypatch.context() as full:
        full.setattr(os, "write", half)
        full.setattr(writer, "close", lambda _reason: None)
        with pytest.raises(RecordingError, match="no space left"):
            writer.write(TICKS[1])
    writer.close("full")
    with Reader(path) as reader:
        assert list(reader) == TICKS[:1]
        assert reader.cut is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_disk_that_is_full_from_the_start_leaves_no_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(os, "write", lambda _fd, data: real(full.fileno(), data))
        with pytest.raises(RecordingError, match="no space left on device: make room; nothing was recorded"):
            Writer(path, HELLO)
    assert not path.exists()


def test_a_long_recording_is_read_in_little_memory(path: Path) -> None:
    rows = [exec_row(n, argv=["x" * 1000]) for n in range(100)]
    with Writer(path, HELLO) as writer:
        for n in range(300):
            writer.write(snapshot(n, exec_tick(rows, shown=100 * n, first=100 * n)))
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom tui.recording import Reader\n"
        f"reader = Reader(Path({str(path)!r}))\n"
        "snapshots = iter(reader); next(snapshots); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(1 for _ in snapshots)\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    count, grown_kib = map(int, done.stdout.split())
    assert count == 299
    assert path.stat().st_size > 30_000_000
    assert grown_kib < 4_000


def test_times_in_the_recording_may_go_back_without_harm(path: Path) -> None:
    back = msgspec.structs.replace(TICKS[1], time=START - 100 * SECOND)
    snapshots, message = read(raw(path, HELLO, TICKS[0], back, Bye()))
    assert (snapshots, message) == ([TICKS[0], back], None)
