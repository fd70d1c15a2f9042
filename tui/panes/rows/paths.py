"""Folders that paths have in common. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MOST_DEPTH = 3
ENOUGH = 6
"""Folders that tell something: with fewer of them, one looks a level deeper."""


def folder(path: str, inside: str, depth: int) -> str:
    """The folder of a path that is at most so many levels below the one it is looked at in, with its slash; the path
    itself where it is in that one. `inside` ends with a slash or is empty.
    """
    start = len(inside) if path.startswith(inside) else 0
    if not start and path.startswith("/"):
        start = 1
    end = start
    for _ in range(depth):
        slash = path.find("/", end)
        if slash < 0:
            break
        end = slash + 1
    return path[:end] if end > start else path


def depth_of(paths: Sequence[str]) -> int:
    """At how many levels the folders of these paths begin to tell something."""
    for depth in range(1, MOST_DEPTH):
        if len({folder(path, "", depth) for path in paths}) >= ENOUGH:
            return depth
    return MOST_DEPTH
