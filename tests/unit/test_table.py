"""Columns share the room, rows fill it exactly, whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column, Row
from tests.tui.fakes import EXEC, OPEN, START, exec_row, open_row
from tui.theme import load
from tui.widgets.glyphs import UNICODE
from tui.widgets.line import look
from tui.widgets.table import heading, layout, row_strip, spots

LOOK = look(load("dark"), UNICODE)
VALUES = st.none() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.text(max_size=9), max_size=5)


def shown(columns: str, width: int) -> list[str]:
    return [place.column.id for place in layout({"exec": EXEC, "open": OPEN}[columns].columns, width)]


@pytest.mark.parametrize("probe", [EXEC, OPEN])
@pytest.mark.parametrize("width", range(30, 260, 7))
def test_columns_fill_the_line_and_no_more(probe: object, width: int) -> None:
    assert probe in (EXEC, OPEN)
    places = layout((EXEC if probe is EXEC else OPEN).columns, width)
    assert sum(place.cells for place in places) + len(places) - 1 == width
    assert all(place.cells > 0 for place in places)


def test_with_room_everything_is_shown_but_hidden_columns() -> None:
    assert shown("exec", 260) == [column.id for column in EXEC.columns if column.width]
    assert "uid" not in shown("open", 260)


@pytest.mark.parametrize("probe", ["exec", "open"])
def test_what_tells_most_stays_when_it_is_narrow(probe: str) -> None:
    last = {"exec": "argv", "open": "path"}[probe]
    assert {"time", "pid", "comm", "error", last} <= set(shown(probe, 80))
    assert shown(probe, 20)[-1] == last


def test_columns_of_a_higher_priority_stay_longer() -> None:
    columns = [Column(name, name, "number", 9, "", priority=rank) for rank, name in enumerate("abcd")]
    for kept in range(1, 5):
        assert [place.column.id for place in layout(columns, 10 * kept)] == list("abcd")[4 - kept :]


def test_room_to_spare_goes_to_short_words_that_grow_too_but_nothing_is_left_out_for_them() -> None:
    columns = [Column("unit", "UNIT", "word", 12, "", grow=True), Column("number", "NUMBER", "number", 30, "")]
    assert [place.cells for place in layout(columns, 43)] == [12, 30]
    assert [place.cells for place in layout(columns, 60)] == [29, 30]
    assert [place.cells for place in layout(columns, 39)] == [8, 30]


@given(st.lists(VALUES, min_size=13, max_size=13), st.integers(10, 220))
def test_any_row_is_exactly_as_wide_as_the_line(row: Row, width: int) -> None:
    places = layout(EXEC.columns, width)
    strip = row_strip(row, places, width, LOOK)
    assert strip.cell_length == width
    assert heading(spots(places), width, LOOK, ("age_ms", True), "pid").strip().cell_length == width


def test_a_failure_is_marked_by_a_sign_and_not_by_colour_alone() -> None:
    places = layout(OPEN.columns, 120)
    assert "!ENOENT" in row_strip(open_row(4, START), places, 120, LOOK).text
    assert " ok " in row_strip(open_row(3, START), places, 120, LOOK).text


def test_arguments_are_quoted_and_control_characters_written_out() -> None:
    row = exec_row(0, START)
    row[11] = ["sh", "-c", "printf '\x1b[31m'\n"]
    text = row_strip(row, layout(EXEC.columns, 200), 200, LOOK).text
    assert "\x1b" not in text
    assert "\\x1b[31m" in text
    assert "\\n" in text


def test_what_is_cut_says_so() -> None:
    row = exec_row(0, START)
    row[11] = ["x" * 500]
    assert row_strip(row, layout(EXEC.columns, 100), 100, LOOK).text.rstrip().endswith("…")


def test_a_note_about_a_value_stands_behind_it_and_is_never_cut_away() -> None:
    row = open_row(13, START)
    for path in ("lib/x", "lib/" + "x" * 500):
        row[9] = path
        assert row_strip(row, layout(OPEN.columns, 100), 100, LOOK).text.rstrip().endswith(" [relative]")


@pytest.mark.parametrize(("falling", "sign"), [(True, "▼"), (False, "▲")])
def test_the_heading_tells_by_what_it_is_sorted_and_which_way(falling: bool, sign: str) -> None:
    shown = spots(layout(EXEC.columns, 200))
    text = heading(shown, 200, LOOK, ("age_ms", falling)).strip().text
    assert f"AGE ms{sign}" in text
    assert f"EXI{sign}" in heading(shown, 200, LOOK, ("code", falling)).strip().text


def test_spots_are_where_the_cells_are() -> None:
    for width in (40, 80, 200):
        places = layout(OPEN.columns, width)
        text = row_strip(open_row(7, START), places, width, LOOK).text
        shown = {spot.id: text[spot.start : spot.start + spot.cells].strip() for spot in spots(places)}
        assert shown["pid"] == "4007"
        assert shown["path"][:8] == "/var/lib"
