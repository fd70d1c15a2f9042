"""Everything that bytes from elsewhere go into, each as one function of bytes: what fuzzing drives.

A target decodes what it is given, or says in one line why not. Another error, a hang or much memory is a bug.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast
from unittest import mock

import msgspec
from textual.events import Resize

from probes import decode, wire
from probes.block import PROBE as BLOCK
from probes.block_reader import MOST_DISKS
from probes.disk_sums import OPS
from probes.exec import PROBE as EXEC
from probes.filter import FilterError, parse, parse_local
from probes.kernel import image
from probes.kernel.btf import Btf, BtfError
from probes.kernel.loader import Loaded
from probes.open import PROBE as OPEN
from probes.probe import Probe, Reader
from probes.snapshot import Bye, Hello, ProbeTick, Snapshot
from probes.sysfs import udev_notes
from tests.hostile import endless, good
from tests.hostile.recordings import framed
from tui import recording, theme
from tui.dump import Dump, Options
from tui.dump_json import JsonSink
from tui.outline import Outline
from tui.settings import load
from tui.settings.kept import Kept
from tui.settings.readers import Columns, Known
from tui.settings.settings import Settings
from tui.terminal_input import LARGEST, TerminalInput
from tui.verify import snapshot_problem

KNOWN = Known(("exec", "open"), lambda: {"exec": Columns(("pid", "comm"), ("pid",))}, lambda: ("dark", "light"))


class Target(NamedTuple):
    """feed: takes the bytes, and a folder for its files; seeds: bytes that it takes well; endless: see there."""

    feed: Callable[[bytes, Path], None]
    seeds: tuple[bytes, ...]
    endless: tuple[bytes, ...] = ()


def one_line(error: Exception) -> None:
    """What is wrong is told in one line."""
    assert str(error)
    assert "\n" not in str(error)


# What comes over a pipe, or from a file of another


def frames(data: bytes, _folder: Path) -> None:
    for made in (wire.messages, wire.controls, wire.questions, wire.answers):
        try:
            made().feed(data)
        except wire.WireError as error:
            one_line(error)


def messages(data: bytes, folder: Path) -> None:
    """The same within a frame that is in order."""
    frames(framed(data), folder)


def recordings(data: bytes, folder: Path) -> None:
    """What can be read of a recording can be dumped, and skimmed."""
    path = folder / "x.ebtop"
    path.write_bytes(recording.MAGIC + data)
    try:
        with recording.Reader(path) as reader:
            _dump(reader.hello, reader)
            _skim(reader)
            assert "\n" not in (reader.cut or "")
    except recording.RecordingError as error:
        one_line(error)


def _skim(reader: recording.Reader) -> None:
    outline = Outline(reader.hello.probes)
    for tick in reader.skimmed():
        outline.add(tick)
        outline.stretch(0, len(outline))
    reader.since = good.TICKS[0].time + 1
    for tick in reader:
        reader.whole(tick)


def openings(data: bytes, folder: Path) -> None:
    """A recording that begins with this."""
    recordings(framed(data) + framed(good.PAYLOADS[1]), folder)


def ticks(data: bytes, folder: Path) -> None:
    """A recording that goes on with this."""
    recordings(framed(good.PAYLOADS[0]) + framed(data), folder)


def _dump(hello: Hello, ticks: Iterable[Snapshot]) -> None:
    probes = tuple(probe.id for probe in hello.probes)
    dump = Dump(hello, JsonSink(io.BytesIO()), Options(probes, True, parse(""), live=False))
    for tick in ticks:
        dump.take(tick)
    dump.end()


# What comes out of the kernel


class _Ring:
    """A ring buffer with the records that a test puts into it."""

    def __init__(self) -> None:
        self.records: list[bytes] = []

    def drain(self) -> Iterator[bytes]:
        while self.records:
            yield self.records.pop()

    def close(self) -> None:
        """There is nothing to close."""


class _Rings:
    """A probe in no kernel."""

    def __init__(self) -> None:
        self.maps = mock.MagicMock()
        self.rings: dict[str, _Ring] = {}

    def ring(self, name: str) -> _Ring:
        return self.rings.setdefault(name, _Ring())


class Reckoned(NamedTuple):
    """A number in a record that the probe's own program reckons, so that it is below `most`: where, and how packed."""

    at: int
    packed: str
    most: int


def _time(at: int) -> Reckoned:
    return Reckoned(at, "=Q", 1 << 56)


def _in_order(record: bytes, numbers: Sequence[Reckoned]) -> bytes:
    whole = bytearray(record)
    for number in numbers:
        with suppress(struct.error):  # the record is shorter
            (value,) = struct.unpack_from(number.packed, whole, number.at)
            struct.pack_into(number.packed, whole, number.at, value % number.most)
    return bytes(whole)


def records_of(probe: Probe, ring: str, *reckoned: Reckoned) -> Callable[[bytes, Path], None]:
    """A record of a ring buffer is counted as undecodable, or becomes something that a recording takes."""
    trees = next((at for at, column in enumerate(probe.info.columns) if column.id == "tree"), None)
    made: list[tuple[_Rings, Reader]] = []

    def feed(data: bytes, _folder: Path) -> None:
        if not made:
            loaded = _Rings()
            made.append((loaded, probe.reader(cast("Loaded", loaded))))
        ((loaded, reader),) = made
        loaded.ring(ring).records.append(_in_order(data, reckoned))
        found = reader.drain()
        for row in found.rows:
            if trees is not None:
                row[trees] = None  # bits, of which the session makes words
        tick = ProbeTick(probe.info.id, "on", rows=found.rows, exits=found.exits, kin=dict(found.kin))
        assert not (problem := snapshot_problem(good.snapshot(tick), {probe.info.id: probe.info})), problem
        wire.encode(good.snapshot(tick))

    return feed


def kernel_text(data: bytes, _folder: Path) -> None:
    """Text can always be sent, and comes back."""
    for text in (decode.text(data), os.fsdecode(data), f"\ud800{os.fsdecode(data)}"):
        assert wire.messages().feed(wire.encode(Bye(text)))


def btf(data: bytes, _folder: Path) -> None:
    try:
        Btf(data).offset("task", "pid")
    except BtfError as error:
        one_line(error)


def images(data: bytes, _folder: Path) -> None:
    with suppress(msgspec.MsgspecError, ValueError, RecursionError):
        image.decode(data)


def terminal(data: bytes, _folder: Path) -> None:
    """Whatever a terminal sends, keys after it are keys; no screen is larger than can be drawn."""
    typed = TerminalInput()
    for event in (*typed.take(data), *typed.take(b"")):
        if isinstance(event, Resize):
            assert event.size.width <= LARGEST.width
            assert event.size.height <= LARGEST.height


def udev(data: bytes, folder: Path) -> None:
    (folder / "b8:0").write_bytes(data)
    udev_notes(folder)


# What the user wrote


def settings(data: bytes, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_bytes(data)
    for warning in load.load(path, KNOWN).warnings:
        assert str(path) in warning
        assert "\n" not in warning


def themes(data: bytes, folder: Path) -> None:
    path = folder / "x.toml"
    path.write_bytes(data)
    try:
        theme.read(path)
    except theme.ThemeError as error:
        one_line(error)


def kept(data: bytes, folder: Path) -> None:
    """What a screen left behind for the next one, in JSON."""
    (folder / "ebtop").mkdir(exist_ok=True)
    (folder / "ebtop/screen.json").write_bytes(data)
    with mock.patch.dict(os.environ, XDG_STATE_HOME=str(folder)):
        Kept.load(Settings())


def filters(data: bytes, _folder: Path) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for read in (parse, parse_local):
        try:
            made = read(text)
        except FilterError as error:
            one_line(error)
            continue
        for value in ("a" * 30_000 + "!", "", "\x1b\udcff", "(" * 5000):
            made.matches({"comm": value, "path": value, "pid": 7, "argv": [value] * 5})


def _encoded(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(text.encode("utf-8", "surrogateescape") for text in texts)


BLOCK_NUMBERS = *map(_time, range(0, 32, 8)), Reckoned(56, "=I", MOST_DISKS), Reckoned(64, "=B", len(OPS))
"""Times and the sector; the disk; the operation."""

TARGETS: Mapping[str, Target] = {
    "frames": Target(frames, (good.STREAM,)),
    "messages": Target(messages, good.PAYLOADS),
    "recordings": Target(recordings, (good.STREAM, good.STREAM[:9000])),
    "openings": Target(openings, good.PAYLOADS[:1]),
    "ticks": Target(ticks, good.PAYLOADS[1:3]),
    "exec-rows": Target(records_of(EXEC, "rows", _time(0)), (good.EXEC_ROW,)),
    "exec-ends": Target(records_of(EXEC, "ends", _time(0), _time(8)), (struct.pack("=QQII", 2, 1, 7, 0),)),
    "open-rows": Target(records_of(OPEN, "rows", _time(0), _time(8)), (good.OPEN_ROW,)),
    "block-rows": Target(records_of(BLOCK, "rows", *BLOCK_NUMBERS), (good.BLOCK_ROW,)),
    "kernel-text": Target(kernel_text, (b"comm\0rest",)),
    "btf": Target(btf, (good.btf(),)),
    "images": Target(images, (image.encode(image.Image((), ())),)),
    "terminal": Target(terminal, good.TERMINAL),
    "udev": Target(udev, (b"E:ID_MODEL=disk\nE:ID_FS_LABEL\nE:=\n",)),
    "settings": Target(settings, (good.CONFIG,), _encoded(endless.TOML)),
    "themes": Target(themes, (good.theme(),), _encoded(endless.TOML)),
    "kept": Target(kept, (b'{"layout": {"views": {"exec": "groups"}}, "theme": "dark"}',), _encoded(endless.JSON)),
    "filters": Target(filters, (b'comm:"a*" !(pid:1,2 or path~^/etc/.+$) lat>9ms',), _encoded(endless.FILTERS)),
}
"""By name."""
