"""Recordings: what is written comes back; damage costs what is behind it and nothing else."""

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

from probes import wire
from probes.disk_sums import Aside, Disk, DiskFacts, Hist, Part, Threshold, Work
from probes.lanes import Lanes, lanes
from probes.latency import SLOTS
from probes.snapshot import Bye, Exit, Message, ProbeTick, Snapshot, Tally
from tests.unit.sessions import BOX, EXEC, HELLO, SECOND, START, exec_row, exec_tick, open_row, open_tick, snapshot
from tui.recording import MAGIC, Reader, RecordingError, Writer

TICKS = [snapshot(n, exec_tick([exec_row(n)], shown=n, first=n - 1)) for n in range(1, 6)]


def record(path: Path, messages: list[Message]) -> Path:
    with Writer(path, HELLO) as writer:
        for message in messages:
            writer.write(message)
    return path


def raw(path: Path, *messages: Message, tail: bytes = b"") -> Path:
    path.write_bytes(MAGIC + b"".join(map(wire.encode, messages)) + tail)
    return path


def read(path: Path) -> tuple[list[Snapshot], str | None]:
    with Reader(path) as reader:
        return list(reader), reader.cut


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


def test_a_file_cut_anywhere_gives_every_whole_tick_before_the_cut(path: Path, tmp_path: Path) -> None:
    whole = record(path, [*TICKS, Bye()]).read_bytes()
    ends = [len(MAGIC + wire.encode(HELLO))]
    for tick in TICKS:
        ends.append(ends[-1] + len(wire.encode(tick)))
    for size in (*ends, *(end - 1 for end in ends[1:]), *(end + 3 for end in ends), len(whole) - 1):
        cut = tmp_path / "cut"
        cut.write_bytes(whole[:size])
        snapshots, message = read(cut)
        kept = sum(end <= size for end in ends[1:])
        assert snapshots == TICKS[:kept]
        assert message == f"recording {cut} is cut short after {kept:.1f} s: everything before it is shown"


@pytest.mark.parametrize("size", [8, 9, 20, 100])
def test_a_file_cut_within_its_opening_says_so(path: Path, size: int) -> None:
    path.write_bytes(record(path.with_suffix(".whole"), []).read_bytes()[:size])
    with pytest.raises(RecordingError, match="cut short before anything was recorded: record it again"):
        Reader(path)


def test_a_flipped_bit_costs_what_is_behind_it_and_nothing_before(path: Path) -> None:
    data = bytearray(record(path, [*TICKS, Bye()]).read_bytes())
    at = len(MAGIC + wire.encode(HELLO) + b"".join(map(wire.encode, TICKS[:3])))
    data[at + 20] ^= 1
    path.write_bytes(data)
    snapshots, message = read(path)
    assert snapshots == TICKS[:3]
    assert message is not None
    assert "is damaged (damaged frame at byte" in message
    assert message.endswith("after 3.0 s: everything before it is shown")


def test_a_length_that_no_frame_has_is_damage_and_allocates_nothing(path: Path) -> None:
    raw(path, HELLO, TICKS[0], tail=b"\xff" * 64)
    snapshots, message = read(path)
    assert snapshots == TICKS[:1]
    assert message is not None
    assert "not a frame of ebtop" in message


def forged(**changes: object) -> Snapshot:
    return msgspec.structs.replace(TICKS[1], **changes)


def block(**fields: object) -> ProbeTick:
    """A tick of block with everything that it can tell, or with these instead."""
    good = ProbeTick(
        "block",
        "on",
        hists=[HIST],
        parts=[PART],
        work=[WORK],
        disks=[Disk("vda", 1, 10, 0.5, 2.5), Disk("vdb", 0)],
        selected=3,
        facts=[FACTS],
        thresholds=[THRESHOLD],
        tallies=[TALLY],
    )
    return msgspec.structs.replace(good, **fields)


def damaged(struct: msgspec.Struct, **fields: object) -> Snapshot:
    """A tick in which one of the lists of block has this struct with these values."""
    lists = {
        Hist: "hists", Part: "parts", Work: "work", Disk: "disks", DiskFacts: "facts", Threshold: "thresholds",
        Tally: "tallies",
    }  # fmt: skip
    return forged(probes=(block(**{lists[type(struct)]: [msgspec.structs.replace(struct, **fields)]}),))


NAN, INF = float("nan"), float("inf")
COUNTS = lanes({3: 1, 9: 2})
HIST = Hist("vda", "read", "device", COUNTS, 3, 300, 200, 4096, 1)
PART = Part("vda", "read", ("sync", "meta"), 4096, True, COUNTS, 3, 300, 200, 4096, 1)
WORK = Work(7, "fio", "/a.service", False, "vda", "read", COUNTS, 3, 300, 200, 4096, 1)
FACTS = DiskFacts("vda", "model", "serial", "slot 7", True, 1 << 40, ("md0", "LVM vg/data"))
THRESHOLD = Threshold("vda", "read", 18_000.0, "hump")
TALLY = Tally(7, 1, "sh", "init", 0, "root", "/a.service", "ENOENT", 3, 2, 300, 200)
DAMAGED = [
    *((first, 1, b"\1") for first in (-1, SLOTS, 1 << 40)),
    *((3, width, bytes([1] * 12)) for width in (-1, 0, 3, 1 << 40)),
    (3, 2, b"\1\1\1"),
    (3, 8, b"\xff" * 8),
    (3, 1, b"\0\1"),
    (3, 2, b"\1\0\0\0"),
    (0, 1, b"\1" * (1 << 20)),
]
"""Lanes that are none."""
DAMAGES = {
    Hist: [],
    Part: [("size", -1), ("flags", ("sync",) * 9)],
    Work: [("pid", -1), ("pid", 1 << 63)],
    Disk: [("in_flight", -1), ("oldest_us", 1 << 63), *((n, x) for n in ("busy", "depth") for x in (-0.1, NAN, INF))],
    DiskFacts: [("size", -1), ("sets", ("md0", "md0")), ("sets", tuple(map(str, range(1000))))],
    Threshold: [("us", us) for us in (-1.0, NAN, INF, 1e308)],
    Tally: [
        *((name, x) for name in ("pid", "ppid", "uid", "count", "timed", "sum_ns", "max_ns") for x in (-1, 1 << 63)),
        ("timed", 4),
    ],
}
"""Fields of each, with a value that its type allows and that makes no sense."""
for of in (Hist, Part, Work):
    DAMAGES[of] += [("lanes", Lanes(*damage)) for damage in DAMAGED]
    DAMAGES[of] += [
        (field, value) for field in ("count", "sum_ns", "max_ns", "bytes", "errors") for value in (-1, 1 << 63)
    ]
GOOD = {Hist: HIST, Part: PART, Work: WORK, Disk: Disk("vda", 1), DiskFacts: FACTS, Threshold: THRESHOLD, Tally: TALLY}
FORGERIES = {
    **{
        f"{of.__name__} {field} {str(value)[:30]}": damaged(GOOD[of], **{field: value})
        for of, found in DAMAGES.items()
        for field, value in found
    },
    "busier than there is time": damaged(GOOD[Disk], busy=1.01),
    "selected": forged(probes=(block(selected=-1),)),
    "more parts than any machine has": forged(probes=(block(parts=[PART] * 70_000),)),
    "more work than any machine has": forged(probes=(block(work=[WORK] * 70_000),)),
    "more facts than any machine has": forged(probes=(block(facts=[FACTS] * 70_000),)),
    "aside": forged(probes=(block(aside=Aside([msgspec.structs.replace(HIST, count=-1)])),)),
    "a disk aside": forged(probes=(block(aside=Aside(disks=[Disk("vda", -1)])),)),
    "more aside than any machine has": forged(probes=(block(aside=Aside(work=[WORK] * 70_000)),)),
    "kin": forged(probes=(block(kin={1: -1}),)),
    "more kin than any machine has": forged(probes=(block(kin=dict.fromkeys(range(70000), 1)),)),
    "short row": forged(probes=(exec_tick([exec_row(1)[:3]], 1),)),
    "latency": forged(probes=(open_tick([[*open_row(1, "/x")[:4], 1e308, "/x"]]),)),
    "age": forged(probes=(exec_tick([exec_row(1)], 1, exits=[Exit(0, 1, 0, None, 1e308)]),)),
    "wrong type": forged(probes=(exec_tick([["now", *exec_row(1)[1:]]], 1),)),
    "unknown probe": forged(probes=(ProbeTick("nonsense", "on"),)),
    "probe twice": forged(probes=(open_tick(), open_tick())),
    "time": forged(time=-1),
    "no number": forged(box=msgspec.structs.replace(BOX, cpu=float("nan"))),
}


def test_everything_that_a_disk_can_tell_comes_back(path: Path) -> None:
    tick = forged(probes=(block(), exec_tick([], 1), open_tick()))
    assert read(raw(path, HELLO, TICKS[0], tick, Bye())) == ([TICKS[0], tick], None)


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_what_decodes_and_makes_no_sense_is_damage(path: Path, forgery: Snapshot) -> None:
    raw(path, HELLO, TICKS[0], forgery, TICKS[2], Bye())
    snapshots, message = read(path)
    assert snapshots == TICKS[:1]
    assert message is not None
    assert "is damaged (" in message


def test_a_second_opening_is_damage(path: Path) -> None:
    snapshots, message = read(raw(path, HELLO, TICKS[0], HELLO, TICKS[1]))
    assert (len(snapshots), message is None) == (1, False)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not a recording of ebtop"),
        (b"\x89eb", "is not a recording of ebtop"),
        (b"PK\x03\x04 and so on, for long enough", "is not a recording of ebtop"),
        (MAGIC + b"\xff" * 100, "is not a recording of ebtop"),
        (MAGIC + wire.encode(TICKS[0]), "is not a recording of ebtop"),
        (MAGIC + wire.encode(msgspec.structs.replace(HELLO, interval_s=float("nan"))), "is not a recording of ebtop"),
        (MAGIC + wire.encode(msgspec.structs.replace(HELLO, protocol=7)), "speaks protocol 7.*: update ebtop"),
        (MAGIC + wire.HEAD.pack(17, 0) + b"\x82\xa4type\x01\xa8protocol\x09", "speaks protocol 9.*: update ebtop"),
    ],
)
def test_foreign_files_are_refused_in_one_line(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=why) as caught:
        Reader(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["type", "probe"])
def test_no_row_can_pose_as_another_line_of_a_dump(path: Path, name: str) -> None:
    column = msgspec.structs.replace(EXEC.columns[0], id=name)
    hello = msgspec.structs.replace(HELLO, probes=(msgspec.structs.replace(EXEC, columns=(column,)),))
    with pytest.raises(RecordingError, match="is not a recording of ebtop"):
        Reader(raw(path, hello))


def test_a_missing_file_and_a_directory_are_refused_in_one_line(path: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"cannot read .*: no such file or directory: give a file made by"):
        Reader(path)
    with pytest.raises(RecordingError, match=r"cannot read .*: is a directory"):
        Reader(tmp_path)


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
