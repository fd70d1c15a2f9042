"""Every decoder, given anything: it decodes, or says in one line why not. Never another error, a hang, or much memory.

`make fuzz` gives these tests more time, and lets coverage guide what is tried (tests/hostile/guided.py).
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import tomllib
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes import wire
from probes.filter import parse
from probes.lanes import Lanes, lanes
from probes.latency import SLOTS
from probes.snapshot import Message
from tests.hostile import good
from tests.hostile.forged import sessions
from tests.hostile.names import TEXTS
from tests.hostile.targets import TARGETS
from tests.tui.fakes import FakeSource
from tests.tui.screen import make_app
from tui.dump import Dump, Options
from tui.dump_json import JsonSink
from tui.dump_text import TextSink

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


junk = st.binary(max_size=200)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Good bytes, some of them changed, cut out or doubled."""
    data = bytearray(whole)
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


@pytest.mark.parametrize("name", TARGETS)
@often(150)
@given(st.data())
def test_anything(name: str, tmp_path: Path, data: st.DataObject) -> None:
    target = TARGETS[name]
    target.feed(data.draw(st.one_of(junk, *map(damaged, target.seeds))), tmp_path)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_in_order(name: str, tmp_path: Path) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].feed(seed, tmp_path)


@pytest.mark.parametrize("name", [name for name in TARGETS if TARGETS[name].endless])
@often(30)
@given(st.data())
def test_what_would_take_for_ever(name: str, tmp_path: Path, data: st.DataObject) -> None:
    target = TARGETS[name]
    target.feed(data.draw(st.sampled_from(target.endless)), tmp_path)


def test_toml_itself_can_be_read_by_the_library() -> None:
    """What is damaged is TOML where it is meant to be."""
    assert tomllib.loads(good.CONFIG.decode())["probes"] == ["exec"]


pieces = st.lists(
    st.sampled_from(
        ["comm", "pid", "path", ":", "=", "~", "!", "(", ")", " or ", " ", ",", "*", "[a-", '"', "a+", "\x1b", "9"]
    )
    | st.text(max_size=3),
    max_size=30,
).map("".join)


@often(200)
@given(pieces)
def test_filters(tmp_path: Path, text: str) -> None:
    TARGETS["filters"].feed(text.encode("utf-8", "surrogateescape"), tmp_path)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TEXTS[:40]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["exec", "x", "\x1b"]), inner, max_size=3)
    ),
)


@often(100)
@given(values)
def test_what_was_kept(tmp_path: Path, value: object) -> None:
    for text in (json.dumps(value), json.dumps({"layout": {"views": value}, "theme": value})):
        TARGETS["kept"].feed(text.encode(), tmp_path)


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


def test_damaged_frames_take_little_memory(tmp_path: Path) -> None:
    dice = random.Random(1)
    tracemalloc.start()
    for _ in range(300):
        data = bytearray(good.STREAM)
        for _ in range(3):
            data[dice.randrange(len(data))] = dice.choice((0xDD, 0xDF, 0xDB, 0xC6, 0xFF))
        TARGETS["frames"].feed(bytes(data), tmp_path)
        TARGETS["messages"].feed(bytes(data[8:]), tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_MEMORY
