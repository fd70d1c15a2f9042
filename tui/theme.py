"""Themes: one TOML file each, decoded and checked here. No terminal library is needed to read them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from tui.nearest import nearest
from tui.settings import places, plain_file
from tui.settings.lines import line_of, lines, not_toml, toml

if TYPE_CHECKING:
    from textual.theme import Theme as TextualTheme

Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9a-f]{6}$")]

DEFAULT = "dark"
NAME = re.compile(r"\w[\w.-]{0,39}", re.ASCII)
"""What a theme may be called."""


class ThemeError(Exception):
    """A theme that cannot be used: one line that names the file, the place and the remedy."""


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The colours of a theme, by what they say.

    background, band, cursor   behind everything, behind headings, behind what is pressed or typed
    text, dim, bright          what is read, what is beside it, what must be seen first
    rule, focus                borders of panes, and of the focused one
    good, warn, bad            states; errors of rows are `bad`
    time, name, number, path   cells by what they hold
    common, slow, tail         bars of a histogram: up to p50, up to p99, beyond
    heat                       cells of a heat map, from a single request to the most
    """

    title: str
    dark: bool
    background: Colour
    band: Colour
    cursor: Colour
    text: Colour
    dim: Colour
    bright: Colour
    rule: Colour
    focus: Colour
    good: Colour
    warn: Colour
    bad: Colour
    time: Colour
    name: Colour
    number: Colour
    path: Colour
    common: Colour
    slow: Colour
    tail: Colour
    heat: Annotated[tuple[Colour, ...], msgspec.Meta(min_length=3, max_length=9)]


def directory() -> Path:
    """Where the themes are: within the package when installed, beside it in a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "themes"
    return installed if installed.is_dir() else here.parent / "themes"


def shipped() -> tuple[str, ...]:
    """The themes that come with ebtop, the default one first."""
    found = sorted(path.stem for path in directory().glob("*.toml"))
    return (*(name for name in found if name == DEFAULT), *(name for name in found if name != DEFAULT))


def own() -> Mapping[str, Path]:
    """The files of the user's own themes by their names, whether good or bad."""
    found = sorted(places.themes().glob("*.toml"))
    return {path.stem: path for path in found if NAME.fullmatch(path.stem)}


def names() -> tuple[str, ...]:
    """The themes there are, the default one first and the user's own last."""
    return tuple(dict.fromkeys((*shipped(), *own())))


def load(name: str) -> Theme:
    """The theme of that name; the user's own goes before one that comes with ebtop. Raises ThemeError."""
    if name not in names():
        raise ThemeError(f"unknown theme {name!r}{nearest(name, names())}: use {', '.join(names())}")
    return read(own().get(name) or directory() / f"{name}.toml")


def load_all() -> Mapping[str, Theme]:
    """Every theme that comes with ebtop by name, the default one first. Raises ThemeError for the first bad one."""
    return {name: read(directory() / f"{name}.toml") for name in shipped()}


def load_own() -> tuple[Mapping[str, Theme], tuple[str, ...]]:
    """The user's own themes by name, and what is wrong with the others, a line each."""
    good: dict[str, Theme] = {}
    wrong: list[str] = []
    for name, path in own().items():
        try:
            good[name] = read(path)
        except ThemeError as error:
            wrong.append(str(error))
    return good, tuple(wrong)


def read(path: Path) -> Theme:
    """The theme in that file. Raises ThemeError."""
    text: str | None = None
    try:
        text = plain_file.read(path)
        if text is None:
            raise ThemeError(f"{path}: there is no such file: choose another theme")
        return msgspec.convert(toml(text), Theme)
    except plain_file.FileError as error:
        raise ThemeError(str(error)) from None
    except msgspec.ValidationError as error:
        field, why = _plainly(str(error))
        line = line_of((field,), lines(text or ""))
        raise ThemeError(f"{path}:{line}: {why}") from None
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(not_toml(path, text or "", error)) from None


def for_textual(name: str, made: Theme) -> TextualTheme:
    """What Textual needs of a theme of that name: all else is drawn here."""
    from textual.theme import Theme as TextualTheme  # noqa: PLC0415  themes are read without it

    return TextualTheme(
        name=name,
        primary=made.focus,
        foreground=made.text,
        background=made.background,
        surface=made.background,
        panel=made.band,
        dark=made.dark,
    )


def _plainly(why: str) -> tuple[str, str]:
    """The field that msgspec complains of, if any, and the complaint with the remedy."""
    field = re.search(r"`\$\.(\w+)(?:\[\.*\d*\])?`", why)
    if field and "regex" in why:
        return field[1], f"{field[1]}: not a colour: write it as #rrggbb in lower case"
    if field and "length" in why:
        return field[1], f"{field[1]}: write three to nine colours"
    if field and "Expected `str`" in why:
        return field[1], f"{field[1]}: not text: write it in quotes"
    if missing := re.search(r"missing required field `(\w+)`", why):
        return "", f"{missing[1]} is missing: add {missing[1]} = ..."
    if unknown := re.search(r"unknown field `(.*)`", why):
        fields = Theme.__struct_fields__
        return unknown[1], f"unknown key {unknown[1]!r}{nearest(unknown[1], fields)}: remove it"
    return (field[1] if field else ""), f"{why}: correct it"
