"""How well a colour is told from another, as WCAG measures it."""

from __future__ import annotations

from rich.color import Color

_LINEAR = 0.03928
"""Below this, a channel's light grows linearly."""


def contrast(one: str, other: str) -> float:
    """Of two colours, #rrggbb each: from 1, where they are the same, to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (part / 255 for part in Color.parse(colour).get_truecolor())
    red, green, blue = (part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
