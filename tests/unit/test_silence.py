"""A session that has fallen silent is told from a screen that was stopped itself."""

from __future__ import annotations

from tui.silence import Silence


def test_what_comes_in_time_is_nothing_to_speak_of() -> None:
    silence = Silence(0.0)
    for second in range(1, 100):
        silence.heard(second - 0.1)
        assert silence.notice(second, 1.0) == ""


def test_silence_is_told_with_its_length_until_something_comes() -> None:
    silence = Silence(0.0)
    said = [silence.notice(second, 1.0) for second in range(1, 10)]
    assert said[:4] == [""] * 4
    assert said[4] == "nothing has come for 5s: the collector is stopped, or gets no CPU"
    silence.heard(9.5)
    assert silence.notice(10.0, 1.0) == ""


def test_a_long_interval_is_waited_for() -> None:
    silence = Silence(0.0)
    said = [silence.notice(second, 10.0) for second in range(1, 20)]
    assert said.index(next(filter(None, said))) == 13


def test_who_was_stopped_itself_has_not_been_left_alone() -> None:
    silence = Silence(0.0)
    assert silence.notice(60.0, 1.0) == ""
    assert [bool(silence.notice(60.0 + second, 1.0)) for second in range(1, 6)] == [False] * 4 + [True]
