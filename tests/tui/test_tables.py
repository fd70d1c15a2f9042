"""Tables of all panes, key by key and click by click."""

from __future__ import annotations

import msgspec
import pytest

from probes.columns import Row
from probes.snapshot import ProbeTick
from tests.tui.fakes import START, Machine, exec_row
from tests.tui.raid import raid_tick
from tests.tui.screen import Screen, running
from tui.panes.pane import Pane
from tui.panes.rows.pane import RowPane
from tui.subject import Cell, Disk, File, Process
from tui.widgets.glyphs import ASCII

SIZES = [(80, 24), (120, 40), (200, 50)]


def pane(screen: Screen) -> Pane:
    return screen.app.pane


def title(screen: Screen, number: int) -> str:
    """What a focused pane is called."""
    return screen.line(f" {number} ").split(f" {number} ")[1].split(" ━")[0]


def selected(screen: Screen) -> str:
    """What stands in the selected cell of the focused pane."""
    found = [
        segment.text.strip()
        for strip in pane(screen).render_lines(pane(screen).size.region)
        for segment in strip
        if segment.style and segment.style.reverse
    ]
    return "".join(found)


async def test_a_row_that_was_selected_stays_so_while_ticks_come() -> None:
    async with running() as screen:
        await screen.ticks(5)
        assert selected(screen) == ""
        await screen.press("k", "k")
        assert pane(screen).subject == Process(4057, "cc", START + 4 * 10**9 + 10 * 10**9 // 13)
        before = selected(screen)
        assert before == "cc"
        await screen.ticks(3)
        assert selected(screen) == before
        assert "36 more below, G to follow" in screen.text
        await screen.press("G")
        assert selected(screen) == ""


async def test_a_click_selects_and_a_click_on_a_title_sorts() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(5)
        rows = screen.app.query_one("#pane-1", RowPane)
        heading = screen.line("ARGUMENTS")
        y = next(y for y, line in enumerate(screen.lines) if " 4056 " in line and "4006" not in line) - rows.region.y
        await screen.pilot.click(rows, offset=(heading.index("COMM") + 1, y))
        await screen.press()
        assert pane(screen).cell == Cell("comm", "find")
        await screen.pilot.click(rows, offset=(heading.index("PID") + 1, 1))
        await screen.press()
        assert "PID▲" in screen.text
        assert pane(screen).cell == Cell("comm", "find")
        await screen.pilot.click(rows, offset=(heading.index("PID") + 1, 1))
        await screen.press()
        assert "PID▼" in screen.text


async def test_find_marks_what_is_seen_and_goes_to_what_is_hidden() -> None:
    async with running() as screen:
        await screen.ticks(5)
        await screen.press("slash", *"/usr/sbin")
        assert "12 found" in screen.text
        await screen.press("enter")
        found = pane(screen).copied
        assert "/usr/sbin/nginx" in found
        await screen.press("n")
        assert pane(screen).copied != found
        assert "/usr/sbin/nginx" in pane(screen).copied
        await screen.press("escape")
        await screen.ticks(1)
        assert "/usr/sbin/nginx" in pane(screen).copied


async def test_views_go_round_and_escape_leads_back_to_rows() -> None:
    async with running() as screen:
        await screen.ticks(3)
        titles = []
        for _ in range(3):
            await screen.press("v")
            titles.append(title(screen, 1))
        assert titles == ["Exec by comm", "Exec: tree", "Exec"]
        await screen.press("V")
        assert "1 Exec: tree" in screen.text
        await screen.press("escape")
        assert "1 Exec ━" in screen.text
        await screen.press("t")
        assert "TREE" in screen.text
        await screen.press("t")
        assert "TREE" not in screen.text


async def test_groups_go_through_what_there_is_to_group_by() -> None:
    async with running() as screen:
        await screen.ticks(3)
        await screen.press("tab")
        names = []
        for _ in range(6):
            await screen.press("o")
            names.append(title(screen, 2).removeprefix("Open by "))
            assert "of the 36 rows kept" in screen.text
        assert names == ["comm", "pid", "path", "user", "error", "comm"]


async def test_a_group_is_what_can_be_filtered_by_and_enter_asks_for_it() -> None:
    asked: list[str] = []
    async with running() as screen:
        await screen.ticks(3)
        await screen.press("o", "j")
        assert pane(screen).cell == Cell("comm", "nginx")
        screen.app.command = asked.append  # type: ignore[method-assign]
        assert pane(screen).enter()
        await screen.pilot.pause()
    assert asked == ["only"]


async def test_folders_are_opened_and_left() -> None:
    async with running() as screen:
        await screen.ticks(5)
        await screen.press("tab", "o", "o", "o")
        assert "2 Open by path" in screen.text
        assert "/usr/share/" in screen.text
        while pane(screen).cell != Cell("path", "/usr/share/locale/", begins=True):
            await screen.press("j")
        await screen.press("enter")
        assert "in /usr/share/locale/" in screen.line("2 Open")
        assert pane(screen).cell == Cell("path", "/usr/share/locale/de/", begins=True)
        await screen.press("equals_sign")
        assert "path:/usr/share/locale/de/*" in screen.text
        assert pane(screen).cell == Cell("path", "/usr/share/locale/de/", begins=True)
        await screen.press("escape")
        assert "in /usr" not in screen.line("2 Open")
        await screen.press("escape")
        assert "2 Open ━" in screen.text


async def test_a_tree_of_processes() -> None:
    async with running((120, 40)) as screen:
        tick = screen.machine.tick()
        family: list[Row] = []
        for number, (pid, ppid, comm) in enumerate([(10, 1, "sh"), (11, 10, "make"), (12, 11, "cc"), (13, 10, "ld")]):
            row = exec_row(0, tick.time + number)
            row[1], row[2], row[3], row[5] = pid, ppid, "init" if ppid == 1 else "x", comm
            family.append(row)
        part = ProbeTick("exec", "on", rows=family)
        screen.source.give(msgspec.structs.replace(tick, probes=(part, *tick.probes[1:])))
        await screen.press("t")
        for part_of in ("1 init", "└─ sh", "├─ make", "│  └─ cc", "└─ ld"):
            assert part_of in screen.text
        await screen.press("g")
        assert pane(screen).subject == Process(1, "init", 0)
        await screen.press("j", "j")
        assert pane(screen).subject == Process(11, "make", tick.time + 1)


async def test_lists_of_the_block_pane_are_tables_too() -> None:
    async with running((120, 40), machine=Machine(block=raid_tick)) as screen:
        await screen.ticks(20)
        await screen.press("tab", "tab", "z", "v", "v")
        assert isinstance(pane(screen).subject, Process)
        await screen.press("right", "right", "right", "s")
        assert "IOPS▼" in screen.text
        await screen.press("I")
        assert "IOPS▲" in screen.text
        await screen.press("j")
        before = pane(screen).copied.split("\t")[0]
        await screen.ticks(3)
        assert pane(screen).copied.split("\t")[0] == before
        await screen.press("end")
        assert pane(screen).copied != before
        contents = pane(screen).contents
        assert contents is not None
        assert contents.name == "block-who"
        last = contents.rows[-1][0]
        assert pane(screen).copied.split("\t")[0] == ("" if last is None else str(last))
        await screen.press("left", "enter")
        assert "3 Block I/O: sd" in screen.text
        await screen.press("escape", "v", "v")
        await screen.press("v")
        assert pane(screen).cell is not None
        contents = pane(screen).contents
        assert contents is not None
        assert "cgroup" in [column.id for column in contents.columns]


async def test_find_selects_a_disk_by_what_is_known_of_it() -> None:
    async with running((200, 50), machine=Machine(block=raid_tick)) as screen:
        await screen.ticks(20)
        await screen.press("tab", "tab", "slash", *"zc106", "enter")
        assert pane(screen).subject == Disk("sda")
        assert "▌sda" in screen.text
        await screen.press("slash", *"md0")
        assert "3 found" in screen.text
        await screen.press("enter", "n", "n")
        assert isinstance(pane(screen).subject, Disk)


async def test_a_path_is_a_file() -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(2)
        await screen.press("tab", "k", *["right"] * 12)
        assert isinstance(pane(screen).subject, File)


@pytest.mark.parametrize("keys", [("k",), ("v", "j"), ("t", "k"), ("k", "right", "s", "I"), ("o", "o", "s")])
async def test_every_view_is_right_while_resizing(keys: tuple[str, ...]) -> None:
    async with running((200, 50)) as screen:
        await screen.ticks(5)
        await screen.press(*keys)
        for size in [(80, 24), (20, 5), (1, 1), (109, 29), (300, 90), (40, 60), (80, 24)]:
            await screen.pilot.resize_terminal(*size)
            await screen.ticks(1)
            assert len(screen.lines) == size[1]
            assert all(len(line) == size[0] for line in screen.lines)


@pytest.mark.parametrize("keys", [("k",), ("v", "j"), ("t", "k"), ("k", "right", "s", "I"), ("o", "o", "s")])
async def test_every_view_is_ascii_where_there_is_nothing_else(keys: tuple[str, ...]) -> None:
    async with running((120, 40), glyphs=ASCII) as screen:
        await screen.ticks(5)
        await screen.press(*keys)
        assert screen.text.isascii()


@pytest.mark.parametrize("size", SIZES)
async def test_a_selection_is_seen_where_there_is_little_room(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await screen.ticks(5)
        for keys in (["k"] * 9, ["pageup"] * 2, ["g"], ["pagedown"]):
            await screen.press(*keys)
            assert selected(screen) != ""


async def test_off_and_on_again_the_table_is_still_there() -> None:
    async with running() as screen:
        await screen.ticks(3)
        await screen.press("k", "1")
        assert "turning off" in screen.text
        tick = screen.machine.tick()
        off = (ProbeTick("exec", "off"), *tick.probes[1:])
        screen.source.give(msgspec.structs.replace(tick, probes=off))
        await screen.press("k", "right", "s", "s", "v", "V", "G")
        assert "off: press 1" in screen.text
        await screen.press("1")
        assert "turning on" in screen.text
        await screen.ticks(2)
        assert "1 Exec" in screen.text
        assert "turning" not in screen.text


async def test_enter_on_a_group_of_one_process_opens_its_page() -> None:
    async with running((80, 24)) as screen:
        await screen.ticks(3)
        await screen.press("tab", "z", "o", "o")
        assert title(screen, 2) == "Open by pid"
        chosen = pane(screen).subject
        assert isinstance(chosen, Process)
        await screen.press("enter")
        assert screen.app.page is not None
        assert str(chosen.pid) in screen.text
        assert "pid:" not in screen.app.history.view.probes[1].log.filter.text


async def test_the_filter_line_says_how_a_tree_is_known_of_rows_that_are_kept() -> None:
    async with running((120, 40)) as screen:
        await screen.ticks(3)
        await screen.press("f", *"tree:1")
        assert "in the kernel  past: by known parents" in screen.text


async def test_a_cell_without_a_filter_says_so_and_one_of_a_time_is_a_bound() -> None:
    async with running((200, 40)) as screen:
        await screen.ticks(2)
        await screen.press("tab", "j", *["left"] * 12, "equals_sign")
        assert "a filter has no times of day: @ goes to one" in screen.text
        await screen.press(*["right"] * 7, "equals_sign")
        (term,) = screen.app._dispatch.filtering.now.text.split()
        assert term.startswith("lat>=")
        await screen.press("exclamation_mark")
        assert screen.app._dispatch.filtering.now.text == term.replace(">=", "<")
