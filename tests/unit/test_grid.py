"""Tables that one moves in: what is selected stays so, whatever comes, goes or changes its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column, Row
from probes.filter import parse
from tests.unit.disk_views import LOOK
from tests.unit.drawing import Opens
from tui.panes.table.grid import NOTHING, Grid
from tui.panes.table.order import Sort
from tui.panes.table.sheet import Listed
from tui.wanted import Wanted

COLUMNS = (Column("comm", "COMM", "word", 15, ""), Column("count", "COUNT", "number", 9, ""))


def listed(**counts: int) -> Listed:
    return Listed(COLUMNS, list(counts), [[comm, count] for comm, count in counts.items()])


def test_while_rows_are_followed_none_is_selected_and_commands_mean_the_newest() -> None:
    opens = Opens(30)
    assert (opens.grid.following, opens.grid.selected, opens.grid.key) == (True, None, 29)
    opens.add(5)
    assert opens.grid.key == 34
    assert opens.grid.notice("G") == ""


def test_a_selected_row_stays_selected_while_others_come() -> None:
    opens = Opens(30)
    opens.grid.move(-3)
    assert opens.key == 26
    before = opens.draw()
    opens.add(7)
    assert opens.draw() == before
    assert opens.key == 26
    assert opens.grid.notice("G") == "7 more below, G to follow"


def test_the_newest_row_at_last_is_followed_again() -> None:
    opens = Opens(30)
    opens.grid.move(-1)
    assert not opens.grid.following
    opens.grid.move(1)
    assert opens.grid.following
    opens.grid.top()
    assert opens.key == 0
    opens.grid.bottom()
    assert opens.grid.following


def test_a_row_that_left_history_hands_over_to_the_nearest() -> None:
    opens = Opens(20, most_rows=20)
    opens.grid.top()
    opens.grid.move(2)
    assert opens.key == 2
    opens.add(10)
    assert opens.key == 10
    opens.add(1)
    assert opens.key == 11


def test_a_row_that_the_filter_takes_away_hands_over_to_the_next_that_passes() -> None:
    opens = Opens(30)
    opens.grid.top()
    opens.grid.move(7)
    opens.log.select(parse("err:ENOENT"))
    opens.show()
    assert opens.key == 9


def test_sorting_does_not_change_what_is_selected() -> None:
    opens = Opens(60)
    opens.grid.top()
    opens.grid.move(20)
    for column in ("latency_us", "path", "error", "pid"):
        opens.grid.columns.sort = Sort(column, falling=True)
        opens.show()
        assert opens.key == 20
        opens.add(3)
        assert opens.key == 20
        assert any(" 4020 " in line for line in opens.draw())


def test_the_wheel_moves_the_view_and_not_the_selection() -> None:
    opens = Opens(60)
    opens.grid.move(-1)
    opens.grid.wheel(-30)
    assert opens.key == 58
    assert not any(" 4008 " in line for line in opens.draw())
    before = opens.draw()
    opens.add(4)
    assert opens.draw() == before
    opens.grid.move(-1)
    assert opens.key == 57
    assert any(" 4007 " in line for line in opens.draw())


def test_pages_move_view_and_selection() -> None:
    opens = Opens(100)
    opens.grid.page(-1)
    assert opens.key == 90
    assert opens.grid.notice("G") == "9 more below, G to follow"
    opens.grid.page(1)
    assert opens.grid.following


def test_where_nothing_is_followed_the_first_row_is_selected_until_another_one_is() -> None:
    grid = Grid(Sort("count", falling=True))
    grid.show(listed(a=3, b=2, c=1))
    grid.draw(LOOK, 40, 9, focused=True)
    assert grid.key == "a"
    grid.show(listed(a=3, b=2, c=9))
    assert grid.key == "c"
    grid.move(1)
    assert grid.key == "a"
    grid.show(listed(a=0, b=2, c=9))
    assert grid.key == "a"
    grid.show(listed(b=2, c=9))
    assert grid.key == "b"
    grid.top()
    assert grid.key == "c"


def test_an_empty_table_is_harmless() -> None:
    grid = Grid()
    for command in ("cell-left", "cell-right", "sort", "sort-left", "sort-right", "invert"):
        grid.act(command)
    for move in (grid.top, grid.bottom):
        move()
    grid.move(1)
    grid.page(-1)
    grid.wheel(3)
    grid.click(0, 0)
    assert (grid.cell, grid.subject, grid.copied, grid.find(1), grid.matches()) == (NOTHING, None, "", False, 0)


STEPS = st.lists(
    st.tuples(st.sampled_from(["move", "page", "wheel", "add", "filter", "sort", "top", "bottom", "find", "click"]),
              st.integers(-9, 9)), max_size=12,
)  # fmt: skip


@given(STEPS, st.integers(1, 90), st.integers(1, 9), st.integers(0, 20))
def test_whatever_one_does_the_lines_fit_and_the_selected_row_is_one_of_them(
    steps: list[tuple[str, int]], width: int, height: int, count: int
) -> None:
    opens = Opens(count, most_rows=20)
    grid = opens.grid
    grid.look_for(Wanted("o"))
    for what, by in steps:
        match what:
            case "move" | "page" | "wheel" | "find":
                getattr(grid, what)(by)
            case "add":
                opens.add(abs(by))
            case "filter":
                opens.log.select(parse("comm:nginx" if by > 0 else ""))
                opens.show()
            case "sort":
                grid.act("sort" if by > 0 else "sort-right")
            case "click":
                grid.click(abs(by), abs(by))
            case _:
                getattr(grid, what)()
        strips = grid.draw(LOOK, width, height, focused=True)
        assert {strip.cell_length for strip in strips} <= {width}
        assert len(strips) <= height
        if grid.current is not None:
            assert 0 <= grid.current < grid.count == len(opens.log)


def test_rows_keep_their_values() -> None:
    rows: list[Row] = [["a", 1], ["b", 2]]
    assert Listed(COLUMNS, ["a", "b"], rows).row(1) == ["b", 2]
