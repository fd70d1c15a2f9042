"""Fixtures of the live tests, for those of them that only guests run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.conftest import session

__all__ = ["session"]


@pytest.fixture(autouse=True)
def _in_a_guest() -> None:
    serial = Path("/sys/block/vda/serial")
    if not serial.exists() or not serial.read_text().startswith("LAB-"):
        pytest.fail("this writes to /dev/vda: it is for guests alone")
