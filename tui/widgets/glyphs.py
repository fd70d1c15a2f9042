"""The signs that the screen is drawn with: Unicode, or plain ASCII where the terminal's encoding has no more."""

from __future__ import annotations

import codecs
from typing import NamedTuple


class Glyphs(NamedTuple):
    """`bars` are fillings of a cell from empty to full; a frame's corners are top left, top right, and so on down."""

    ascii_only: bool
    ellipsis: str
    corners: str
    focus_corners: str
    across: str
    focus_across: str
    down: str
    focus_down: str
    bars: str
    axis: str
    tick: str
    thumb: str
    mark: str
    newer: str
    dot: str


UNICODE = Glyphs(
    ascii_only=False,
    ellipsis="…",
    corners="╭╮╰╯",
    focus_corners="┏┓┗┛",
    across="─",
    focus_across="━",
    down="│",
    focus_down="┃",
    bars=" ▁▂▃▄▅▆▇█",
    axis="─",
    tick="┴",
    thumb="█",
    mark="▲",
    newer="▼",
    dot="·",
)

ASCII = Glyphs(
    ascii_only=True,
    ellipsis="...",
    corners="++++",
    focus_corners="####",
    across="-",
    focus_across="=",
    down="|",
    focus_down="#",
    bars=" ._:-=+*#",
    axis="-",
    tick="+",
    thumb="#",
    mark="^",
    newer="v",
    dot=".",
)


def for_encoding(encoding: str | None) -> Glyphs:
    """The glyphs that a stream of that encoding can carry."""
    try:
        return UNICODE if codecs.lookup(encoding or "ascii").name == "utf-8" else ASCII
    except LookupError:
        return ASCII
