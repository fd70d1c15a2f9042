"""Damage to a recording costs what is behind it and nothing else; what is no recording is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from probes import wire
from probes.disk_sums import Aside, Disk, DiskFacts, Hist, Part, Threshold, Work
from probes.lanes import Lanes, lanes
from probes.latency import SLOTS
from probes.snapshot import Bye, Exit, ProbeTick, Snapshot, Tally
from tests.unit.recorded import FACTS, TICKS, raw, read, record
from tests.unit.sessions import BOX, EXEC, HELLO, exec_row, exec_tick, open_row, open_tick
from tui.recording import MAGIC, Reader, RecordingError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ebtop"


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
