"""Rates are told of time enough."""

from __future__ import annotations

import pytest

from tui.rate import Rate

MS = 1_000_000


def test_a_tick_of_some_milliseconds_is_taken_together_with_the_one_before() -> None:
    rate = Rate()
    rate.add(1000 * MS, 6000)
    assert rate.hz == 6000
    rate.add(5 * MS, 200)
    assert rate.hz == pytest.approx(6200 / 1.005)
    rate.add(5 * MS, 0)
    assert rate.hz == pytest.approx(6200 / 1.010)
    rate.add(100 * MS, 10)
    assert rate.hz == 100


def test_nothing_is_no_rate() -> None:
    assert Rate().hz == 0
