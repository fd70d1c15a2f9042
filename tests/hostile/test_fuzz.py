"""Every decoder, given anything: it decodes, or says in one line why not. Never another error, a hang, or much memory.

`make fuzz` gives these tests more time.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import struct
import tomllib
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from probes import decode, wire
from probes.filter import FilterError, parse, parse_local
from probes.kernel import image
from probes.kernel.btf import Btf, BtfError
from probes.lanes import Lanes, lanes
from probes.latency import SLOTS
from probes.snapshot import Bye, Message
from probes.sysfs import udev_notes
from probes.wire import Decoder, WireError
from tests.hostile.forged import sessions
from tests.hostile.names import TEXTS
from tests.hostile.recordings import framed
from tests.tui.fakes import HELLO, FakeSource, Machine
from tests.tui.screen import make_app
from tui import theme
from tui.dump import Dump, Options
from tui.dump_json import JsonSink
from tui.dump_text import TextSink
from tui.recording import MAGIC, Reader, RecordingError
from tui.settings import load
from tui.settings.kept import Kept
from tui.settings.readers import Columns, Known
from tui.settings.settings import Settings

TIMES = int(os.environ.get("EBTOP_FUZZ", "1"))
"""How many times as many examples as usual."""
MOST_MEMORY = 64 << 20
DEADLINE_MS = 5000


def often(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many examples, each within the deadline."""
    return settings(
        max_examples=examples * TIMES,
        deadline=DEADLINE_MS,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
    )


GOOD = [HELLO, *(Machine().tick() for _ in range(2)), Bye("")]
STREAM = b"".join(map(wire.encode, GOOD))
junk = st.binary(max_size=200)


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """Good bytes, some of them changed, cut out or doubled."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=4))
            case 1:
                del data[at : at + draw(st.integers(1, 40))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
            case _:
                data[at : at + 4] = draw(st.sampled_from([b"\xff" * 4, bytes(4), b"\xdd\xff\xff\xff", b"\xc1" * 4]))
    return bytes(data)


def one_line(error: Exception) -> None:
    """What is wrong is told in one line."""
    assert str(error)
    assert "\n" not in str(error)


def decoded(decoder: Decoder[object], data: bytes) -> None:
    try:
        decoder.feed(data)
    except WireError as error:
        one_line(error)


@often(200)
@given(st.one_of(junk, junk.map(framed), *(damaged(msgspec.msgpack.encode(one)).map(framed) for one in GOOD)))
def test_frames(data: bytes) -> None:
    for made in (wire.messages, wire.controls, wire.questions, wire.answers):
        decoded(made(), data)


@often(100)
@given(st.one_of(junk, damaged(STREAM), damaged(STREAM).map(lambda data: data[:9000])))
def test_recordings(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.ebtop"
    path.write_bytes(MAGIC + data)
    try:
        with Reader(path) as reader:
            list(reader)
    except RecordingError as error:
        one_line(error)


@often(60)
@given(sessions())
def test_whatever_passes_the_checks_can_be_dumped(session: tuple[wire.Message, list[Message]]) -> None:
    hello, ticks = session
    probes = tuple(probe.id for probe in hello.probes)  # type: ignore[union-attr]
    for every, sink in ((True, JsonSink(io.BytesIO())), (False, TextSink(io.StringIO()))):
        dump = Dump(hello, sink, Options(probes, every, parse(""), live=False))  # type: ignore[arg-type]
        for tick in ticks:
            dump.take(tick)  # type: ignore[arg-type]
        dump.end()


KEYS = "j,enter,escape,v,v,t,s,tab,v,v,v,enter,escape,left_square_bracket,L,z,tab,w,escape,o,question_mark,escape"


@settings(max_examples=5 * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
@given(sessions(3))
def test_whatever_passes_the_checks_can_be_shown(session: tuple[wire.Message, list[Message]]) -> None:
    async def show() -> None:
        hello, ticks = session
        source = FakeSource(hello, live=False)  # type: ignore[arg-type]
        app = make_app(source)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            for tick in ticks:
                source.give(tick)  # type: ignore[arg-type]
            await pilot.press(*KEYS.split(","))
        assert app.outcome == ("", 0)

    asyncio.run(show())


@often(200)
@given(st.integers(-(1 << 63), (1 << 63) - 1), st.sampled_from([1, 2, 4, 8]), st.binary(max_size=4096))
def test_lanes(first: int, width: int, data: bytes) -> None:
    if len(data) % width == 0:
        assert len(Lanes(first, width, data).values()) == len(data) // width


def test_lanes_of_every_slot_come_back() -> None:
    slots = dict.fromkeys(range(SLOTS), (1 << 63) - 1)
    packed = lanes(slots)
    assert dict(zip(range(packed.first, packed.end), packed.values(), strict=True)) == slots


KNOWN = Known(("exec", "open"), lambda: {"exec": Columns(("pid", "comm"), ("pid",))}, lambda: ("dark", "light"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TEXTS[:40]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["exec", "x", "\x1b"]), inner, max_size=3)
    ),
)
TOML = [
    'probes = ["exec"]\ninterval = "1s"\n[keys]\nquit = ["x"]\n[columns]\nexec = ["pid", "comm"]\n',
    "interval = " + "[" * 500 + "]" * 500,
    "a = " + "{b = " * 200 + "1" + "}" * 200,
    "x" * 60_000,
    'theme = "' + "\\u202e" * 5000 + '"',
    "rows = " + "9" * 5000,
    "interval = 1e999999\n",
    "[keys]\n" + "\n".join(f'k{n} = ["x"]' for n in range(2000)),
    "a" + ".a" * 2000 + " = 1",
    "history = 2026-99-99T00:00:00Z",
]


@often(100)
@given(st.one_of(junk, *(damaged(text.encode()) for text in TOML[:1])))
@example(TOML[1].encode())
@example(TOML[2].encode())
@example(TOML[3].encode())
@example(TOML[4].encode())
@example(TOML[5].encode())
@example(TOML[6].encode())
@example(TOML[7].encode())
@example(TOML[8].encode())
@example(TOML[9].encode())
def test_settings_and_themes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    for warning in load.load(path, KNOWN).warnings:
        assert str(path) in warning
        assert "\n" not in warning
    try:
        theme.read(path)
    except theme.ThemeError as error:
        one_line(error)


@often(100)
@given(values)
def test_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "ebtop").mkdir(exist_ok=True)
    for text in (json.dumps(value), json.dumps({"layout": {"views": value}, "theme": value}), "[" * 50_000):
        (tmp_path / "ebtop/screen.json").write_text(text)
        Kept.load(Settings())


FILTERS = (
    "(" * 20_000, "!" * 20_000, "a:b " * 5000, "comm~(a+)+$", "comm~" + "(" * 5000, "comm~(a|aa)+b", "comm~a{99999}",
    "comm:" + "*a" * 200, "path~" + ".*" * 500 + "x", 'comm:"' + "\\" * 9999, "pid:" + "9" * 5000, "lat>1e999s",
    "pid:1," * 5000, "comm:\udcff", "comm~[" + "\U0010ffff-" * 300,
)  # fmt: skip
pieces = st.lists(
    st.sampled_from(
        ["comm", "pid", "path", ":", "=", "~", "!", "(", ")", " or ", " ", ",", "*", "[a-", '"', "a+", "\x1b", "9"]
    )
    | st.text(max_size=3),
    max_size=30,
).map("".join)


def filtered(text: str) -> None:
    for read in (parse, parse_local):
        try:
            made = read(text)
        except FilterError as error:
            one_line(error)
            continue
        for value in ("a" * 30_000 + "!", "", "\x1b\udcff", "(" * 5000):
            made.matches({"comm": value, "path": value, "pid": 7, "argv": [value] * 5})


@often(200)
@given(pieces)
def test_filters(text: str) -> None:
    filtered(text)


@settings(deadline=DEADLINE_MS)
@given(st.sampled_from(FILTERS))
def test_filters_that_would_take_for_ever(text: str) -> None:
    filtered(text)


def btf() -> bytes:
    strings = b"\0int\0task\0pid\0"
    types = (
        struct.pack("<IIII", 1, 0x01000000, 4, 32)
        + struct.pack("<III", 5, 0x04000001, 4)
        + struct.pack("<III", 10, 1, 0)
    )
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
    return head + types + strings


@often(300)
@given(st.one_of(junk, damaged(btf()), st.binary(max_size=60).map(lambda tail: btf()[:24] + tail)))
def test_btf(data: bytes) -> None:
    try:
        Btf(data).offset("task", "pid")
    except BtfError as error:
        one_line(error)


@often(200)
@given(st.one_of(junk, damaged(image.encode(image.Image((), ())))))
def test_images(data: bytes) -> None:
    with suppress(msgspec.MsgspecError, ValueError):
        image.decode(data)


@often(200)
@given(junk)
def test_text_of_the_kernel_can_always_be_sent(data: bytes) -> None:
    wire.encode(Bye(decode.text(data)))
    wire.encode(Bye(os.fsdecode(data)))
    assert wire.messages().feed(wire.encode(Bye(f"\ud800{os.fsdecode(data)}")))


@often(50)
@given(junk)
def test_notes_of_udev(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b8:0").write_bytes(b"E:" + data + b"\nE:ID_FS_LABEL\nE:=\n")
    udev_notes(tmp_path)


def test_damaged_frames_take_little_memory() -> None:
    dice = random.Random(1)
    tracemalloc.start()
    for _ in range(300):
        data = bytearray(STREAM)
        for _ in range(3):
            data[dice.randrange(len(data))] = dice.choice((0xDD, 0xDF, 0xDB, 0xC6, 0xFF))
        decoded(wire.messages(), bytes(data))
        payload = bytes(data[8:])
        decoded(wire.messages(), framed(payload))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_MEMORY


def test_toml_itself_can_be_read_by_the_library() -> None:
    """What the examples above are made of is TOML where it is meant to be."""
    assert tomllib.loads(TOML[0])["probes"] == ["exec"]
