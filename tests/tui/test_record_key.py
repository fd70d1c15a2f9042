"""R: the history and what comes after it, in a file that replays to the same."""

from __future__ import annotations

import os
import resource
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.snapshot import Snapshot
from tests.tui.fakes import HELLO, Machine
from tests.tui.raid import raid_tick
from tests.tui.screen import Screen, running
from tui.history import History
from tui.recording import Reader


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(directory: Path) -> tuple[list[Snapshot], str | None]:
    """The one recording there."""
    (path,) = directory.iterdir()
    assert path.name.startswith("ebtop-20")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Reader(path) as reader:
        return list(reader), reader.cut


async def written(screen: Screen, ticks: int) -> None:
    """Until so many ticks are in the file."""
    while screen.app._recording._next < ticks:
        await screen.pilot.pause(0.01)


async def test_what_was_and_what_comes_is_recorded_and_replays_to_the_same(here: Path) -> None:
    machine = Machine(rows=20, block=raid_tick)
    async with running((200, 50), machine=machine) as screen:
        await screen.ticks(30)
        await screen.press("R")
        await written(screen, 30)
        assert " REC " in screen.text
        await screen.ticks(5)
        await screen.press("space")
        await screen.ticks(5)
        await screen.press("R")
        assert "recorded 40s" in screen.text
        assert " REC " not in screen.text
        await screen.ticks(3)
        expected = [screen.app.history.tape.tick(number) for number in range(40)]
    ticks, cut = read(here)
    assert cut is None
    assert ticks == expected
    replayed, live = History(HELLO), History(HELLO)
    again = Machine(rows=20, block=raid_tick)
    for tick in ticks:
        replayed.add(tick, live=False)
        live.add(again.tick(), live=False)
    assert replayed.view.findings == live.view.findings
    assert [probe.counts for probe in replayed.view.probes] == [probe.counts for probe in live.view.probes]


async def test_the_first_tick_of_a_history_that_was_cut_has_facts_and_thresholds(here: Path) -> None:
    async with running(machine=Machine(rows=1, block=raid_tick)) as screen:
        screen.app.history.tape.most_ns = 5_000_000_000
        await screen.ticks(20)
        await screen.press("R")
        await written(screen, 20)
        known = screen.app.history.view.probes[2]
    ticks, _ = read(here)
    assert len(ticks) == 4, "the oldest one is what the others are counted from"
    first = ticks[0].probes[2]
    assert first.facts
    assert {disk.name: disk for disk in first.facts} == known.facts
    assert first.thresholds
    assert {(one.disk, one.op): one for one in first.thresholds} == known.thresholds
    assert ticks[1].probes[2].facts is None


async def test_what_a_cut_history_counts_is_what_its_file_has(here: Path) -> None:
    async with running(machine=Machine(rows=10)) as screen:
        screen.app.history.tape.most_ns = 5_000_000_000
        await screen.ticks(20)
        await screen.press("R")
        await written(screen, 20)
        await screen.ticks(2)
        await screen.press("R")
    ticks, _ = read(here)
    assert len(ticks) == 6
    for at in (0, 1):
        parts = [tick.probes[at] for tick in ticks]
        last = parts[-1].counts
        assert parts[0].first == 0
        assert last.shown == sum(len(part.rows) for part in parts) == 60
        assert last.seen == last.shown + last.over_budget + last.filtered + last.lost == 60 + 6 * 40
    assert ticks[-1].probes[2].counts.seen == 6 * 1112
    replayed = History(HELLO)
    for tick in ticks:
        replayed.add(tick, live=False)
    live = [row for _, row in screen.app.history.view.probes[0].log.rows(160, 220)]
    assert [row for _, row in replayed.view.probes[0].log.rows(0, 60)] == live


async def test_leaving_ends_it_in_order(here: Path) -> None:
    async with running(machine=Machine(rows=50)) as screen:
        await screen.ticks(60)
        await screen.press("R", "q")
    ticks, cut = read(here)
    assert (len(ticks), cut) == (60, None)
    line, code = screen.app.outcome
    assert "recorded 60s" in line
    assert code == 0


@pytest.fixture
def small_files() -> Iterator[None]:
    """As on a disk that is full: Python ignores the signal, and the call fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
async def test_a_full_disk_is_a_line_and_the_session_goes_on(here: Path) -> None:
    async with running((200, 50), machine=Machine(rows=50)) as screen:
        await screen.ticks(20)
        await screen.press("R")
        while " REC " in screen.text:
            await screen.pilot.pause(0.01)
        assert "cannot write" in screen.text
        assert "what was recorded so far can be replayed" in screen.text
        await screen.ticks(1)
        assert "seen" in screen.text
    ticks, _ = read(here)
    assert 0 < len(ticks) < 20


async def test_without_a_place_it_is_a_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here / "nowhere"))
    async with running() as screen:
        await screen.press("R")
        assert "nothing has been seen yet" in screen.text
        await screen.ticks(1)
        shutil.rmtree(here)
        await screen.press("R")
        assert "nothing is recorded" in screen.text


async def test_where_the_current_folder_cannot_be_written_to_it_goes_home(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = here / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    async with running((120, 40)) as screen:
        await screen.ticks(3)
        await screen.press("R")
        assert "into ~/ebtop-20" in screen.text
        await screen.press("R")
    assert len(read(home)[0]) == 3


async def test_twice_in_one_second_makes_two(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.actions.recording.time.strftime", lambda _format: "20261128-120000")
    async with running((120, 40)) as screen:
        await screen.ticks(1)
        await screen.press("R", "R", "R", "R")
    names = sorted(path.name for path in here.iterdir())  # noqa: ASYNC240  a folder of the test itself
    assert names == ["ebtop-20261128-120000-2.ebtop", "ebtop-20261128-120000.ebtop"]
