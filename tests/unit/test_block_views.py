"""What the block pane is made of: the order of disks, the time cursor, who gets how many lines, the axis of time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import Disk, DiskFacts
from tests.tui.fakes import SECOND, START
from tests.tui.raid import raid_tick
from tests.unit.disk_views import view
from tests.unit.test_timeline import filled
from tui.panes.block import disk, overview
from tui.panes.block.cursor import TimeCursor
from tui.panes.block.order import Order
from tui.panes.block.strands import Choice
from tui.tails import Tail
from tui.theme import load
from tui.timeline import Timeline
from tui.widgets.glyphs import ASCII, UNICODE
from tui.widgets.line import look
from tui.widgets.spark import render_sideways, render_spark_line
from tui.widgets.timeaxis import NOT_YET, render_times

LOOK = look(load("dark"), UNICODE)


def tails(**p99_ms: float) -> dict[str, Tail]:
    return {name: Tail(100, ms * 1e6) for name, ms in p99_ms.items()}


def test_the_worst_disk_is_first_and_the_silent_ones_last() -> None:
    order = Order()
    assert order.update({"a", "b", "c", "idle"}, tails(a=1, b=40, c=3), set()) == ("b", "c", "a", "idle")


def test_noise_moves_no_disk_and_a_clear_change_does() -> None:
    order = Order()
    order.update({"a", "b", "c"}, tails(a=3, b=2, c=1), set())
    assert order.update({"a", "b", "c"}, tails(a=2, b=2.9, c=1.4), set()) == ("a", "b", "c")
    assert order.update({"a", "b", "c"}, tails(a=2, b=2.9, c=9), set()) == ("c", "a", "b")


def test_a_disk_with_a_finding_is_first_for_as_long_as_it_lasts() -> None:
    order = Order()
    names, slow = {"a", "b", "c"}, tails(a=30, b=20, c=1)
    assert order.update(names, slow, {"c"}) == ("c", "a", "b")
    assert order.update(names, slow, set()) == ("a", "b", "c")


def test_disks_come_and_go() -> None:
    order = Order()
    order.update({"a", "b"}, tails(a=3, b=1), set())
    assert order.update({"b", "new"}, tails(b=1, new=8), set()) == ("new", "b")


@given(st.integers(0, 300), st.integers(20, 200), st.integers(2, 80))
def test_disks_share_the_lines_and_the_first_get_maps(disks: int, width: int, height: int) -> None:
    found = overview.heights(disks, width, height)
    assert sum(found) < height
    assert len(found) <= disks
    assert found == sorted(found, reverse=True)
    least = overview.BAND + (0 if width >= overview.BESIDE else overview.ABOVE)
    assert all(lines == 1 or lines >= least for lines in found)
    if disks and height > least + 2:
        assert found[0] >= least
    if disks and height > 2 and len(found) < disks:
        assert sum(found) >= height - 2


@pytest.mark.parametrize(
    ("disks", "width", "height", "expected"),
    [
        (3, 78, 18, [6, 6, 5]),
        (3, 78, 9, [4, 3, 1]),
        (1, 78, 9, [8]),
        (3, 52, 30, [10, 9, 9]),
        (12, 88, 9, [3, 1, 1, 1, 1]),
    ],
)
def test_lines_of_each_disk(disks: int, width: int, height: int, expected: list[int]) -> None:
    found = overview.heights(disks, width, height)
    assert found[: len(expected)] == expected
    assert len(found) == (5 if disks == 12 else disks) or len(found) > len(expected)


class At:
    """A cursor over a timeline, in a view of so many columns."""

    def __init__(self, timeline: Timeline, width: int = 6) -> None:
        self.cursor, self.timeline, self.width = TimeCursor(), timeline, width

    def move(self, columns: int) -> At:
        self.cursor.move(columns, self.timeline, self.width)
        return self

    @property
    def seen(self) -> tuple[list[int], int | None]:
        """Seconds of the frames that are seen, counted from the first tick on; and the column of the cursor."""
        stretch = self.cursor.stretch(self.timeline, self.width)
        return [(frame.time - START) // SECOND if frame else -1 for frame in stretch.frames], stretch.cursor


def test_without_a_cursor_the_newest_is_at_the_right() -> None:
    assert At(filled(10)).seen == ([4, 5, 6, 7, 8, 9], None)
    assert At(filled(3)).seen == ([-1, -1, -1, 0, 1, 2], None)
    assert At(Timeline()).move(-1).seen == ([-1] * 6, None)


def test_the_cursor_moves_within_the_view_and_takes_it_along_at_its_edges() -> None:
    at = At(filled(10))
    assert at.move(-1).seen == ([4, 5, 6, 7, 8, 9], 4)
    assert at.move(-4).seen == ([4, 5, 6, 7, 8, 9], 0)
    assert at.move(-2).seen == ([2, 3, 4, 5, 6, 7], 0)
    assert at.move(7).seen == ([4, 5, 6, 7, 8, 9], 5)
    assert at.move(-99).seen == ([0, 1, 2, 3, 4, 5], 0)
    assert at.move(99).seen == ([4, 5, 6, 7, 8, 9], 5)


def test_the_view_stands_still_while_there_is_a_cursor() -> None:
    at = At(filled(8))
    at.move(-2)
    before = at.seen
    assert before == ([2, 3, 4, 5, 6, 7], 3)
    at.timeline = filled(10)
    assert at.seen == before
    at.cursor.release()
    assert at.seen == ([4, 5, 6, 7, 8, 9], None)


def test_a_cursor_stays_on_a_time_whose_frames_are_merged() -> None:
    at = At(filled(10))
    at.move(-7)
    at.timeline = filled(14)
    frame = at.cursor.stretch(at.timeline, 6).frame
    assert frame is not None
    assert frame.time - frame.span_ns <= at.cursor.time <= frame.time  # type: ignore[operator]


def test_a_click_sets_the_cursor_where_there_is_something() -> None:
    at = At(filled(3))
    at.cursor.put(0, at.timeline, at.width)
    assert at.seen[1] is None
    at.cursor.put(4, at.timeline, at.width)
    assert at.seen == ([-1, -1, -1, 0, 1, 2], 4)


@given(st.lists(st.integers(-12, 12), max_size=20), st.integers(1, 30), st.integers(1, 20))
def test_the_cursor_is_always_on_a_frame(moves: list[int], ticks: int, width: int) -> None:
    at = At(filled(ticks), width)
    for columns in moves:
        at.move(columns)
        seconds, cursor = at.seen
        assert len(seconds) == width
        assert cursor is not None
        assert seconds[cursor] >= 0


def times(count: int, step_s: float = 1.0, missing: int = 0) -> list[int]:
    return [NOT_YET] * missing + [START + int(n * step_s * SECOND) for n in range(count)]


def test_round_times_are_told_below_their_columns() -> None:
    line = render_times(times(40), LOOK, cursor=None).text
    assert line.count("┴") >= 2
    first = line.index("┴")
    shown = line[first + 1 : first + 9]
    assert shown.endswith(("0", "5"))
    assert line[first + 15] == "┴" or line[first + 30] == "┴"


def test_the_cursors_time_is_told_on_the_side_where_there_is_room() -> None:
    for cursor in range(40):
        line = render_times(times(40), LOOK, cursor=cursor).text
        assert line.index("▲") == cursor
        assert line.count(":") >= 2


@given(st.integers(1, 200), st.floats(0.1, 3600), st.integers(0, 50), st.data())
def test_the_axis_of_time_is_as_wide_as_its_columns(count: int, step: float, missing: int, data: st.DataObject) -> None:
    shown = times(count, step, missing)
    cursor = data.draw(st.one_of(st.none(), st.integers(missing, missing + count - 1)))
    assert len(render_times(shown, LOOK, cursor=cursor).text) == len(shown)
    assert render_times(shown, look(load("dark"), ASCII), cursor=cursor).text.isascii()


def test_lines_of_bars_show_what_is_there_and_leave_out_what_is_not() -> None:
    assert render_spark_line([None, 0.0, 0.5, 1.0], LOOK, "dim", cursor=None).text == " ▁▄▇"
    assert render_spark_line([None, 0.0, 0.5, 1.0], LOOK, "dim", cursor=2).text == " ▁▄▇"


def test_sideways_bars_are_as_long_as_they_are_told() -> None:
    strips = render_sideways([0, 1, 8, 20, 80], ["dim"] * 5, 10, LOOK)
    assert [strip.text.rstrip() for strip in strips] == ["", "▏", "█", "██▌", "█" * 10]
    assert all(above.cell_length == below.cell_length == 10 for above, below in pairwise(strips))


@pytest.mark.parametrize(
    ("model", "told"), [("virtio disk of 256 GiB", 0), ("WDC WD4003", 1), ("loop on /of 7 B/x", 1)]
)
def test_a_disk_tells_its_size_once(model: str, told: int) -> None:
    shown = view(facts=[DiskFacts("vda", model, size=256 << 30)])
    stretch = TimeCursor().stretch(shown.timeline, 40)
    lines = disk.draw(LOOK, shown, Choice(), stretch, "vda", width=120, height=30)
    assert sum(strip.text.count("256GiB") for strip in lines) == told
    assert any(model in strip.text for strip in lines)


@pytest.mark.parametrize("height", [9, 11, 16, 17, 22, 40])
def test_every_figure_of_a_disk_is_told_however_small_its_page(height: int) -> None:
    shown = view(hists=raid_tick(1).hists, disks=[Disk("sdb", 2, 0, 0.5, 1.5)])
    stretch = TimeCursor().stretch(shown.timeline, 40)
    lines = disk.draw(LOOK, shown, Choice(), stretch, "sdb", width=100, height=height)
    assert len(lines) == height
    below = "\n".join(strip.text for strip in lines[height // 2 :]).replace("p99.9", "p999")
    for figure in ("avg", "p50", "p90", "p99 ", "p999", "max", "IOPS", "bytes", "busy", "depth"):
        assert below.count(figure) == 1, figure
