"""Texts are legible in 256 colours, in 16, and in none; what is apart in one of them is so in all."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from rich.color import ColorSystem
from rich.style import Style

from tui.theme import load, shipped
from tui.widgets.contrast import contrast
from tui.widgets.glyphs import SHADED
from tui.widgets.line import LEAST, Colours, Look, Role, look
from tui.widgets.sixteen import LEGIBLE, TERMINALS, contrast_of

IN_TABLES: tuple[Role, ...] = ("text", "selected", "chosen", "aside", "found")
"""What a row may be, and what may stand in it."""
LOUD: tuple[Role, ...] = ("badge", "alarm", "key", "caret")
"""What stands among plain texts."""


def looked(name: str, colours: Colours) -> Look:
    return look(load(name), SHADED, colours)


def every_style(shown: Look) -> dict[str, Style]:
    lit = shown.heat.lit
    assert lit
    marks = {"ink": shown.heat.ink, "average": shown.heat.average[0], "tail": shown.heat.tail[0], "lit": lit.ink}
    return {**shown.styles, **marks, "lit average": lit.average[0], "lit tail": lit.tail[0]}


@pytest.mark.parametrize("name", shipped())
def test_256_colours_are_legible(name: str) -> None:
    for role, style in every_style(looked(name, "many")).items():
        if style.color and style.bgcolor:
            ink, ground = (
                one.downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex for one in (style.color, style.bgcolor)
            )
            assert contrast(ink, ground) >= (2.0 if role == "rule" else 2.5 if "tail" in role else 3.0), role


@pytest.mark.parametrize("name", shipped())
def test_16_colours_are_legible_on_every_terminal(name: str) -> None:
    for role, style in every_style(looked(name, "few")).items():
        assert style.bgcolor is not None
        assert not style.reverse, role
        if style.color is not None:
            ink, ground = style.color.number, style.bgcolor.number
            assert ink is not None
            assert ground is not None
            least = LEAST.get(role, LEGIBLE)  # type: ignore[call-overload]
            assert contrast_of(ink, ground, bold=bool(style.bold)) >= least, role


def test_the_console_of_linux_has_no_bright_grounds_and_no_bold() -> None:
    linux = TERMINALS[0]
    assert linux.seen(0, 9, bold=True) == ("#555555", "#aa0000")
    assert contrast_of(0, 9, bold=True) < 1.1


@pytest.mark.parametrize(("name", "colours"), product(shipped(), ("few", "none")))
def test_what_is_said_by_colour_is_said_without(name: str, colours: Colours) -> None:
    styles = looked(name, colours).styles
    for one, other in (*combinations(IN_TABLES, 2), *product(LOUD, ("text",))):
        assert str(styles[one]) != str(styles[other]), (one, other)


@pytest.mark.parametrize("name", shipped())
def test_without_colours_there_is_none(name: str) -> None:
    for style in every_style(looked(name, "none")).values():
        assert (style.color, style.bgcolor) == (None, None)
