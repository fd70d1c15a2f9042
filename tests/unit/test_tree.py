"""Who started whom: every row is in the tree once, below its parent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.fakes import EXEC, START, exec_row
from tests.unit.disk_views import LOOK, PLAIN
from tests.unit.drawing import NEWEST, drawn
from tui.lineage import Lineage
from tui.log import Log
from tui.panes.rows.tree import Started, TreeSheet, bare, grown
from tui.panes.table.grid import Grid
from tui.panes.table.memory import Memory
from tui.panes.table.order import Sort
from tui.subject import Cell, Process

FAMILY = {0: (10, 1, "init"), 1: (20, 10, "sh"), 2: (30, 99, "sshd"), 3: (21, 10, "sh"), 4: (22, 20, "make")}
"""Two of init's below each other, one of somebody else's between."""


def sheet(family: dict[int, Started]) -> TreeSheet:
    log = Log(EXEC.columns)
    rows = []
    for number, (pid, parent, comm) in family.items():
        row = exec_row(number, START + number)
        row[1:4], row[5] = [pid, parent, comm], f"p{pid}"
        rows.append(row)
    log.add(0, rows, tested=False)
    return TreeSheet("exec", log, EXEC.columns, Memory(), "nothing")


def test_parents_come_before_their_children_and_the_newest_last() -> None:
    tree = grown(FAMILY)
    assert tree.order == [bare(99), 2, bare(1), 0, 1, 4, 3]
    assert [tree.children(number) for number in tree.order] == [1, 0, 1, 2, 1, 0, 0]
    assert tree.sides(4) == [False, True, False]


def test_it_is_drawn_with_branches() -> None:
    texts = [strip.text for strip in drawn(sheet(FAMILY), LOOK, 160, 20, NEWEST)]
    names = [text[21 : text.index("p") + 3 if "p" in text else 40].rstrip() for text in texts[4:]]
    assert names == ["└─ p10", "   ├─ p20", "   │  └─ p22", "   └─ p21"]
    assert " 99 sshd" in texts[1]
    assert "└─ p30" in texts[2]
    plain = [strip.text for strip in drawn(sheet(FAMILY), PLAIN, 160, 20, NEWEST)]
    assert all(text.isascii() for text in plain)
    assert "   |- p20" in plain[5]


def test_a_parent_without_a_row_is_what_its_children_know_of_it() -> None:
    shown = sheet(FAMILY)
    at = shown.find(bare(99))
    assert at == 0
    row = dict(zip((column.id for column in shown.columns), shown.row(at), strict=True))
    assert (row["pid"], row["comm"], row["children"], row["time"]) == (99, "sshd", 1, None)
    assert shown.cell(at, "pid") == Cell("pid", "99")
    assert shown.subject(at, "comm") == Process(99, "sshd", 0)
    assert shown.subject(1, "argv") == Process(30, "p30", START + 2)


def test_an_exec_after_an_exec_stands_beside_it_and_has_the_children_from_then_on() -> None:
    tree = grown({0: (10, 1, "x"), 1: (11, 10, "x"), 2: (10, 1, "x"), 3: (12, 10, "x")})
    assert tree.order == [bare(1), 0, 1, 2, 3]
    assert (tree.above[1], tree.above[3]) == (0, 2)


def test_a_parent_without_a_row_stands_below_who_started_it() -> None:
    """10 has a row; 15, which ran no program, was forked by 14, and that by 10; 14 is the parent of 31 as well."""
    known = {15: [14, 10, 1], 14: [10, 1]}
    tree = grown({0: (10, 1, "x"), 1: (30, 15, "sh"), 2: (31, 14, "sh")}, lambda pid: known.get(pid, []))
    assert tree.order == [bare(1), 0, bare(14), bare(15), 1, 2]
    assert tree.sides(1) == [False, False, True, False]


def test_what_the_history_knows_joins_what_stood_apart() -> None:
    lineage = Lineage()
    lineage.learn({15: 10}, START)
    log = Log(EXEC.columns, lineage=lineage)
    rows = [exec_row(number, START + number) for number in range(2)]
    rows[0][1:4], rows[1][1:4] = [10, 1, "init"], [30, 15, "shell"]
    log.add(0, rows, tested=False)
    shown = TreeSheet("exec", log, EXEC.columns, Memory(), "nothing")
    texts = [strip.text for strip in drawn(shown, LOOK, 120, 9, NEWEST)]
    assert ["15 " in text and "└─ shell" in text for text in texts[-2:]] == [True, False]


def sorted_pids(column: str, *, falling: bool) -> list[object]:
    grid = Grid(Sort(column, falling))
    grid.show(sheet(FAMILY))
    return [row[1] for row in grid.contents.rows]


def test_who_has_the_same_parent_stands_in_the_order_of_the_column() -> None:
    assert sorted_pids("pid", falling=False) == [1, 10, 20, 22, 21, 99, 30]
    assert sorted_pids("pid", falling=True) == [99, 30, 1, 10, 21, 20, 22]
    assert sorted_pids("time", falling=True) == [99, 30, 1, 10, 21, 20, 22]
    assert sorted_pids("children", falling=True) == [99, 30, 1, 10, 20, 22, 21]


def test_branches_are_those_of_the_order() -> None:
    grid = Grid(Sort("pid", falling=True))
    grid.show(sheet(FAMILY))
    texts = [strip.text for strip in grid.draw(LOOK, 160, 20, focused=False)]
    assert ["├─ p21" in text for text in texts].index(True) < ["└─ p20" in text for text in texts].index(True)
    grid.columns.sort = None
    grid.show(sheet(FAMILY))
    assert "└─ p21" in grid.draw(LOOK, 160, 20, focused=False)[-1].text


FAMILIES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), st.just("x")), max_size=30).map(
    lambda rows: dict(enumerate(rows))
)


@given(FAMILIES, st.dictionaries(st.integers(1, 6), st.lists(st.integers(1, 6), unique=True)))
def test_whatever_is_known_of_parents_every_row_is_there_once(
    family: dict[int, Started], known: dict[int, list[int]]
) -> None:
    tree = grown(family, lambda pid: [one for one in known.get(pid, []) if one != pid])
    assert len(tree.order) == len(set(tree.order))
    assert sorted(number for number in tree.order if number >= 0) == list(family)
    assert set(tree.sorted(tree.order[::-1]).order) == set(tree.order)


@given(FAMILIES)
def test_every_row_is_there_once_below_its_parent(family: dict[int, Started]) -> None:
    tree = grown(family)
    assert sorted(number for number in tree.order if number >= 0) == list(family)
    assert len(tree.order) == len(set(tree.order))
    places = {number: at for at, number in enumerate(tree.order)}
    for number, (_, parent, _) in family.items():
        above = tree.above[number]
        assert places[above] < places[number]
        assert above == bare(parent) or family[above][0] == parent


@given(FAMILIES, st.integers(1, 200))
def test_any_tree_fits(family: dict[int, Started], width: int) -> None:
    strips = drawn(sheet(family), LOOK, width, 9, NEWEST)
    assert {strip.cell_length for strip in strips} == {width}


def test_a_long_chain_is_no_trouble() -> None:
    family = {number: (number + 1, number, "x") for number in range(5000)}
    strips = drawn(sheet(family), LOOK, 120, 9, NEWEST)
    assert "p5000" in strips[-1].text
