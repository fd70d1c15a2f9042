"""Kinds of requests: every request is in one of them, and the slow ones can be told from the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import SIZES, Flag, Part
from probes.lanes import lanes
from tests.unit.disk_views import LOOK, PLAIN, SICK_PARTS, part, view
from tests.unit.drawing import drawn
from tui.panes.block.parts import By, Kind, PartsSheet, kinds

BYS: tuple[By, ...] = ("op", "flag", "size", "pattern")
FLAGS: tuple[Flag, ...] = ("sync", "meta", "readahead", "fua", "prio")
PARTS = st.lists(
    st.builds(
        part,
        st.tuples(st.sampled_from(["sda", "sdb"]), st.sampled_from(["read", "write", "flush"])),
        st.lists(st.sampled_from(FLAGS), unique=True).map(tuple),
        st.sampled_from([*SIZES, 0]),
        st.booleans(),
        st.tuples(st.floats(1, 1e6), st.integers(1, 50)),
    ),
    min_size=1,
    max_size=8,
)


def names(by: By, disk: str | None = None) -> list[tuple[str, str]]:
    return [(kind.op, kind.name) for kind in kinds(SICK_PARTS, disk, by)]


def texts(by: By, width: int = 120, height: int = 20, top: int = 0, disk: str | None = None) -> list[str]:
    return [
        strip.text for strip in drawn(PartsSheet(view(parts=list(SICK_PARTS)), disk, by, "F"), LOOK, width, height, top)
    ]


def find(by: By, op: str, name: str, disk: str | None = None) -> Kind:
    return next(kind for kind in kinds(SICK_PARTS, disk, by) if (kind.op, kind.name) == (op, name))


def test_kinds_have_an_order_that_stays() -> None:
    assert names("op") == [("read", ""), ("write", ""), ("flush", "")]
    assert names("flag") == [
        ("read", "no flag"), ("read", "sync"), ("read", "read-ahead"), ("write", "no flag"), ("write", "sync"),
        ("write", "metadata"), ("flush", "no flag"),
    ]  # fmt: skip
    assert names("size")[:3] == [("read", "to 4KiB"), ("read", "to 32KiB"), ("read", "over 256KiB")]
    assert names("pattern")[:2] == [("read", "sequential"), ("read", "random")]
    assert names("op", "sdb") == [("read", "")]


def test_the_slow_kind_stands_out() -> None:
    assert find("flag", "read", "no flag", "sdb").latency.percentile_ns(0.99) > 30e6
    assert find("flag", "read", "read-ahead", "sdb").latency.percentile_ns(0.99) < 3e6


def test_figures_of_a_kind() -> None:
    line = next(text for text in texts("size", disk="sda") if "to 32KiB" in text)
    # 500 requests of 4 KiB in ten seconds, of 1,652 of that disk.
    assert line.split()[:7] == ["read", "to", "32KiB", "500", "30%", "50", "200KiB"]


@given(PARTS, st.sampled_from(["op", "size", "pattern"]), st.sampled_from([None, "sda"]))
def test_every_request_is_in_one_kind(parts: list[Part], by: By, disk: str | None) -> None:
    asked = [one for one in parts if disk in (None, one.disk)]
    found = kinds(parts, disk, by)
    assert sum(kind.latency.count for kind in found) == sum(one.count for one in asked)
    assert sum(kind.bytes for kind in found) == sum(one.bytes for one in asked)
    assert sum(sum(kind.latency.slots.values()) for kind in found) == sum(one.count for one in asked)


@given(PARTS)
def test_a_request_is_counted_with_each_of_its_flags(parts: list[Part]) -> None:
    found = kinds(parts, None, "flag")
    assert sum(kind.latency.count for kind in found) == sum(one.count * max(len(one.flags), 1) for one in parts)


def test_that_flags_overlap_is_said_where_they_do() -> None:
    assert "counted with each of them" in texts("flag")[-1]
    assert "counted with each of them" not in texts("flag", disk="sdb")[-1]
    assert "counted with each of them" not in texts("size")[-1]


def test_all_bars_have_the_one_axis_that_the_heading_shows() -> None:
    heading, *rows = texts("flag", 120, 9)
    slow = next(row for row in rows if "36.0ms" in row)
    at = heading.index("10ms")
    assert slow[at + 2 :].strip()
    assert not next(row for row in rows if row.startswith("read    sync"))[at:].strip()


def test_bars_grow_where_there_is_room() -> None:
    assert len(texts("op", height=4)) == 4
    assert len(texts("op", height=7)) == 7
    assert len(texts("op", height=40)) == 10
    assert "counted with each of them" in texts("flag", height=22)[-1]


@pytest.mark.parametrize("by", BYS)
def test_it_scrolls_to_the_last_line(by: By) -> None:
    shown = view(parts=list(SICK_PARTS))
    whole = texts(by, height=len(PartsSheet(shown, None, by, "F")) + 2)
    assert texts(by, height=4, top=99)[-1] == whole[-1]
    assert len(texts(by, height=4, top=1)) == 4


def test_errors_have_a_column_once_there_are_any() -> None:
    assert "ERR" not in texts("op")[0]
    failed = Part("sda", "read", (), SIZES[0], False, lanes({3: 5}), 5, 5, 5, 5, 2)
    strips = drawn(PartsSheet(view(parts=[failed]), None, "op", "F"), LOOK, 100, 9)
    assert "ERR" in strips[0].text
    assert "!2" in "".join(strip.text for strip in strips)


def test_what_is_not_there_is_said() -> None:
    assert texts("op", disk="sdz")[1:] == [f"{' no request in the last 10 s: waiting':<120}"]


@given(PARTS, st.sampled_from(BYS), st.integers(1, 220), st.integers(1, 14), st.integers(0, 9))
def test_any_parts_fit(parts: list[Part], by: By, width: int, height: int, top: int) -> None:
    for look in (LOOK, PLAIN):
        strips = drawn(PartsSheet(view(parts=parts), None, by, "F"), look, width, height, top)
        assert {strip.cell_length for strip in strips} == {width}
        assert len(strips) <= max(height, 1)
    assert all(strip.text.isascii() for strip in strips)
