"""Bars: nothing is lost on the way from slots to cells, and what matters can be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.latency import SLOTS, Latency, low_ns, slot_of
from tui.theme import load
from tui.widgets.glyphs import ASCII, UNICODE, for_encoding
from tui.widgets.histogram import (
    Axis,
    axis_between,
    axis_for,
    levels,
    power,
    render_histogram,
    render_labels,
    render_spark,
    spread,
)
from tui.widgets.line import look

LOOK = look(load("dark"), UNICODE)
PLAIN = look(load("dark"), ASCII)
SLOT_COUNTS = st.dictionaries(st.integers(0, SLOTS - 1), st.integers(1, 10**6), min_size=1, max_size=60)


def latency(slots: dict[int, int]) -> Latency:
    total = sum(low_ns(slot) * here for slot, here in slots.items())
    return Latency(slots, sum(slots.values()), total, low_ns(max(slots) + 1))


def two_humps() -> Latency:
    """98 % at about 100 us, 2 % at about 5 ms."""
    slots = {slot_of(us * 1000): 980 for us in range(80, 130, 5)}
    return latency(slots | {slot_of(us * 1000): 25 for us in range(4000, 6000, 250)})


@given(SLOT_COUNTS, st.integers(4, 120))
def test_every_request_is_in_some_cell(slots: dict[int, int], width: int) -> None:
    axis = axis_for([latency(slots)], width)
    assert sum(spread(slots, axis)) == pytest.approx(sum(slots.values()))


@given(SLOT_COUNTS, st.integers(4, 120), st.integers(1, 12))
def test_the_picture_has_the_size_that_was_asked_for(slots: dict[int, int], width: int, height: int) -> None:
    shown = latency(slots)
    axis = axis_for([shown], width)
    strips = [
        *render_histogram(shown, axis, height, LOOK),
        *render_spark(shown, axis, height, LOOK),
        render_labels(axis, LOOK),
    ]
    assert len(strips) == 2 * height + 1
    assert {strip.cell_length for strip in strips} == {width}
    assert {len(strip.text) for strip in strips} == {width}


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=100), st.integers(1, 80))
def test_what_is_there_is_seen_and_the_most_is_full(cells: list[float], most: int) -> None:
    heights = levels(cells, most)
    for cell, height in zip(cells, heights, strict=True):
        assert 0 <= height <= most
        assert (height > 0) == (cell > 0) or cell < 1e-300
    if max(cells) > 1e-9:
        assert max(heights) == most


def test_a_hump_of_two_percent_is_clearly_visible() -> None:
    shown = two_humps()
    axis = Axis(10e3, 100e6, 48)
    cells = [strip.text for strip in render_histogram(shown, axis, 4, LOOK)]
    bottom, second = cells[-1], cells[-2]
    assert bottom[axis.column(5e6)] == "█"
    assert second[axis.column(5e6)] != " "
    assert bottom[axis.column(1e6)] == " "


def test_the_average_is_marked_where_nothing_is() -> None:
    shown = two_humps()
    axis = Axis(10e3, 100e6, 48)
    cell = render_spark(shown, axis, 1, LOOK)[0].crop(axis.column(shown.average_ns)).text[0]
    marked = [segment for segment in render_spark(shown, axis, 1, LOOK)[0] if segment.style == LOOK.styles["caret"]]
    assert [segment.text for segment in marked] == [cell]


def test_an_axis_that_is_close_to_what_there_is_has_its_powers_of_ten_inside() -> None:
    axis = axis_between(slot_of(35_000), slot_of(900_000), 60, parts=3)
    assert (axis.low_ns, axis.high_ns) == pytest.approx((10 ** (13 / 3), 10 ** (19 / 3)))
    assert [(power(ns), axis.column(ns)) for _, ns in axis.decades()] == [("100us", 20), ("1ms", 50)]


def test_the_axis_spans_whole_powers_of_ten_around_everything() -> None:
    axis = axis_for([latency({slot_of(85_000): 1}), latency({slot_of(2_300_000): 1})], 60)
    assert (axis.low_ns, axis.high_ns) == pytest.approx((10e3, 10e6))
    assert [power(ns) for _, ns in axis.decades()] == ["10us", "100us", "1ms"]


def test_one_axis_without_any_latency() -> None:
    assert axis_for([], 40).width == 40


def test_ascii_where_there_is_no_unicode() -> None:
    shown = two_humps()
    axis = axis_for([shown], 40)
    strips = [*render_spark(shown, axis, 4, PLAIN), render_labels(axis, PLAIN)]
    assert all(strip.text.isascii() for strip in strips)


@pytest.mark.parametrize(
    ("encoding", "glyphs"),
    [
        ("utf-8", UNICODE),
        ("UTF8", UNICODE),
        ("iso-8859-1", ASCII),
        (None, ASCII),
        ("ansi_x3.4-1968", ASCII),
        ("x", ASCII),
    ],
)
def test_glyphs_follow_the_encoding(encoding: str | None, glyphs: object) -> None:
    assert for_encoding(encoding) is glyphs
