"""Styles in the 16 colours that the console of Linux and old terminals have: legible whichever of them it is.

What they make of the same numbers differs: the palettes do; on some, bold text is bright text; and some know no bright
grounds, but show the dark colour instead.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from rich._palettes import STANDARD_PALETTE
from rich.color import Color
from rich.palette import Palette
from rich.style import Style

from tui.widgets.contrast import contrast

LEGIBLE = 3.0
"""Least contrast of a text to its ground, on the terminal that shows it worst."""
APART = 1.5
"""Least contrast of a ground to the background that is more than a nuance."""
CARRIES = 2.5
"""Least contrast of black or white to a ground that is made for the like of it."""
DARK, BRIGHT = 8, 16
"""The colours below `DARK` are dark; those are followed by the bright ones, each 8 after its own."""

XTERM = Palette(
    [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]
)  # fmt: skip


class Terminal(NamedTuple):
    """What a terminal makes of the colours.

    bold_is_bright  dark inks become their bright ones where they are bold
    dark_grounds    bright grounds become their dark ones
    """

    palette: Palette
    bold_is_bright: bool
    dark_grounds: bool

    def seen(self, ink: int, ground: int, *, bold: bool) -> tuple[str, str]:
        """The colours of the text and of what is behind it, as #rrggbb."""
        if bold and self.bold_is_bright and ink < DARK:
            ink += DARK
        if self.dark_grounds and ground >= DARK:
            ground -= DARK
        return _hex(self.palette, ink), _hex(self.palette, ground)


LINUX = Terminal(STANDARD_PALETTE, bold_is_bright=True, dark_grounds=True)
TERMINALS = (
    LINUX,
    Terminal(XTERM, bold_is_bright=True, dark_grounds=False),
    Terminal(XTERM, bold_is_bright=False, dark_grounds=False),
)


@cache
def contrast_of(ink: int, ground: int, *, bold: bool = False) -> float:
    """That of a text to its ground, on the terminal that shows it worst."""
    return min(contrast(*terminal.seen(ink, ground, bold=bold)) for terminal in TERMINALS)


@cache
def in_sixteen(style: Style, background: str, least: float = LEGIBLE) -> Style:
    """The style in the nearest colours in which it is legible, on a screen of that background.

    What is reversed gets its colours changed over, and bold is left out where it would make a text paler: both
    make other colours of some of the 16.
    """
    ink, wanted = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
    ground = _ground(wanted, background, ink) if wanted else None
    made = style + Style(bgcolor=None if ground is None else Color.from_ansi(ground), reverse=False)
    if ink is None or ground is None:
        return made
    fit = next(one for one in _nearest(ink) if contrast_of(one, ground) >= least)
    bold = bool(style.bold) and contrast_of(fit, ground, bold=True) >= contrast_of(fit, ground)
    return made + Style(color=Color.from_ansi(fit), bold=bold)


def _ground(wanted: Color, background: str, ink: Color | None) -> int:
    """The colour for a ground: the background's where the two are much alike, or else one that is told from it, and
    that carries a text which is as dark or as bright.
    """
    base = _nearest(Color.parse(background))[0]
    if ink is None or contrast(_name(wanted), background) < APART:
        return base
    like = next(one for one in _nearest(ink) if one in (0, BRIGHT - 1))
    return next(one for one in _nearest(wanted) if _apart(one, base) and contrast_of(like, one) >= CARRIES)


def _apart(one: int, other: int) -> bool:
    """Whether two grounds differ on every terminal, be it in colour alone."""
    return all(len({terminal.seen(0, ground, bold=False)[1] for ground in (one, other)}) > 1 for terminal in TERMINALS)


def _nearest(colour: Color) -> tuple[int, ...]:
    return _by_distance(_name(colour))


def _name(colour: Color) -> str:
    return colour.get_truecolor().hex


@cache
def _by_distance(wanted: str) -> tuple[int, ...]:
    """The 16 by how near they are to a colour, weighted as the eye does."""
    red, green, blue = Color.parse(wanted).get_truecolor()

    def distance(at: int) -> float:
        r, g, b = STANDARD_PALETTE[at]
        mean = (red + r) / 2
        return (2 + mean / 256) * (red - r) ** 2 + 4 * (green - g) ** 2 + (2 + (255 - mean) / 256) * (blue - b) ** 2

    return tuple(sorted(range(BRIGHT), key=distance))


def _hex(palette: Palette, number: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*palette[number])
