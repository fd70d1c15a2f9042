"""Cells of a table: chosen, sorted by, looked for, marked and copied."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column
from tests.tui.fakes import EXEC, OPEN, SECOND, START, exec_row
from tests.unit.disk_views import LOOK, PLAIN
from tests.unit.drawing import HEIGHT, WIDTH, Opens
from tui.log import Log
from tui.panes.table.fields import NO_TIME
from tui.panes.table.grid import Grid
from tui.panes.table.logged import LogSheet
from tui.panes.table.memory import Memory
from tui.panes.table.order import Sort, comparable, ordered
from tui.panes.table.sheet import Listed
from tui.subject import Cell, Disk, File, Process, Unfit
from tui.wanted import Wanted


def test_cells_are_chosen_among_those_that_are_seen() -> None:
    opens = Opens(10)
    assert opens.grid.column == "comm"
    opens.grid.act("cell-right")
    assert opens.grid.column == "user"
    for _ in range(20):
        opens.grid.act("cell-right")
    assert opens.grid.column == "path"
    opens.grid.draw(LOOK, 30, HEIGHT, focused=True)
    assert opens.grid.column in {"path", "comm"}
    for _ in range(20):
        opens.grid.act("cell-left")
    assert opens.grid.column == opens.grid.columns.spots[0].id


def test_cells_are_what_the_filter_can_have_and_what_can_be_opened() -> None:
    opens = Opens(10)
    opens.grid.top()
    opens.grid.move(4)
    found = {}
    opens.grid.columns.choose("time")
    for _ in range(9):
        found[opens.grid.column] = (opens.grid.cell, opens.grid.subject)
        opens.grid.act("cell-right")
    process = Process(4004, "sshd", START + 4 * SECOND)
    path = "/usr/share/locale/de/4.mo"
    assert found["time"] == (NO_TIME, process)
    assert found["pid"] == (Cell("pid", "4004"), process)
    assert found["comm"] == (Cell("comm", "sshd"), process)
    assert found["error"] == (Cell("err", "ENOENT"), process)
    assert found["fd"] == (Unfit("there is no FD here"), process)
    opens.grid.columns.choose("path")
    assert (opens.grid.cell, opens.grid.subject) == (Cell("path", path), File(path))
    opens.grid.move(-1)
    opens.grid.columns.choose("error")
    assert opens.grid.cell == Cell("err", "none")


def test_a_disk_and_a_unit_are_told_by_their_names() -> None:
    columns = (Column("disk", "DISK", "word", 8, ""), Column("cgroup", "UNIT", "word", 12, ""))
    grid = Grid()
    grid.show(Listed(columns, ["x"], [["sda", "/system.slice/nginx.service"]]))
    grid.draw(LOOK, 60, 5, focused=True)
    grid.columns.choose("disk")
    assert (grid.cell, grid.subject) == (Cell("disk", "sda"), Disk("sda"))
    grid.columns.choose("cgroup")
    assert grid.cell == Cell("unit", "nginx.service")


def test_sort_goes_on_and_off_inverts_and_moves() -> None:
    opens = Opens(20)
    for _ in range(9):
        opens.grid.act("cell-right")
    opens.grid.act("cell-left")
    assert opens.grid.column == "latency_us"
    opens.grid.act("sort")
    assert opens.grid.columns.sort == Sort("latency_us", falling=True)
    assert "LAT us▼" in opens.draw()[0]
    times = [float(str(value)) for value in opens.seen("latency_us")]
    assert times == sorted(times, reverse=True)
    opens.grid.act("invert")
    assert "LAT us▲" in opens.draw()[0]
    opens.grid.act("sort-right")
    assert opens.grid.columns.sort == Sort("path", falling=False)
    assert opens.seen("path") == sorted(map(str, opens.seen("path")))
    opens.grid.act("sort-left")
    opens.grid.act("sort")
    assert opens.grid.columns.sort is None
    assert opens.seen() == [4000 + n for n in range(20)]
    assert opens.grid.following


def test_what_is_sorted_in_ascii() -> None:
    opens = Opens(3)
    opens.grid.columns.sort = Sort("fd", falling=True)
    opens.show()
    assert "FDv" in opens.grid.draw(PLAIN, WIDTH, HEIGHT, focused=True)[0].text


def test_none_is_last_whichever_way() -> None:
    for falling in (True, False):
        opens = Opens(20)
        opens.grid.columns.sort = Sort("fd", falling)
        opens.show()
        assert opens.seen("fd")[-4:] == [None] * 4
        assert None not in opens.seen("fd")[:-4]


VALUES = st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.text(max_size=5), max_size=3)


@given(st.lists(VALUES), st.sampled_from(["number", "us", "word", "argv", "error", "time"]), st.booleans())
def test_any_values_have_an_order(values: list[object], kind: str, falling: bool) -> None:
    keys = [comparable(value, kind) for value in values]  # type: ignore[arg-type]
    order = ordered(keys, falling=falling)
    assert sorted(order) == list(range(len(values)))
    known = [key for at in order if (key := keys[at]) is not None]
    assert [keys[at] for at in order[len(known) :]] == [None] * (len(order) - len(known))
    assert known == sorted(known, reverse=falling)  # type: ignore[type-var]
    for one, other in pairwise(order):
        assert keys[one] != keys[other] or one < other


def test_a_click_selects_the_row_and_the_cell_under_it_and_one_on_a_title_sorts() -> None:
    opens = Opens(30)
    spot = next(spot for spot in opens.grid.columns.spots if spot.id == "path")
    assert opens.grid.click(spot.start + 3, 4)
    assert (opens.key, opens.grid.column) == (23, "path")
    assert not opens.grid.click(spot.start, 0)
    assert opens.grid.columns.sort == Sort("path", falling=False)
    opens.grid.click(spot.start, 0)
    assert opens.grid.columns.sort == Sort("path", falling=True)
    assert not opens.grid.click(0, 99)


def test_find_goes_round_and_finds_what_is_hidden_too() -> None:
    opens = Opens(60)
    opens.grid.look_for(Wanted("relative"))
    assert opens.grid.matches() == 5
    assert opens.grid.find(0)
    assert opens.key == 52
    found = []
    for step in (1, 1, -1, -1, -1):
        assert opens.grid.find(step)
        found.append(opens.key)
    assert found == [0, 13, 0, 52, 39]
    opens.grid.look_for(Wanted("is nowhere"))
    assert (opens.grid.matches(), opens.grid.find(1), opens.key) == (0, False, 39)


def test_what_is_found_is_counted_anew_when_rows_come() -> None:
    opens = Opens(10)
    opens.grid.look_for(Wanted("hosts"))
    before = opens.grid.matches()
    opens.add(40)
    assert opens.grid.matches() > before


def test_what_is_found_is_marked_within_its_cell_and_not_across_cells() -> None:
    opens = Opens(4)
    opens.grid.look_for(Wanted("root"))
    strips = opens.grid.draw(LOOK, WIDTH, HEIGHT, focused=True)
    marked = [segment.text for strip in strips for segment in strip if segment.style and segment.style.underline]
    assert marked == ["root"] * 4
    opens.grid.look_for(Wanted("k root"))
    strips = opens.grid.draw(LOOK, WIDTH, HEIGHT, focused=True)
    assert not any(segment.style and segment.style.underline for strip in strips for segment in strip)


def test_a_selected_row_and_cell_can_be_told_without_any_colour() -> None:
    opens = Opens(10)
    opens.grid.move(-2)
    strips = opens.grid.draw(LOOK, WIDTH, HEIGHT, focused=True)
    reverse = [segment.text.strip() for strip in strips for segment in strip if segment.style and segment.style.reverse]
    assert reverse == ["make"]
    row = next(strip for strip in strips if " 4007 " in strip.text)
    assert all(segment.style and segment.style.bold for segment in row)
    aside = opens.grid.draw(LOOK, WIDTH, HEIGHT, focused=False)
    assert all(segment.style and segment.style.bold for segment in aside[strips.index(row)])
    assert not any(segment.style and segment.style.reverse for strip in aside for segment in strip)


def test_what_is_copied_is_safe_and_has_hidden_columns() -> None:
    log = Log(EXEC.columns)
    row = exec_row(0, START)
    row[5] = "\x1b[31m"
    log.add(0, [row], tested=False)
    grid = Grid()
    grid.show(LogSheet("exec", log, EXEC.columns, Memory(), ""))
    grid.draw(LOOK, 80, 9, focused=True)
    fields = grid.copied.split("\t")
    assert len(fields) == len(EXEC.columns)
    assert fields[5] == "\\x1b[31m"
    assert fields[-1] == "33"
    assert grid.contents.rows == [row]


def test_a_column_for_which_there_is_no_room_can_be_sorted_by_and_is_seen_then() -> None:
    opens = Opens(30)
    opens.grid.columns.sort = Sort("path", falling=False)
    opens.show()
    for columns, step in ((reversed(OPEN.columns), "sort-left"), (OPEN.columns, "sort-right")):
        for column in [column for column in columns if column.width][1:]:
            opens.grid.act(step)
            title = opens.grid.draw(LOOK, 70, HEIGHT, focused=True)[0].text
            assert opens.grid.columns.sort is not None
            assert opens.grid.columns.sort.column == column.id
            assert column.title[:3] in title
