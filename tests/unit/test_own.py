"""What the screen costs itself: the garbage collector keeps out of the way of large ticks, and only of those."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import msgspec
import pytest

from tests.tui.fakes import Machine
from tui.own import SELDOM, OwnCost, pace_collector


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_the_collector_looks_less_often_the_more_a_tick_brings() -> None:
    tick = Machine(disks=6).tick()
    pace_collector(tick)
    many = gc.get_threshold()[0]
    pace_collector(msgspec.structs.replace(tick, probes=()))
    assert many > gc.get_threshold()[0] == SELDOM


def test_the_share_of_a_core_is_at_most_the_threads_there_are() -> None:
    cost = OwnCost()
    sum(range(200_000))
    assert 0.0 < cost() < 2.0
