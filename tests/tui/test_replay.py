"""A recorded file on the screen: steps beyond what was played, speed, going to any time of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from probes.disk_sums import DiskFacts
from probes.snapshot import Snapshot
from tests.tui.fakes import HELLO, Machine
from tests.tui.screen import Screen, make_app
from tui.actions import running
from tui.recording import Reader, Writer
from tui.replay_source import ReplaySource

TICKS = 3000
SHORT = 200.0
"""A history of so many seconds: most of the recording is not on the tape."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty minutes; the facts of the disks are told with the first tick alone."""
    path = tmp_path_factory.mktemp("replay") / "long.ebtop"
    machine = Machine(rows=2, disks=0)
    with Writer(path, HELLO) as writer:
        for n in range(TICKS):
            writer.write(with_facts(machine.tick()) if n == 0 else machine.tick())
    return path


def with_facts(tick: Snapshot) -> Snapshot:
    block = msgspec.structs.replace(tick.probes[2], facts=[DiskFacts("nvme0n1", "the model")])
    return msgspec.structs.replace(tick, probes=(*tick.probes[:2], block))


@asynccontextmanager
async def replaying(path: Path, *, loop: bool = False) -> AsyncIterator[Screen]:
    with Reader(path) as reader:
        app = make_app(ReplaySource(reader, loop=loop))
        app.history.tape.most_ns = int(SHORT * 1e9)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            yield Screen(app, app.source, pilot, Machine())  # type: ignore[arg-type]


async def test_a_recording_can_be_looked_at_through_a_filter_from_its_beginning(recorded: Path) -> None:
    with Reader(recorded) as reader:
        app = make_app(ReplaySource(reader), text="!pid:1 nothing-of-that-name")
        async with app.run_test(size=(120, 40)) as pilot:
            screen = Screen(app, app.source, pilot, Machine())  # type: ignore[arg-type]
            await screen.press("space", *["right_square_bracket"] * 3)
            assert all(len(probe.log) == 0 for probe in app.history.view.probes)
            assert "nothing-of-that-name" in screen.text
            await screen.press("F")
            assert len(app.history.view.probes[0].log) > 0


async def until(screen: Screen, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await screen.pilot.pause(0.01)
    await screen.pilot.pause()


def all_known(screen: Screen) -> bool:
    """Whether the recording was read through: until then nobody knows where it ends."""
    outline = screen.app.source.outline
    return outline is not None and outline.whole


def shown(screen: Screen) -> int:
    """Which second of the recording is to be seen, counted from 1; 0 while there is none."""
    tick = screen.app.history.view.tick
    return 0 if tick is None else (tick.time - HELLO.time) // 1_000_000_000


async def test_steps_take_what_comes_next_from_the_file(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space", *["right_square_bracket"] * 5)
        assert shown(screen) == 6
        assert "PAUSED" in screen.text
        await screen.press("left_square_bracket", "left_square_bracket")
        assert shown(screen) == 4
        await screen.press("right")
        assert shown(screen) == 5
        await screen.press("L")
        assert shown(screen) == 6


async def test_space_goes_on_from_where_one_is(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space", *["right_square_bracket"] * 9, "plus", "plus", "plus", *["left_square_bracket"] * 5)
        assert shown(screen) == 5
        await screen.press("space")
        assert shown(screen) == 5
        assert "PAUSED" not in screen.text
        await until(screen, lambda: shown(screen) == 7)
        await screen.press("space")
        assert "PAUSED" in screen.text
        stopped = shown(screen)
        assert 7 <= stopped < 10
        await screen.press(*["plus"] * 3, "space")
        await until(screen, lambda: shown(screen) > 60)
        assert screen.app.history.cursor is None


async def test_space_stops_going_to_a_time(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SLICE_S", 0.0)
    async with replaying(recorded) as screen:
        await screen.press("at", *"+49m", "enter")
        await until(screen, lambda: "going to" in screen.text)
        await screen.press("space")
        assert "going to" not in screen.text
        assert "PAUSED" in screen.text
        assert shown(screen) < 2900


@pytest.mark.parametrize("key", ["L", "left_square_bracket"])
async def test_no_remark_stays_of_a_time_that_one_no_longer_goes_to(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(running, "SLICE_S", 0.0)
    async with replaying(recorded) as screen:
        await screen.press("at", *"+49m", "enter")
        await until(screen, lambda: "going to" in screen.text)
        await screen.press(key)
        assert "going to" not in screen.text


async def test_the_time_line_is_there_while_it_plays(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        assert screen.lines[-2].startswith(" 15:06:40 ")
        assert "speed 1x" in screen.text
        await screen.press("plus", "plus")
        assert "speed 4x" in screen.text
        await screen.press(*["minus"] * 9)
        assert "speed 1/8x" in screen.text
        await screen.press(*["plus"] * 12)
        assert "speed 64x" in screen.text
        await until(screen, lambda: shown(screen) > 40)


async def test_going_on_plays_what_is_between_without_drawing_it(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space", "at", *"+20m", "enter")
        await until(screen, lambda: shown(screen) == 1201)
        tape = screen.app.history.tape
        assert len(tape) == 200
        assert screen.app.history.view.probes[2].facts["nvme0n1"].model == "the model"
        await screen.press("space")
        assert "PAUSED" not in screen.text


async def test_going_back_before_the_tape_begins_the_file_anew(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space", "at", *"+45m", "enter")
        await until(screen, lambda: shown(screen) == 2701)
        await screen.press("at", *"-30m", "enter")
        await until(screen, lambda: screen.app.history.paused and shown(screen) == 901)
        view = screen.app.history.view
        assert view.probes[2].facts["nvme0n1"].model == "the model"
        assert view.probes[0].counts.shown == 1802
        assert [row for _, row in view.probes[0].log.rows(0, 99)]
        assert screen.app.history.tape.mark(screen.app.history.tape.first).events[2] == 1112


async def test_escape_stops_where_it_is(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SLICE_S", 0.0)  # a tick at a time: slow enough to be stopped
    async with replaying(recorded) as screen:
        await screen.press("at", *"+49m", "enter")
        await until(screen, lambda: "going to" in screen.text)
        await screen.press("escape")
        stopped = shown(screen)
        assert 1 < stopped < 2900
        assert "PAUSED" in screen.text
        await screen.press("right_square_bracket")
        assert shown(screen) == stopped + 1


async def test_escape_stops_where_all_was_skipped_so_far(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space", "at", *"+49m", "enter")
        await until(screen, lambda: shown(screen) == 2941)
        monkeypatch.setattr(running, "SLICE_S", 0.0)
        await screen.press("at", *"-20m", "enter")
        await until(screen, lambda: "going to" in screen.text)
        await screen.press("escape")
        assert 1 <= shown(screen) < 1600
        assert "PAUSED" in screen.text


@pytest.mark.parametrize(("typed", "at", "said"), [("+2h", 3000, "end"), ("-2h", 1, "beginning")])
async def test_beyond_its_ends_it_says_so(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, typed: str, at: int, said: str
) -> None:
    monkeypatch.setattr("tui.app.SAID_S", 600.0)  # however long a busy machine takes to press these keys
    async with replaying(recorded) as screen:
        await until(screen, lambda: all_known(screen))
        await screen.press("at", *typed, "enter")
        await until(screen, lambda: f"the recording is from 15:06:40 to 15:56:40: this is its {said}" in screen.text)
        assert shown(screen) == at


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    """Three ticks of 20 ms."""
    machine, path = Machine(rows=2), tmp_path / "brief.ebtop"
    with Writer(path, HELLO) as writer:
        for _ in range(3):
            writer.write(msgspec.structs.replace(machine.tick(), span_ns=20_000_000))
    return path


async def test_a_loop_goes_on_after_a_pause_at_its_end(brief: Path) -> None:
    async with replaying(brief, loop=True) as screen:
        await screen.press("space", *["right_square_bracket"] * 4)
        assert shown(screen) == 3
        assert "the recording ends here" in screen.text
        first = screen.app.history.tape.first
        await screen.press("space")
        await until(screen, lambda: screen.app.history.tape.first > first)
        await screen.press("left_square_bracket")
        assert "PAUSED" in screen.text


async def test_a_replay_is_not_recorded(brief: Path) -> None:
    async with replaying(brief) as screen:
        await screen.press("R")
        assert "this is a recording already" in screen.text
