"""What is wrong with a filter."""

from __future__ import annotations


class FilterError(ValueError):
    """A filter that cannot be used: `position` is the index of the first wrong character in the text."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position
