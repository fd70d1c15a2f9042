"""What a probe costs in the kernel, measured and reckoned."""

from __future__ import annotations

from probes.slot import Cost


def test_what_is_measured_is_told() -> None:
    cost = Cost()
    assert [cost.take(10, 1000), cost.take(10, 0), cost.take(25, 500)] == [1000, 0, 500]
    assert cost.measured == 25


def test_what_is_not_measured_any_more_is_reckoned_from_what_an_event_cost() -> None:
    cost = Cost()
    cost.take(100, 30_000)
    assert [cost.take(150, None), cost.take(150, None), cost.take(152, None)] == [15_000, 0, 600]
    assert cost.measured == 100


def test_what_never_was_measured_is_not_known() -> None:
    assert Cost().take(100, None) is None
