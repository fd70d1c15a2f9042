"""Heat maps: every request is in a cell, one alone is seen, more is never paler; marks are in their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.strip import Strip

from probes.latency import SLOTS, Latency, low_ns, slot_of
from tui.theme import load
from tui.widgets.glyphs import ASCII, SHADED, UNICODE, Glyphs, for_terminal
from tui.widgets.heatmap import (
    LEGEND_CELLS,
    NOWHERE,
    Strand,
    fineness,
    render_legend,
    render_map,
    render_scale,
    scale_of,
    strand,
)
from tui.widgets.histogram import Axis, axis_between
from tui.widgets.line import Look, look

LOOK = look(load("dark"), UNICODE)
SECOND = 1_000_000_000
AXIS = Axis(10e3, 100e6, 24)
LOOKS = [look(load("dark"), glyphs) for glyphs in (UNICODE, SHADED, ASCII)]
SLOT_COUNTS = st.dictionaries(st.integers(0, SLOTS - 1), st.integers(1, 10**6), min_size=1, max_size=60)


def latency(slots: dict[int, int]) -> Latency:
    total = sum(low_ns(slot) * here for slot, here in slots.items())
    return Latency(slots, sum(slots.values()), total, low_ns(max(slots) + 1))


def at(us: float, count: int = 1) -> Latency:
    return latency({slot_of(int(us * 1000)): count})


def drawn(strands: list[Strand], how: Look, cursor: int | None = None, *, marks: bool = False) -> list[Strip]:
    return render_map(strands, AXIS, how, cursor=cursor, marks=marks)


def ink(strip: Strip, column: int) -> tuple[str, str, str]:
    """Glyph, colour and background of a cell."""
    (segment,) = strip.crop(column, column + 1)
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    return segment.text, style.color.name, style.bgcolor.name


def seen(strip: Strip, column: int) -> bool:
    """Whether a cell is anything but empty background."""
    glyph, colour, background = ink(strip, column)
    nothing = load("dark").background
    return background != nothing or (glyph != " " and colour != nothing)


@given(SLOT_COUNTS, st.integers(2, 120), st.floats(0.05, 600))
def test_what_is_there_has_a_level_and_what_is_not_has_none(slots: dict[int, int], cells: int, seconds: float) -> None:
    axis = axis_between(min(slots), max(slots), cells, parts=3)
    one = strand(latency(slots), int(seconds * SECOND), axis, 256.0, 5)
    assert len(one.levels) == cells
    assert all(level <= 5 for level in one.levels)
    for slot in slots:
        middle = (low_ns(slot) + low_ns(slot + 1)) / 2
        assert one.levels[axis.column(middle)] > 0
    first, last = axis.column(low_ns(min(slots))), axis.column(low_ns(max(slots) + 1))
    assert not any(one.levels[:first])
    assert not any(one.levels[last + 1 :])


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_is_never_paler(one: int, other: int) -> None:
    less, more = sorted((one, other))
    levels = [max(strand(at(500, count), SECOND, AXIS, 1024.0, 5).levels) for count in (less, more)]
    assert levels[0] <= levels[1]


def test_the_ramp_goes_from_one_request_to_the_most() -> None:
    assert max(strand(at(500, 1), SECOND, AXIS, 1024.0, 5).levels) == 1
    assert max(strand(at(500, 4096), SECOND, AXIS, 1024.0, 5).levels) == 5
    assert {max(strand(at(500, 2**n), SECOND, AXIS, 1024.0, 5).levels) for n in range(13)} == {1, 2, 3, 4, 5}


def test_the_same_rate_is_the_same_colour_however_long_a_column_is() -> None:
    short, long = (strand(at(500, count), span, AXIS, 1024.0, 5) for count, span in ((80, SECOND), (800, 10 * SECOND)))
    assert short.levels == long.levels


@pytest.mark.parametrize("how", LOOKS)
@pytest.mark.parametrize("marks", [False, True])
def test_one_slow_request_beside_many_fast_ones_is_seen(how: Look, marks: bool) -> None:
    both = latency({slot_of(100_000): 100_000, slot_of(40_000_000): 1})
    strips = drawn([Strand(bytes(24)), strand(both, SECOND, AXIS, scale_of(100_000), 5)], how, marks=marks)
    line = len(strips) - 1 - AXIS.column(40_000_000) // fineness(how)
    assert seen(strips[line], 1)
    assert not seen(strips[line], 0)
    assert not seen(strips[line + 3], 1)


@pytest.mark.parametrize("how", LOOKS)
def test_the_picture_has_the_size_of_its_axis(how: Look) -> None:
    strips = drawn([strand(at(us), SECOND, AXIS, 16.0, 5) for us in range(20, 50)], how, cursor=3)
    assert len(strips) == 24 // fineness(how)
    assert {strip.cell_length for strip in strips} == {30}
    assert {len(strip.text) for strip in strips} == {30}
    assert len(render_scale(AXIS, how)) == len(strips)


def test_without_half_cells_densities_are_glyphs_of_one_colour() -> None:
    strands = [strand(at(500, count), SECOND, AXIS, 1024.0, 5) for count in (1, 6, 40, 250, 5000)]
    for how, expected in ((LOOKS[1], "░▒▓██"), (LOOKS[2], ".:*#@")):
        line = next(strip for strip in drawn(strands, how) if strip.text.strip())
        assert line.text == expected
        assert len({ink(line, column)[1] for column in range(5)}) == 1


def test_both_halves_of_a_cell_have_their_own_colour() -> None:
    how, theme = LOOKS[0], load("dark")
    both = Strand(bytes([5, 1]))
    (strip,) = render_map([both], Axis(10e3, 100e6, 2), how, cursor=None, marks=False)
    assert ink(strip, 0) == ("▀", theme.heat[0], theme.heat[4])


def test_marks_are_where_average_and_p99_are() -> None:
    healthy = Strand(bytes(24), average=8, tail=21)
    strips = drawn([healthy], LOOKS[1], marks=True)
    assert [strips[23 - 8].text, strips[23 - 21].text] == ["━", "┅"]
    assert not any(strip.text.strip() for strip in drawn([healthy], LOOKS[1], marks=False))
    assert strand(Latency({}, 0, 0, 0), SECOND, AXIS, 16.0, 5) == Strand(bytes(24), NOWHERE, NOWHERE)


def test_in_a_low_map_a_mark_hides_nothing() -> None:
    axis = Axis(10e3, 100e6, 8)
    hidden, clear = Strand(bytes([0, 0, 3, 3, 0, 0, 0, 0]), 2, 7), Strand(bytes(8), 2, 7)
    strips = render_map([hidden, clear], axis, LOOK, cursor=None, marks=True)
    assert [strip.text for strip in strips] == ["┅┅", "  ", " ━", "  "]


@pytest.mark.parametrize("name", ["dark", "light", "colour-blind"])
def test_a_mark_is_legible_on_every_density(name: str) -> None:
    heat = look(load(name), UNICODE).heat
    for styles in (heat.average, heat.tail):
        assert len(styles) == heat.levels + 1
        assert all(style.color != style.bgcolor for style in styles)


def test_the_column_under_the_cursor_is_lit() -> None:
    strips = drawn([Strand(bytes(24))] * 3, LOOKS[0], cursor=1)
    theme = load("dark")
    assert [ink(strips[5], column)[2] for column in range(3)] == [theme.background, theme.cursor, theme.background]


def test_powers_of_ten_are_told_beside_the_map() -> None:
    labels = [strip.text for strip in render_scale(AXIS, LOOK)]
    assert [label for label in labels if label.strip("│ ")] == [" 10ms┤", "  1ms┤", "100us┤", " 10us┤"]
    low = [strip.text for strip in render_scale(axis_between(slot_of(35_000), slot_of(900_000), 12, parts=3), LOOK)]
    assert [label for label in low if label.strip("│ ")] == ["  1ms┤", "100us┤"]


def test_the_legend_says_what_colours_and_marks_mean() -> None:
    assert render_legend(1024.0, LOOKS[1], marks=True).text == "1/s ░▒▓█ 1,024/s ━ avg ┅ p99".ljust(LEGEND_CELLS)
    assert "p99" not in render_legend(1024.0, LOOKS[1], marks=False).text
    assert render_legend(1e12, LOOK, marks=True).cell_length == LEGEND_CELLS


def test_the_scale_of_densities_is_calm() -> None:
    assert len({scale_of(hz) for hz in range(520, 1000)}) == 1
    assert scale_of(0.0) == scale_of(20.0)


@pytest.mark.parametrize(
    ("encoding", "colours", "colourless", "glyphs"),
    [
        ("utf-8", "truecolor", False, UNICODE),
        ("utf-8", "256", False, UNICODE),
        ("utf-8", "standard", False, SHADED),
        ("utf-8", None, False, SHADED),
        ("utf-8", "256", True, SHADED),
        ("ascii", "256", False, ASCII),
    ],
)
def test_glyphs_follow_the_terminal(encoding: str, colours: str | None, colourless: bool, glyphs: Glyphs) -> None:
    assert for_terminal(encoding, colours, colourless=colourless) is glyphs
