"""The columns that a user wants to see: in his order, hidden ones too, each with its own values."""

from __future__ import annotations

from tests.tui.fakes import HELLO
from tui import theme
from tui.log import Log
from tui.panes.rows.chosen import chosen
from tui.panes.rows.sheet import RowSheet
from tui.panes.table.memory import Memory
from tui.widgets.glyphs import UNICODE
from tui.widgets.line import look

OPEN = HELLO.probes[1]


def sheet(*wanted: str) -> RowSheet:
    log = Log(OPEN.columns)
    values = {"pid": 812, "comm": "nginx", "path": "/etc/passwd", "error": "ENOENT", "user": "www"}
    log.add(0, [[values.get(column.id) for column in OPEN.columns]], tested=False)
    return RowSheet(OPEN, log, Memory(), "", wanted)


def line(of: RowSheet, width: int = 80) -> str:
    return of.strips(0, width, 1, look(theme.load("dark"), UNICODE))[0].text


def test_columns_stand_in_the_order_that_was_asked_for() -> None:
    made = sheet("path", "pid", "comm")
    assert [spot.id for spot in made.spots(80)] == ["path", "pid", "comm"]
    assert line(made).split() == ["/etc/passwd", "812", "nginx"]


def test_a_hidden_column_is_seen_where_it_is_asked_for() -> None:
    hidden = next(column.id for column in OPEN.columns if not column.width)
    assert hidden in [spot.id for spot in sheet("pid", hidden).spots(80)]
    assert hidden not in [spot.id for spot in sheet().spots(200)]


def test_without_a_wish_they_are_as_the_probe_has_them() -> None:
    assert chosen(OPEN.columns, ()).columns == OPEN.columns


def test_a_name_that_is_not_known_is_not_heeded() -> None:
    assert [spot.id for spot in sheet("pid", "nonsense").spots(80)] == ["pid"]
