"""Fixtures of the live tests, for those of them that only guests run."""

from tests.live.conftest import session

__all__ = ["session"]
