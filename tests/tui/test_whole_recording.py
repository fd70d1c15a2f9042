"""Opening a recording: the time line knows all of it, ahead of what was played too, and one can go anywhere on it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from probes.snapshot import Snapshot
from tests.tui.fakes import HELLO, SECOND, START, Machine
from tests.tui.raid import raid_tick
from tests.tui.screen import Screen
from tests.tui.test_replay import recorded, replaying, shown, until
from tui import survey
from tui.recording import Writer
from tui.widgets.glyphs import UNICODE
from tui.widgets.time_line import TimeLine

__all__ = ["recorded"]


def time_line(screen: Screen) -> str:
    return screen.lines[-2]


async def read_through(screen: Screen) -> None:
    """Wait until all of the recording is known."""
    await until(screen, lambda: screen.app.source.outline.whole)  # type: ignore[union-attr]


@pytest.fixture
def burst(tmp_path: Path) -> Path:
    """A minute; in its fortieth second much is going on."""
    machine, path = Machine(rows=0, disks=0), tmp_path / "burst.ebtop"
    with Writer(path, HELLO) as writer:
        for n in range(60):
            machine.rows = 400 if n == 39 else 0
            writer.write(machine.tick())
    return path


async def test_a_burst_is_seen_before_it_is_played(burst: Path) -> None:
    async with replaying(burst) as screen:
        await screen.press("space")
        await read_through(screen)
        assert shown(screen) == 1
        line = time_line(screen)
        assert line.startswith(" 15:06:40 ")
        assert " 15:07:40 " in line
        assert "15:06:41      1s of 60s" in line
        bars = line[len(" 15:06:40 ") :]
        assert bars.index("█") == 39
        assert bars[0] == UNICODE.down


async def test_a_click_ahead_goes_there(burst: Path) -> None:
    async with replaying(burst) as screen:
        await read_through(screen)
        await screen.pilot.click("#time-line", offset=(10 + 39, 0))
        await until(screen, lambda: shown(screen) == 40)
        assert "PAUSED" in screen.text
        assert "40s of 60s" in time_line(screen)


async def test_key_by_key_to_its_ends_and_back(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space")
        await read_through(screen)
        assert "15:06:40" in time_line(screen)
        assert "15:56:40" in time_line(screen)
        await screen.press("tab", "tab", "tab")
        assert isinstance(screen.app.focused, TimeLine)
        await screen.press("G")
        await until(screen, lambda: shown(screen) == 3000)
        assert "50m 00s of 50m" in time_line(screen)
        assert len(screen.app.history.tape) == 200
        await screen.press("g")
        await until(screen, lambda: shown(screen) == 1)
        await screen.press("right_square_bracket")
        assert shown(screen) == 2
        await screen.press("pagedown")
        await until(screen, lambda: shown(screen) > 290)
        assert (there := shown(screen)) < 310
        await screen.press("left_square_bracket")
        assert shown(screen) == there - 1
        await screen.press("pageup")
        await until(screen, lambda: 0 < shown(screen) < 10)
        assert "PAUSED" in screen.text


async def test_a_step_back_before_what_is_kept_reads_it_again(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space", "at", *"+20m", "enter")
        await until(screen, lambda: shown(screen) == 1201)
        first = screen.app.history.tape.first
        screen.app.history.look_at(first)
        before = shown(screen)
        await screen.press("left_square_bracket")
        await until(screen, lambda: shown(screen) == before - 1)
        assert "history begins" not in screen.text


async def test_while_a_time_is_typed_it_tells_from_when_to_when(recorded: Path) -> None:
    async with replaying(recorded) as screen:
        await screen.press("space")
        await read_through(screen)
        await screen.press("at")
        assert "15:06:40 to 15:56:40" in screen.text
        await screen.press(*"16:30", "enter")
        await until(screen, lambda: shown(screen) == 3000)
        assert "the recording is from 15:06:40 to 15:56:40: this is its end" in screen.text
        await screen.press("at", *"14:00", "enter")
        await until(screen, lambda: shown(screen) == 1)
        assert "the recording is from 15:06:40 to 15:56:40: this is its beginning" in screen.text


async def test_what_is_not_read_yet_is_told(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "SLICE_S", 0.0)
    async with replaying(recorded) as screen:
        await screen.press("space")
        outline = screen.app.source.outline
        assert outline
        assert not outline.whole
        assert "+ " in time_line(screen)
        await screen.press("at")
        assert "15:06:40 to 15:0" in screen.text
        assert " and on" in screen.text
        known = outline.ends
        await until(screen, lambda: outline.ends > known)
        await screen.press("escape", "tab", "tab", "tab", "G")
        await until(screen, lambda: shown(screen) * SECOND + START > known)
        assert "+ " in time_line(screen)


async def test_findings_stay_on_it_where_they_were_met(tmp_path: Path) -> None:
    machine, path = Machine(rows=1, block=raid_tick), tmp_path / "raid.ebtop"
    with Writer(path, HELLO) as writer:
        for _ in range(290):
            writer.write(machine.tick())
    async with replaying(path) as screen:
        await screen.press("space")
        await read_through(screen)
        assert "X" not in time_line(screen)
        await screen.press("at", *"+60s", "enter")
        await until(screen, lambda: shown(screen) == 61)
        assert "X" in time_line(screen)
        await screen.press("tab", "tab", "tab", "end")
        await until(screen, lambda: shown(screen) == 290)
        assert screen.app.history.tape.first > 60
        assert "X" in time_line(screen)[:30]


def damaged_row(tick: Snapshot) -> Snapshot:
    part = tick.probes[0]
    return msgspec.structs.replace(tick, probes=(msgspec.structs.replace(part, rows=[[1]]), *tick.probes[1:]))


async def test_what_cannot_be_played_is_not_promised(tmp_path: Path) -> None:
    machine, path = Machine(rows=1), tmp_path / "damaged.ebtop"
    with Writer(path, HELLO) as writer:
        for n in range(60):
            writer.write(damaged_row(machine.tick()) if n == 9 else machine.tick())
    async with replaying(path) as screen:
        await screen.press("space")
        await read_through(screen)
        await screen.press("tab", "tab", "tab", "G")
        await until(screen, lambda: shown(screen) == 9)
        assert "9s of 9s" in time_line(screen)
        await screen.press("L")
        assert "is damaged" in screen.text


@pytest.fixture
def cut(burst: Path) -> Path:
    """Half of it."""
    data = burst.read_bytes()
    burst.write_bytes(data[: len(data) // 2])
    return burst


async def test_a_file_that_is_cut_reaches_as_far_as_it_goes(cut: Path) -> None:
    async with replaying(cut) as screen:
        await screen.press("space")
        await read_through(screen)
        await screen.press("tab", "tab", "tab", "G")
        outline = screen.app.source.outline
        assert outline
        await until(screen, lambda: screen.app.history.view.tick.time == outline.ends)  # type: ignore[union-attr]
        await screen.press("right_square_bracket")
        assert "the recording ends here" in screen.text
