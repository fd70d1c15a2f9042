"""Lines of cells: styles by role, and a builder whose every text is made safe on its way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui import text as safe_text
from tui.theme import Theme
from tui.widgets.glyphs import Glyphs
from tui.widgets.heat import Heat, heat
from tui.widgets.sixteen import LEGIBLE, in_sixteen

Role = Literal[
    "text", "dim", "bright", "rule", "focus", "good", "warn", "bad", "time", "name", "number", "path",
    "common", "slow", "tail", "heading", "badge", "alarm", "key", "typed", "caret",
    "selected", "chosen", "aside", "found",
]  # fmt: skip
"""What a piece of text is; the theme says how that looks."""

PLAIN: tuple[Role, ...] = (
    "text", "dim", "rule", "good", "warn", "time", "name", "number", "path", "common", "slow", "tail",
)  # fmt: skip


class Look(NamedTuple):
    """How everything is drawn: a style for each role, the glyphs, and the colours of heat maps."""

    styles: dict[Role, Style]
    glyphs: Glyphs
    heat: Heat


Colours = Literal["many", "few", "none"]
"""How many colours a terminal has: 256 and more, 16, or none, which NO_COLOR asks for as well."""

LOUD: tuple[Role, ...] = ("badge", "alarm", "found", "key", "caret", "selected")
"""What is told apart by what is behind it: in reverse where there are no colours."""
LEAST: Mapping[Role, float] = {"rule": 2.0, "chosen": 4.5}
"""Least contrast where there are few colours, where it is another than that of a text."""


def look(theme: Theme, glyphs: Glyphs, colours: Colours = "many") -> Look:
    """The look of a theme on a terminal of so many colours."""
    coloured = _coloured(theme, glyphs)
    if colours == "many":
        return coloured
    return (_few if colours == "few" else _none)(coloured, theme)


def _few(look: Look, theme: Theme) -> Look:
    """In 16 colours a band cannot be told from the background: its place is taken by lines and reversed keys."""
    styles = dict(look.styles)
    styles["key"] += Style(reverse=True)
    styles["heading"] += Style(underline=True)
    styles["aside"] += Style(underline=True)
    few = {role: in_sixteen(style, theme.background, LEAST.get(role, LEGIBLE)) for role, style in styles.items()}
    heat = look.heat.told_by_glyphs(lambda style: in_sixteen(style, theme.background), Style())
    return look._replace(styles=few, heat=heat)


def _none(look: Look, _theme: Theme) -> Look:
    """Only bold, underlined and reversed are left: the selected row is reversed, the selected cell in it is not."""
    styles = {role: _colourless(style) for role, style in look.styles.items()}
    for role in LOUD:
        styles[role] += Style(reverse=True)
    styles["chosen"] += Style(underline=True, reverse=False)
    return look._replace(styles=styles, heat=look.heat.told_by_glyphs(_colourless, Style(reverse=True)))


def _colourless(style: Style) -> Style:
    return Style(bold=style.bold, underline=style.underline)


def _coloured(theme: Theme, glyphs: Glyphs) -> Look:
    styles: dict[Role, Style] = {role: Style(color=getattr(theme, role), bgcolor=theme.background) for role in PLAIN}
    styles["bright"] = Style(color=theme.bright, bgcolor=theme.background, bold=True)
    styles["focus"] = Style(color=theme.focus, bgcolor=theme.background, bold=True)
    styles["bad"] = Style(color=theme.bad, bgcolor=theme.background, bold=True)
    styles["heading"] = Style(color=theme.dim, bgcolor=theme.band)
    styles["key"] = Style(color=theme.bright, bgcolor=theme.band, bold=True)
    styles["typed"] = Style(color=theme.bright, bgcolor=theme.band)
    styles["caret"] = Style(color=theme.bright, bgcolor=theme.cursor, underline=True)
    # A selected row, the selected cell in it, a selected row where the focus is elsewhere, a text one looks for: each
    # has an attribute of its own that needs no colour.
    styles["selected"] = Style(color=theme.bright, bgcolor=theme.cursor, bold=True)
    styles["chosen"] = Style(color=theme.bright, bgcolor=theme.cursor, bold=True, reverse=True)
    styles["aside"] = Style(bgcolor=theme.band, bold=True)
    styles["found"] = Style(color=theme.background, bgcolor=theme.warn, underline=True, reverse=False)
    # The background's colour on a loud one: bold and reversed stay visible without any colour.
    styles["badge"] = Style(color=theme.background, bgcolor=theme.warn, bold=True)
    styles["alarm"] = Style(color=theme.background, bgcolor=theme.bad, bold=True)
    return Look(styles, glyphs, heat(theme))


class Line:
    """A line of exactly `width` cells under construction."""

    def __init__(self, look: Look, width: int, role: Role = "text") -> None:
        self._look = look
        self._base = role
        self._segments: list[Segment] = []
        self.width = width
        self.x = 0

    @property
    def room(self) -> int:
        """Cells that are left."""
        return self.width - self.x

    def put(self, text: str, role: Role | None = None) -> Line:
        """Add text, cut visibly where it does not fit."""
        return self._add(self.clipped(text, self.room), role)

    def clipped(self, text: str, cells: int) -> str:
        """The text made safe, in at most `cells` cells."""
        glyphs = self._look.glyphs
        return safe_text.cut(text, cells, ellipsis=glyphs.ellipsis, ascii_only=glyphs.ascii_only)

    def cell(self, text: str, cells: int, role: Role | None = None, *, right: bool = False) -> Line:
        """Add text in exactly `cells` cells, or in what is left of the line."""
        glyphs = self._look.glyphs
        cells = min(cells, self.room)
        shown = safe_text.fit(text, cells, right=right, ellipsis=glyphs.ellipsis, ascii_only=glyphs.ascii_only)
        return self._add(shown, role)

    def bars(self, glyphs: str, role: Role | None = None) -> Line:
        """Add glyphs of our own, each of one cell, as far as they fit."""
        glyphs = glyphs[: self.room]
        return self._add(glyphs, role, len(glyphs))

    def paint(self, glyphs: str, style: Style) -> Line:
        """Add glyphs of our own, each of one cell, in a style that no role has: that of a density."""
        shown = glyphs[: self.room]
        if shown:
            self._segments.append(Segment(shown, style))
            self.x += len(shown)
        return self

    def pad(self, x: int, role: Role | None = None, glyph: str = " ") -> Line:
        """Fill up to column `x`."""
        cells = max(min(x, self.width) - self.x, 0)
        return self._add(glyph * cells, role, cells)

    def join(self, strip: Strip) -> Line:
        """Add what is drawn already, as far as it fits."""
        strip = strip.crop(0, self.room)
        self._segments.extend(strip)
        self.x += strip.cell_length
        return self

    def strip(self) -> Strip:
        """The line, filled up with blanks."""
        self.pad(self.width)
        return Strip(self._segments, self.width)

    def _add(self, shown: str, role: Role | None, cells: int | None = None) -> Line:
        if shown:
            self._segments.append(Segment(shown, self._look.styles[role or self._base]))
            self.x += safe_text.width(shown) if cells is None else cells
        return self


def blank(look: Look, width: int) -> Strip:
    """A line with nothing on it."""
    return Line(look, width).strip()
