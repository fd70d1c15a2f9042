"""Sources: a link is read when it has something to say; a recording is played at its own pace."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import msgspec
import pytest

from probes import wire
from probes.controls import Control, SetFilter
from probes.disk_sums import DiskFacts, Threshold
from probes.snapshot import Bye, Hello, Message, Snapshot
from tests.tui.fakes import HELLO, Machine
from tui import survey
from tui.live_source import LiveSource
from tui.replay_source import ReplaySource


class Collected:
    """A sink that remembers, and can be waited for."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[object] = asyncio.Queue()
        self.passed_over: list[Snapshot] = []
        self.more: asyncio.Queue[bool] = asyncio.Queue()

    def tick(self, snapshot: Snapshot) -> None:
        self.said.put_nowait(snapshot.time)

    def passed(self, snapshot: Snapshot) -> None:
        self.passed_over.append(snapshot)
        self.said.put_nowait(snapshot.time)

    def outlined(self) -> None:
        self.more.put_nowait(True)

    def restart(self) -> None:
        self.said.put_nowait("restart")

    def finished(self, notice: str) -> None:
        self.said.put_nowait(("finished", notice))

    def ended(self, reason: str) -> None:
        self.said.put_nowait(("ended", reason))

    async def next(self) -> object:
        async with asyncio.timeout(10):
            return await self.said.get()


class PipeLink:
    """A link whose other end the test holds."""

    def __init__(self) -> None:
        self.out, self.far = os.pipe()
        self.sent: list[Control] = []
        self._decoder = wire.messages()

    @property
    def hello(self) -> Hello:
        return HELLO

    def fileno(self) -> int:
        return self.out

    def read(self) -> list[Message]:
        data = os.read(self.out, 1 << 20)
        if not data:
            raise RuntimeError("the collector ended: start ebtop again")
        return self._decoder.feed(data)

    def send(self, control: Control) -> None:
        if isinstance(control, SetFilter) and control.text == "broken":
            raise BrokenPipeError("the collector has gone")
        self.sent.append(control)

    def say(self, *messages: Message) -> None:
        os.write(self.far, b"".join(map(wire.encode, messages)))


@pytest.fixture
def link() -> Iterator[PipeLink]:
    made = PipeLink()
    yield made
    for fd in (made.out, made.far):
        try:
            os.close(fd)
        except OSError:
            continue


async def test_snapshots_come_as_they_are_said(link: PipeLink) -> None:
    sink, machine = Collected(), Machine(rows=2)
    source = LiveSource(link)
    source.start(sink)
    first, second = machine.tick(), machine.tick()
    link.say(first, second)
    assert [await sink.next(), await sink.next()] == [first.time, second.time]
    source.stop()


@pytest.mark.parametrize("reason", ["", "the probe budget is spent: start ebtop again"])
async def test_a_bye_ends_it_with_its_reason(link: PipeLink, reason: str) -> None:
    sink = Collected()
    LiveSource(link).start(sink)
    link.say(Bye(reason))
    assert await sink.next() == ("ended", reason)


async def test_a_link_that_breaks_ends_it_with_what_it_says(link: PipeLink) -> None:
    sink = Collected()
    LiveSource(link).start(sink)
    os.close(link.far)
    assert await sink.next() == ("ended", "the collector ended: start ebtop again")


async def test_sending_into_a_broken_link_ends_it_once(link: PipeLink) -> None:
    sink = Collected()
    source = LiveSource(link)
    source.start(sink)
    source.send(SetFilter("comm:x"))
    source.send(SetFilter("broken"))
    source.send(SetFilter("broken"))
    assert link.sent == [SetFilter("comm:x")]
    assert await sink.next() == ("ended", "the collector has gone")
    assert sink.said.empty()


class Recorded:
    """A recording of a few brief ticks."""

    hello = HELLO

    def __init__(self, cut: str | None = None, span_ns: int = 2_000_000) -> None:
        machine = Machine(rows=1)
        self.ticks = [msgspec.structs.replace(machine.tick(), span_ns=span_ns) for _ in range(3)]
        self.cut = cut
        self.since = 0

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self.ticks)

    def whole(self, tick: Snapshot) -> Snapshot:
        return tick

    def skimmed(self) -> Iterator[Snapshot]:
        return iter(self.ticks)


@pytest.mark.parametrize("cut", [None, "recording x is cut short after 3.0 s"])
async def test_a_recording_is_played_to_its_end(cut: str | None) -> None:
    sink, recording = Collected(), Recorded(cut)
    ReplaySource(recording).start(sink)
    assert [await sink.next() for _ in range(4)] == [*(tick.time for tick in recording.ticks), ("finished", cut or "")]


async def test_a_tick_is_waited_for_as_long_as_it_took_itself() -> None:
    sink, recording = Collected(), Recorded()
    recording.ticks[0] = msgspec.structs.replace(recording.ticks[0], span_ns=60_000_000_000)
    source = ReplaySource(recording)
    source.start(sink)
    assert [await sink.next() for _ in range(2)] == [tick.time for tick in recording.ticks[:2]]
    source.stop()


async def test_a_demo_that_was_held_at_its_end_stays_as_long_as_its_last_tick() -> None:
    recording = Recorded()
    recording.ticks[1:] = [msgspec.structs.replace(recording.ticks[1], span_ns=60_000_000_000)]
    source, sink = await standing_still(recording, loop=True)
    source.advance()
    await sink.next()
    source.pause(False)
    await asyncio.sleep(0.02)  # nothing must come, and so nothing can be awaited
    assert sink.said.empty()
    source.stop()


async def test_a_demo_begins_anew() -> None:
    sink, recording = Collected(), Recorded()
    source = ReplaySource(recording, loop=True)
    source.start(sink)
    said = [await sink.next() for _ in range(5)]
    source.stop()
    assert said[3:] == ["restart", recording.ticks[0].time]


async def test_what_is_to_come_is_read_a_little_at_a_time_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "SLICE_S", 0.0)
    recording, machine, sink = Recorded(), Machine(rows=1), Collected()
    recording.ticks = [machine.tick() for _ in range(99)]
    source = ReplaySource(recording)
    source.start(sink)
    assert len(source.outline) == 2, "what is shown, and what comes next"
    for _ in range(5):
        await sink.more.get()
    known = len(source.outline)
    assert 5 <= known < 99
    source.stop()
    await asyncio.sleep(2 * survey.BREATH_S)  # nothing must come, and so nothing can be awaited
    assert (len(source.outline), source.outline.whole) == (known, False)


@pytest.mark.parametrize("prelude", [1, 2, 9])
async def test_a_prelude_is_handed_over_at_once_and_a_tick_is_left(prelude: int) -> None:
    sink, recording = Collected(), Recorded()
    source = ReplaySource(recording, prelude=prelude)
    source.start(sink)
    assert sink.passed_over == recording.ticks[: min(prelude, 2)]
    said = [await sink.next() for _ in range(4)]
    assert said == [*(tick.time for tick in recording.ticks), ("finished", "")]


async def test_a_paused_recording_stands_still() -> None:
    sink, recording = Collected(), Recorded()
    source = ReplaySource(recording)
    source.start(sink)
    source.pause(True)
    await asyncio.sleep(0.02)  # ten times its span: nothing must come, and so nothing can be awaited
    assert sink.said.qsize() == 1
    source.pause(False)
    assert [await sink.next() for _ in range(3)] == [tick.time for tick in recording.ticks]
    source.stop()


async def test_an_empty_recording_is_over_at_once() -> None:
    sink, recording = Collected(), Recorded("nothing was recorded")
    recording.ticks = []
    ReplaySource(recording).start(sink)
    assert await sink.next() == ("finished", "nothing was recorded")


async def standing_still(recording: Recorded, *, loop: bool = False) -> tuple[ReplaySource, Collected]:
    """A recording that stands still after its first tick."""
    sink, source = Collected(), ReplaySource(recording, loop=loop)
    source.start(sink)
    source.pause(True)
    await sink.next()
    return source, sink


async def test_a_recording_that_stands_still_hands_over_a_tick_at_a_time() -> None:
    recording = Recorded()
    source, sink = await standing_still(recording)
    assert source.advance() == recording.ticks[1]
    assert await sink.next() == recording.ticks[1].time
    source.advance()
    assert source.advance() is None
    await sink.next()
    source.begin_anew()
    assert await sink.next() == "restart"
    assert source.advance() == recording.ticks[0]
    source.stop()


async def test_what_is_passed_over_leaves_its_facts() -> None:
    recording = Recorded()
    facts, limits = [DiskFacts("sda", "x")], [Threshold("sda", "read", 1.0, "tail")]
    block = msgspec.structs.replace(recording.ticks[1].probes[2], facts=facts, thresholds=limits)
    recording.ticks[1] = msgspec.structs.replace(recording.ticks[1], probes=(*recording.ticks[1].probes[:2], block))
    source, sink = await standing_still(recording)
    last = recording.ticks[2]
    assert source.advance(last.time) == recording.ticks[1]
    assert sink.said.empty()
    source.advance(last.time)
    told = sink.passed_over[-1]
    assert (told.time, told.probes[2].facts, told.probes[2].thresholds) == (last.time, facts, limits)
    assert told.probes[0] == last.probes[0]
    source.stop()


async def test_ticks_that_come_faster_than_the_screen_is_drawn_are_not_all_shown() -> None:
    recording = Recorded(span_ns=20_000_000)
    machine = Machine(rows=1)
    recording.ticks = [msgspec.structs.replace(machine.tick(), span_ns=20_000_000) for _ in range(40)]
    sink, source = Collected(), ReplaySource(recording)
    source.speed = 8.0
    source.start(sink)
    assert [await sink.next() for _ in range(41)] == [*(tick.time for tick in recording.ticks), ("finished", "")]
    assert 20 < len(sink.passed_over) < 40


@pytest.mark.alone
async def test_at_twice_the_speed_it_takes_half_the_time() -> None:
    loop = asyncio.get_running_loop()
    recording = Recorded(span_ns=400_000_000)
    sink, source = Collected(), ReplaySource(recording)
    source.speed = 4.0
    began = loop.time()
    source.start(sink)
    for _ in range(4):
        await sink.next()
    assert 0.2 <= loop.time() - began < 0.8
