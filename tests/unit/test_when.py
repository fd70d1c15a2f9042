"""Times as they are typed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import format as units
from tui.when import SECOND, WhenError, parse

NOON = 1_795_348_800 * SECOND
"""2026-11-22T12:00:00Z."""


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("-5m", -300),
        ("+30s", 30),
        ("-90s", -90),
        ("-90", -90),
        ("+1m30s", 90),
        ("-1h", -3600),
        ("-1.5m", -90),
        (" -5m ", -300),
        ("14:03:20", 7400),
        ("14:03", 7380),
        ("9:05", -10500),
        ("12:00", 0),
        ("23:59:30", 43170),
        ("00:00:30", -43170),
    ],
)
def test_what_is_typed_is_a_time(text: str, seconds: int) -> None:
    assert parse(text, NOON) == NOON + seconds * SECOND


def test_a_time_of_day_is_the_one_nearest_to_what_is_shown() -> None:
    past_midnight = NOON + 12 * 3600 * SECOND + 5 * 60 * SECOND
    assert units.clock(parse("23:59", past_midnight))[:8] == "23:59:00"
    assert parse("23:59", past_midnight) == past_midnight - 6 * 60 * SECOND


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("-", 1),
        ("-x", 1),
        ("-5q", 2),
        ("-5m3x", 4),
        ("-99999999h", 1),
        ("14", 2),
        ("14:", 3),
        ("25:00", 0),
        ("14:61", 3),
        ("14:03:99", 6),
        ("14:03:20:1", 8),
        ("14.03", 2),
        ("noon", 0),
        ("  noon", 2),
    ],
)
def test_what_is_wrong_is_told_where_it_is(text: str, position: int) -> None:
    with pytest.raises(WhenError) as caught:
        parse(text, NOON)
    assert caught.value.position == position
    assert str(caught.value)


@given(st.text(alphabet="0123456789:+-hms. x", max_size=12))
def test_anything_is_a_time_or_an_error_within_the_text(text: str) -> None:
    position = -1
    try:
        parse(text, NOON)
    except WhenError as error:
        position = error.position
    assert position <= len(text)
