"""That what coverage guides finds what is to be found: an error, and an input that takes for ever."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.hostile.guided import hunt, watched

pytest.importorskip("atheris", reason="there is no atheris for this Python and machine")

PLANTED = """
import sys
from tests.hostile.guided import drive
def feed(data, folder):
    if len(data) > 4:
        {bug}
drive(feed, (b"seed", b"seeds"), sys.argv[1:])
"""


def planted(bug: str, kept: Path) -> str:
    return watched([sys.executable, "-c", PLANTED.format(bug=bug)], "planted", 20, kept).why


def test_an_error_is_found_and_what_led_to_it_is_kept(tmp_path: Path) -> None:
    assert "ValueError: mine" in planted("raise ValueError('mine')", tmp_path)
    (kept,) = tmp_path.glob("planted-crash-*")
    assert len(kept.read_bytes()) > 4


def test_what_takes_for_ever_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.hostile.guided.MOST_S", 1)
    assert "timeout" in planted("while True: pass", tmp_path)
    assert list(tmp_path.glob("planted-timeout-*"))


def test_a_target_is_driven_and_what_it_learned_is_kept(tmp_path: Path) -> None:
    outcome = hunt("filters", 1, tmp_path)
    assert not outcome.why
    assert outcome.runs > 0
    assert outcome.covered > 0
    assert list((tmp_path / "filters").iterdir())
