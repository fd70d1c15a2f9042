"""Groups that the kernel counts: asked for while they are looked at, and shown as what they are."""

from __future__ import annotations

import msgspec

from probes.controls import SetTallies
from probes.snapshot import ProbeTick, Snapshot, Tally
from tests.tui.screen import Screen, running


def asked(screen: Screen) -> list[tuple[str, bool]]:
    """What was asked of the collector since the last time."""
    found = [(one.probe, one.on) for one in screen.source.sent if isinstance(one, SetTallies)]
    screen.source.sent.clear()
    return found


async def tallied(screen: Screen, *tallies: Tally, text: str = "") -> None:
    """A second in which these were counted of opens."""
    tick = screen.machine.tick(text)
    probes = (tick.probes[0], msgspec.structs.replace(tick.probes[1], tallies=list(tallies)), *tick.probes[2:])
    await given(screen, msgspec.structs.replace(tick, probes=probes))


async def given(screen: Screen, tick: Snapshot) -> None:
    screen.source.give(tick)
    await screen.press()


def rows(screen: Screen) -> list[tuple[object, ...]]:
    """Count, rate, failures and key of each group in the focused pane."""
    contents = screen.app.pane.contents
    assert contents is not None
    ids = [column.id for column in contents.columns]
    return [tuple(row[ids.index(name)] for name in ("count", "rate", "failed", "key")) for row in contents.rows]


def counts(screen: Screen) -> dict[object, object]:
    """The count of each group, by its key."""
    return {key: count for count, _, _, key in rows(screen)}


def opens(comm: str, count: int, error: str | None = None) -> Tally:
    return Tally(7, 1, comm, "init", 0, "root", "", error, count, count, 1000 * count, 2000)


async def test_it_is_asked_for_while_it_is_looked_at() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("tab")
        assert asked(screen) == []
        await screen.press("o")
        assert asked(screen) == [("open", True)]
        await screen.press("o")
        assert asked(screen) == []
        await screen.press("o")  # paths are not told apart
        assert "2 Open by path" in screen.text
        assert asked(screen) == [("open", False)]
        await screen.press("o")
        assert asked(screen) == [("open", True)]
        await screen.press("escape")
        assert asked(screen) == [("open", False)]


async def test_a_pane_that_is_hidden_or_off_asks_for_nothing() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("tab", "o", "tab")
        asked(screen)
        await screen.press("z")
        assert asked(screen) == [("open", False)]
        await screen.press("z")
        assert asked(screen) == [("open", True)]
        tick = screen.machine.tick()
        probes = (tick.probes[0], ProbeTick("open", "off"), *tick.probes[2:])
        await given(screen, msgspec.structs.replace(tick, probes=probes))
        assert asked(screen) == [("open", False)]
        await screen.ticks(1)
        await screen.press()
        assert asked(screen) == [("open", True)]


async def test_what_was_counted_is_shown_and_said_to_be_exact() -> None:
    async with running() as screen:
        await screen.ticks(2)
        await screen.press("tab", "o")
        assert "of the 24 rows kept" in screen.line("2 Open")
        kept = counts(screen)
        assert sum(kept.values()) == 24
        await tallied(screen, opens("nginx", 5))  # a part of a tick alone: counting begins with its end
        kept = counts(screen)
        assert sum(kept.values()) == 36
        await tallied(screen, opens("nginx", 3_000_000), opens("cat", 1_000_000, "ENOENT"))
        assert "exact since " in screen.line("2 Open")
        assert "of the rows kept before" in screen.line("2 Open")
        exact = {"nginx": 3_000_000, "cat": 1_000_000}
        assert counts(screen) == {comm: kept.get(comm, 0) + exact.get(comm, 0) for comm in {**kept, **exact}}
        assert [(rate, key) for _, rate, _, key in rows(screen)][:2] == [(3e6, "nginx"), (1e6, "cat")]
        await screen.press("space")
        assert "exact since " in screen.line("2 Open")
        await screen.press("escape")
        await screen.ticks(1)
        assert "of the 60 rows kept" in screen.line("2 Open")


async def test_why_rows_are_counted_instead_is_said() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        await screen.press("tab", "o", "f", *"path:/etc", "enter")
        await screen.ticks(1, "path:/etc")
        assert "rows kept: the kernel does not test path:/etc" in screen.line("2 Open")


async def test_a_recording_shows_what_it_has() -> None:
    async with running(live=False) as screen:
        await screen.ticks(2)
        await screen.press("tab", "o")
        await tallied(screen)
        before = counts(screen)["nginx"]
        await tallied(screen, opens("nginx", 3_000_000))
        assert "exact since " in screen.line("2 Open")
        assert rows(screen)[0] == (before + 3_000_000, 3e6, 0, "nginx")
