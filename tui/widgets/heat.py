"""The colours of heat maps: a style for every pair of densities that meet in a cell, made once for a theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.style import Style

from tui.theme import Theme
from tui.widgets.contrast import contrast

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

    def told_by_glyphs(self, change: Callable[[Style], Style], lit: Style) -> Heat:
        """The same with every style changed, and `lit` on those of the column under the cursor. Levels are not told by
        colours any more.
        """
        return Heat(
            self.levels,
            ((change(self.ink),) * (self.levels + 1),) * (self.levels + 1),
            (change(self.average[0]),) * (self.levels + 1),
            (change(self.tail[0]),) * (self.levels + 1),
            change(self.ink),
            self.lit and self.lit.told_by_glyphs(lambda style: change(style) + lit, lit),
        )


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
    seen = max((colour, other), key=lambda one: (contrast(one, behind) >= LEGIBLE, one == colour))
    return Style(color=seen, bgcolor=behind, bold=True)


LEGIBLE = 2.5
"""Least contrast of a mark to what is behind it."""
