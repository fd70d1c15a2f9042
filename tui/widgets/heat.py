"""The colours of heat maps: a style for every pair of densities that meet in a cell, made once for a theme."""

from __future__ import annotations

from typing import NamedTuple

from rich.color import Color
from rich.style import Style

from tui.theme import Theme

Pairs = tuple[tuple[Style, ...], ...]


class Heat(NamedTuple):
    """Styles by level of density: 0 is nothing, `levels` is the most.

    pairs          by the level of the upper and of the lower half of a cell
    average, tail  of a mark by the level of the cell that it is in
    ink            of densities that are told by glyphs
    lit            the same for the column under the cursor; itself has none
    """

    levels: int
    pairs: Pairs
    average: tuple[Style, ...]
    tail: tuple[Style, ...]
    ink: Style
    lit: Heat | None


def heat(theme: Theme) -> Heat:
    """The heat of a theme."""
    return _heat(theme, theme.background, _heat(theme, theme.cursor, None))


def _heat(theme: Theme, nothing: str, lit: Heat | None) -> Heat:
    ramp = (nothing, *theme.heat)
    return Heat(
        len(theme.heat),
        tuple(tuple(Style(color=upper, bgcolor=lower) for lower in ramp) for upper in ramp),
        tuple(_mark(theme.bright, theme.background, level) for level in ramp),
        tuple(_mark(theme.tail, theme.background, level) for level in ramp),
        Style(color=theme.text, bgcolor=nothing),
        lit,
    )


def _mark(colour: str, other: str, behind: str) -> Style:
    """A mark in its own colour, or in the other where that would not be seen."""
    seen = max((colour, other), key=lambda one: (_contrast(one, behind) >= LEGIBLE, one == colour))
    return Style(color=seen, bgcolor=behind, bold=True)


LEGIBLE = 2.5
"""Least contrast of a mark to what is behind it."""


_LINEAR = 0.03928
"""Below this, a channel's light grows linearly."""


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    channels = (part / 255 for part in Color.parse(colour).get_truecolor())
    red, green, blue = (part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
