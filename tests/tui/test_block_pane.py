"""The block pane over the story of the sick disk: its views, its cursors, and what has been found, key by key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.tui.fakes import Machine
from tests.tui.raid import raid_tick
from tests.tui.screen import Screen, running
from tui.widgets.glyphs import ASCII, SHADED

SIZES = [(80, 24), (120, 40), (200, 50)]


@asynccontextmanager
async def raid(
    size: tuple[int, int] = (120, 40), *keys: str, ticks: int = 30, **options: bool
) -> AsyncIterator[Screen]:
    """The screen after that many seconds and these keys, with the block pane focused."""
    async with running(size, machine=Machine(block=raid_tick), **options) as screen:
        await screen.ticks(ticks)
        await screen.press("tab", "tab", *keys)
        yield screen


def title(screen: Screen) -> str:
    return screen.line("3 Block I/O")


@pytest.mark.parametrize("size", SIZES)
async def test_all_disks_are_there_the_sick_one_first_and_marked(size: tuple[int, int]) -> None:
    async with raid(size) as screen:
        found = [
            [y for y, line in enumerate(screen.lines) if name in line and y > 2] for name in ("!sdb", " sda", " sdc")
        ]
        lines = [places[0] for places in found]
        assert lines == sorted(lines)
        block = "\n".join(line for line in screen.lines[lines[0] :])
        for part in ("md0", "535/s", "40.9MiB/s", "p99 ", "avg ", "1ms┤"):
            assert part in block
        if size[0] > 80:
            assert "busy 95%" in block
            assert "depth 1.90" in block


async def test_the_finding_is_told_on_top_and_in_full_on_its_page() -> None:
    async with raid() as screen:
        assert "sdb is slower than its siblings" in screen.lines[2]
        await screen.press("w")
        assert "serial ZC116QV0" in screen.text
        assert "Findings" in screen.text
        await screen.ticks(1)
        assert "Findings" in screen.text
        await screen.press("escape")
        assert "Findings:" not in screen.text
        await screen.pilot.click("#findings-line")
        await screen.press()
        assert "Findings:" in screen.text


async def test_without_a_finding_the_line_is_not_there() -> None:
    async with running((120, 40), machine=Machine(block=lambda n: raid_tick(n, 0.0))) as screen:
        await screen.ticks(15)
        assert "1 Exec" in screen.lines[2]
        assert "!sdb" not in screen.text


async def test_views_follow_each_other_and_the_title_names_them() -> None:
    async with raid() as screen:
        names = []
        for _ in range(5):
            await screen.press("v")
            names.append(title(screen).split("3 Block I/O")[1].split("━")[0].strip())
        assert names == [": sdb", ": who", ": slow", ": kinds, all disks", ""]
        await screen.press("V")
        assert ": kinds" in title(screen)
        await screen.press("escape")
        assert "3 Block I/O ━" in title(screen)


async def test_what_only_disks_have_is_done_from_another_pane_too() -> None:
    async with running(machine=Machine(block=raid_tick)) as screen:
        await screen.ticks(3)
        await screen.press("d")
        assert "queue time" in title(screen)


async def test_enter_opens_the_selected_disk_and_escape_goes_back() -> None:
    async with raid((200, 50)) as screen:
        await screen.press("j", "enter")
        assert "3 Block I/O: sda" in title(screen)
        for part in ("ST4000NM0035", "serial ZC106QV0", "enclosure slot 4", "slow reads from 1.25ms, its p99.9"):
            assert part in screen.text
        for row in ("avg", "p50", "p90", "p99", "p99.9", "max", "IOPS", "bytes", "busy", "depth"):
            assert any(
                line.split("┃" if "┃" in line else "│")[-2].strip().startswith(row) for line in screen.lines[4:-2]
            )
        await screen.press("k")
        assert "3 Block I/O: sdb" in title(screen)
        await screen.press("escape")
        assert "3 Block I/O ━" in title(screen)


async def test_a_click_selects_a_disk_and_a_second_one_opens_it() -> None:
    async with raid((200, 50)) as screen:
        pane = screen.app.query_one("#pane-3")
        y = next(y for y, line in enumerate(screen.lines) if "│ sdc" in line or "┃ sdc" in line)
        offset = (5, y - pane.region.y)
        await screen.pilot.click(pane, offset=offset)
        await screen.press()
        assert "▌sdc" in screen.text
        assert "3 Block I/O ━" in title(screen)
        await screen.pilot.click(pane, offset=offset, times=2)
        await screen.press()
        assert "3 Block I/O: sdc" in title(screen)


async def test_the_time_cursor_shows_that_moment_and_lets_go() -> None:
    async with raid((200, 50), "enter") as screen:
        assert " now " in screen.text
        await screen.press("left", "left")
        assert "15:07:08▲" in screen.text
        assert "Esc: back to now" in title(screen)
        before = screen.lines[5:30]
        await screen.ticks(2)
        after = screen.lines[5:30]
        assert [line[115:] for line in after] == [line[115:] for line in before]
        await screen.press("right")
        assert "15:07:09" in screen.text
        await screen.press("home")
        assert "▲15:06:41" in screen.text
        await screen.press("end")
        assert "15:07:12▲" in screen.text
        await screen.press("escape")
        assert "▲" not in screen.text
        assert "3 Block I/O: sdb" in title(screen)


async def test_all_bands_share_the_cursor() -> None:
    async with raid((120, 40), "left", "left", "left") as screen:
        avg = [line.split("avg ")[1].split()[0] for line in screen.lines if "avg " in line and "p99 " in line]
        await screen.press("left")
        assert avg != [line.split("avg ")[1].split()[0] for line in screen.lines if "avg " in line and "p99 " in line]
        assert "▲" in screen.text


async def test_a_click_in_the_map_of_a_disk_sets_the_cursor() -> None:
    async with raid((200, 50), "enter") as screen:
        await screen.pilot.click("#pane-3", offset=(50, 12))
        await screen.press()
        assert "Esc: back to now" in title(screen)


async def test_operations_and_stages_are_chosen() -> None:
    async with raid((200, 50), "enter") as screen:
        assert "all operations, device time" in title(screen)
        seen = []
        for _ in range(5):
            await screen.press("o")
            seen.append(title(screen).split("━")[2].strip())
        assert [text.split(",")[0] for text in seen] == ["read", "write", "flush", "discard", "all operations"]
        await screen.press("o", "d")
        assert "read, queue time" in title(screen)
        assert "390/s" in screen.text


async def test_discards_that_do_not_happen_leave_an_empty_map() -> None:
    async with raid((120, 40), "o", "o", "o", "o") as screen:
        assert "discard, device time" in title(screen)
        assert "0/s" in screen.line("!sdb")


async def test_marks_can_be_left_out() -> None:
    async with raid((200, 50), "enter") as screen:
        assert "━ avg ┅ p99" in screen.text
        assert sum("┅" in line for line in screen.lines) > 2
        await screen.press("m")
        assert not any("┅" in line for line in screen.lines)


async def test_slow_requests_are_followed_until_one_scrolls_away() -> None:
    async with raid((120, 40), "z", "v", "v", "v") as screen:
        assert "slower than 18.0ms (second hump)" in screen.text
        newest = screen.lines[-3][:14]
        await screen.ticks(1)
        assert screen.lines[-3][:14] != newest
        await screen.press("k")
        top = screen.lines[6][:14]
        await screen.ticks(2)
        assert screen.lines[6][:14] == top
        assert "more below, G to follow" in title(screen)
        await screen.press("G")
        assert "more below" not in title(screen)


async def test_parts_go_through_what_they_are_broken_down_by() -> None:
    async with raid((120, 40), "j", "z", "V") as screen:
        assert "kinds, sda ━" in title(screen)
        seen = []
        for _ in range(5):
            seen.append(title(screen).split("by ")[1].split()[0])
            await screen.press("o")
        assert seen == ["flag", "size", "pattern", "disk", "op"]


async def test_a_filter_on_a_process_applies_to_who() -> None:
    async with raid((120, 40), "z", "v", "v") as screen:
        assert "docker" in screen.text
        await screen.press("f", *"comm:mysql", "enter")
        assert "docker" not in screen.text
        assert "mysqld" in screen.text


async def test_pause_holds_maps_and_what_was_found() -> None:
    async with raid((120, 40)) as screen:
        await screen.press("space")
        before = screen.lines[2:-2]
        await screen.ticks(5)
        assert screen.lines[2:-2] == before
        await screen.press("left", "left")
        assert "▲" in screen.text
        await screen.press("space", "escape")
        assert screen.lines[2:] != before


async def test_keys_of_the_disks_do_nothing_in_a_table() -> None:
    async with running(machine=Machine(block=raid_tick)) as screen:
        await screen.ticks(5)
        before = screen.lines
        await screen.press("left", "right", "enter", "escape")
        assert screen.lines == before
        await screen.press("home")
        assert " 4000 " in screen.text
        await screen.press("end")
        assert screen.lines == before


async def test_disks_that_do_not_fit_are_counted_and_reached() -> None:
    async with running((80, 24), machine=Machine(disks=6)) as screen:
        await screen.ticks(5)
        await screen.press("tab", "tab")
        assert "more below" not in title(screen)
        await screen.pilot.resize_terminal(80, 16)
        await screen.press()
        assert "3 more below" in title(screen) or "4 more below" in title(screen)
        await screen.press("G")
        assert "nvme0n1" in screen.text
        assert "more below" not in title(screen)
        await screen.press("g")
        assert "vdb" in screen.text


async def test_the_selection_follows_its_disk_when_the_order_changes() -> None:
    fast = Machine(block=lambda n: raid_tick(n, 0.0 if n < 4 else 0.3))
    async with running((120, 40), machine=fast) as screen:
        await screen.ticks(3)
        await screen.press("tab", "tab", "j")
        (chosen,) = (line.split("▌")[1].split()[0] for line in screen.lines if "▌sd" in line)
        await screen.ticks(10)
        assert f"▌{chosen}" in screen.text.replace("▌!", "▌")


@pytest.mark.parametrize("keys", [(), ("enter", "left"), ("v", "v"), ("v", "v", "v"), ("V",)])
async def test_every_view_is_ascii_where_there_is_nothing_else(keys: tuple[str, ...]) -> None:
    async with raid((120, 40), *keys, glyphs=ASCII) as screen:
        assert screen.text.isascii()


async def test_without_colours_densities_are_glyphs() -> None:
    async with raid((200, 50), "enter", glyphs=SHADED) as screen:
        assert {"░", "▒", "▓", "█"} <= set(screen.text)
        assert "▀" not in screen.text


@pytest.mark.parametrize("keys", [(), ("v",), ("v", "v"), ("v", "v", "v"), ("V",), ("left", "left"), ("v", "home")])
async def test_every_view_is_right_while_resizing(keys: tuple[str, ...]) -> None:
    async with raid((200, 50), *keys) as screen:
        for size in [(80, 24), (20, 5), (1, 1), (109, 29), (300, 90), (40, 60), (80, 24)]:
            await screen.pilot.resize_terminal(*size)
            await screen.ticks(1)
            assert len(screen.lines) == size[1]
            assert all(len(line) == size[0] for line in screen.lines)


async def test_a_map_without_requests_says_why() -> None:
    async with raid((120, 40), "o", "o", "o", "o") as screen:
        assert "no discard in this time" in screen.text
        await screen.press("d", "v")
        assert "no discard was queued" in screen.text
        await screen.press("o", "d")
        assert "no discard" not in screen.text


async def test_a_recording_has_no_histograms_by_process_and_says_so() -> None:
    async with raid((200, 50), "f", *"pid:812", "enter", live=False) as screen:
        assert "of all requests" in title(screen)
        await screen.press("v", "v")
        assert "of all requests" not in title(screen)
        await screen.press("F", "v", "v", "v", "f", *"op:write", "enter")
        assert "of all requests" not in title(screen)
