"""What the screen costs itself: the garbage collector keeps out of the way, and nothing is left for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from rich.segment import Segment

from tui.own import SELDOM, OwnCost, settle_memory
from tui.widgets.canvas import Painted


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_the_collector_looks_seldom_and_never_at_what_is_there_from_the_start() -> None:
    settle_memory()
    assert gc.get_threshold()[0] == SELDOM
    assert gc.get_freeze_count() > 0


def test_a_line_that_was_painted_leaves_by_itself() -> None:
    gc.collect()
    gc.disable()
    try:
        assert [part.text for part in Painted([Segment("ab"), Segment("c")], 3).divide([3])] == ["abc"]
        assert [part.text for part in Painted([Segment("ab"), Segment("c")], 3).divide([1, 3])] == ["a", "bc"]
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_share_of_a_core_is_at_most_the_threads_there_are() -> None:
    cost = OwnCost()
    sum(range(200_000))
    assert 0.0 < cost() < 2.0
