"""The signs that the screen is drawn with: Unicode, or plain ASCII where the terminal's encoding has no more."""

from __future__ import annotations

import codecs
from typing import NamedTuple


class Glyphs(NamedTuple):
    """A frame's corners are top left, top right, and so on down.

    bars, sides     fillings of a cell from empty to full, from below and from the left
    shades          densities of a cell, from nothing to the most
    half            the upper half of a cell; empty where colours alone may not tell a density
    average, tail   marks of figures in a heat map
    """

    ascii_only: bool
    ellipsis: str
    corners: str
    focus_corners: str
    across: str
    focus_across: str
    down: str
    focus_down: str
    bars: str
    sides: str
    shades: str
    half: str
    average: str
    tail: str
    axis: str
    tick: str
    thumb: str
    mark: str
    newer: str
    dot: str
    side: str
    selected: str


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
    sides=" ▏▎▍▌▋▊▉█",
    shades=" ░▒▓█",
    half="▀",
    average="━",
    tail="┅",
    axis="─",
    tick="┴",
    thumb="█",
    mark="▲",
    newer="▼",
    dot="·",
    side="┤",
    selected="▌",
)

SHADED = UNICODE._replace(half="")
"""For terminals that have no more than 16 colours, or are to show none."""

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
    sides=" -=#",
    shades=" .:*#@",
    half="",
    average="-",
    tail="=",
    axis="-",
    tick="+",
    thumb="#",
    mark="^",
    newer="v",
    dot=".",
    side="+",
    selected=">",
)


RICH_TERMINALS = frozenset(("256", "truecolor"))


def for_encoding(encoding: str | None) -> Glyphs:
    """The glyphs that a stream of that encoding can carry."""
    try:
        return UNICODE if codecs.lookup(encoding or "ascii").name == "utf-8" else ASCII
    except LookupError:
        return ASCII


def for_terminal(encoding: str | None, colours: str | None, *, colourless: bool) -> Glyphs:
    """The glyphs for a terminal of that encoding, whose colours are as Rich calls them.

    colourless  the user wants no colours, by NO_COLOR
    """
    glyphs = for_encoding(encoding)
    return SHADED if glyphs is UNICODE and (colourless or colours not in RICH_TERMINALS) else glyphs
