"""The slow list: which requests it tells of, how many of them, the newest at the bottom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Row
from probes.disk_sums import Threshold
from tests.unit.disk_views import BLOCK, HELLO, LOOK, PLAIN, THRESHOLDS, slow_row, view
from tests.unit.drawing import NEWEST, drawn
from tui.history import History
from tui.panes.block.slow import SlowSheet, limits, named, shown_columns
from tui.panes.table.memory import Memory

HEADING = 2
"""Lines that do not scroll."""
ROWS = [slow_row(n, error="EIO" if n == 55 else None) for n in range(60)]
VALUES = st.none() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats() | st.text(max_size=30)


def texts(width: int = 200, height: int = 12, top: int = NEWEST, filter_text: str = "", **fields: object) -> list[str]:
    shown = view(filter_text, **({"rows": ROWS, "selected": 60, "thresholds": THRESHOLDS} | fields))
    return [strip.text for strip in drawn(SlowSheet(shown, Memory(), "F"), LOOK, width, height, top)]


def test_the_newest_is_at_the_bottom_and_followed() -> None:
    found = texts()
    assert len(found) == 12
    assert "worker-59" in found[-1]
    assert "worker-50" in found[HEADING]
    assert "worker-0 " in texts(top=0)[HEADING]
    assert len(SlowSheet(view(rows=ROWS), Memory(), "F")) == 60


def test_it_says_from_when_on_a_request_is_slow_and_why() -> None:
    assert texts()[0].startswith(
        " slower than 18.0ms (second hump) on sdb reads, 900us (p99.9) on sda reads, 2.00ms (p99.9) on sda writes"
    )
    assert "no threshold yet: it is found after 1,000 requests" in texts(thresholds=[])[0]


def test_one_threshold_that_was_set_for_all_is_said_once() -> None:
    given_ = [Threshold(disk, op, 10_000.0, "set") for disk in ("sda", "sdb") for op in ("read", "write")]
    assert limits(given_) == ["10.0ms (as set)"]
    alike = [Threshold(disk, "read", 10_000.0, "tail") for disk in ("sdb", "sda")]
    assert limits(alike) == ["10.0ms (p99.9) on sda reads and on sdb reads"]


@pytest.mark.parametrize("width", [200, 80, 60])
def test_it_says_how_many_it_lists_of_how_many(width: int) -> None:
    assert texts(width, selected=1250)[0].rstrip().endswith("listed 60 of 1,250")
    assert texts(width)[0].rstrip().endswith("listed 60 of 60")


def test_a_cgroup_has_the_name_of_its_unit() -> None:
    assert "UNIT" in texts()[1]
    assert " db.service " in texts()[-1]
    assert "/system.slice" not in texts()[-1]
    columns = shown_columns(BLOCK.columns)
    at = [column.id for column in columns].index("cgroup")
    assert named(slow_row(1, cgroup=None), columns)[at] is None


def test_a_failure_is_marked() -> None:
    assert [text.split()[1] for text in texts() if "!EIO" in text] == ["1055"]


@pytest.mark.parametrize("width", [78, 60, 46, 30])
def test_the_disk_and_its_time_stay_when_it_is_narrow(width: int) -> None:
    _, heading, *rows = texts(width)
    assert "DISK" in heading.split()
    assert "DEVICE us" in heading
    assert all("sdb" in row for row in rows)
    assert "45738" in rows[-1]


def test_an_ordinary_terminal_keeps_what_matters() -> None:
    assert texts(78)[1].split() == ["TIME", "PID", "COMM", "DISK", "OP", "QUEUE", "us", "DEVICE", "us", "ERROR"]


def test_only_rows_that_pass_the_filter_are_listed() -> None:
    assert ["worker-7" in text for text in texts(filter_text="pid:1007")[HEADING:]] == [True]
    assert "no slow request passes the filter: F clears it" in texts(filter_text="pid:1")[HEADING]


def test_what_is_not_there_is_said() -> None:
    assert "no slow request yet: waiting" in texts(rows=[], selected=0)[HEADING]


def test_a_session_without_such_a_list_says_so() -> None:
    probe = HELLO.probes[0].__class__("block", "Block I/O", "?", "latency")
    bare = History(HELLO.__class__(1, "0", "h", "k", 0, 1.0, (probe,))).view.probes[0]
    assert "recorded by an older ebtop" in drawn(SlowSheet(bare, Memory(), "F"), LOOK, 80, 9)[-1].text


@given(st.lists(st.lists(VALUES, min_size=15, max_size=15), max_size=4), st.integers(1, 220), st.integers(1, 12))
def test_whatever_the_rows_the_lines_fit(rows: list[Row], width: int, height: int) -> None:
    for look in (LOOK, PLAIN):
        strips = drawn(SlowSheet(view(rows=rows, thresholds=THRESHOLDS), Memory(), "F"), look, width, height)
        assert {strip.cell_length for strip in strips} == {width}
        assert all(strip.text.isprintable() for strip in strips)
    assert all(strip.text.isascii() for strip in strips)
