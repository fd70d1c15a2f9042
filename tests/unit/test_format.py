"""Units: as people read them, never wider than a column."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column, Kind, Value
from tui import format as units


@pytest.mark.parametrize(
    ("ns", "shown"),
    [
        (0, "0ns"),
        (850, "850ns"),
        (999.9, "1.00us"),
        (12_340, "12.3us"),
        (1_230_000, "1.23ms"),
        (999_999, "1.00ms"),
        (45_600_000_000, "45.6s"),
        (1_020_000_000_000, "17m"),
        (10_800_000_000_000, "3h"),
    ],
)
def test_durations(ns: float, shown: str) -> None:
    assert units.duration(ns) == shown


@given(st.floats(0, 3.6e15))
def test_durations_fit_their_column(ns: float) -> None:
    assert len(units.duration(ns)) <= 6


@given(st.integers(0, 10**14))
def test_counts_fit_their_column(number: int) -> None:
    assert len(units.count(number)) <= 6


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0B"), (999, "999B"), (1000, "0.98KiB"), (1536, "1.50KiB"), (25 << 20, "25.0MiB")]
)
def test_sizes(number: int, shown: str) -> None:
    assert units.size(number) == shown


@pytest.mark.parametrize(("number", "shown"), [(0, "0/s"), (0.4, "0.4/s"), (1234, "1,234/s"), (12_345, "12.3k/s")])
def test_rates(number: float, shown: str) -> None:
    assert units.rate(number) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(12, "0m 12s"), (3_900, "1h 05m"), (270_000, "3d 3h")])
def test_uptime(seconds: float, shown: str) -> None:
    assert units.uptime(seconds) == shown


@given(st.lists(st.text(), min_size=1))
def test_arguments_are_quoted_as_a_shell_reads_them(arguments: list[str]) -> None:
    assert shlex.split(units.quoted(arguments)) == arguments


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (None, "error", "ok"),
        ("ENOENT", "error", "!ENOENT"),
        (None, "number", ""),
        (["a b", ""], "argv", "'a b' ''"),
        (1.5, "us", "1.5"),
        (123456.7, "ms", "123457"),
        (9.87e9, "us", "9.87e+09"),
        (7, "pid", "7"),
        (float("inf"), "time", "inf"),
        ("strange", "number", "strange"),
    ],
)
def test_cells(value: Value, kind: Kind, shown: str) -> None:
    assert units.cell(value, Column("x", "X", kind, 8, "")) == shown
