"""Themes: one TOML file each, decoded and checked here. No terminal library is needed to read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9a-f]{6}$")]

DEFAULT = "dark"


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


def names() -> tuple[str, ...]:
    """The themes there are, the default one first."""
    found = sorted(path.stem for path in directory().glob("*.toml"))
    return (*(name for name in found if name == DEFAULT), *(name for name in found if name != DEFAULT))


def load(name: str) -> Theme:
    """The theme of that name. Raises ThemeError."""
    if name not in names():
        raise ThemeError(f"no theme {name!r}: use {', '.join(names())}")
    return read(directory() / f"{name}.toml")


def load_all() -> Mapping[str, Theme]:
    """Every theme by name, the default one first. Raises ThemeError for the first bad one."""
    return {name: load(name) for name in names()}


def read(path: Path) -> Theme:
    """The theme in that file. Raises ThemeError."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Theme)
    except OSError as error:
        raise ThemeError(f"{path}: {error.strerror}: choose another theme with --theme") from None
    except msgspec.ValidationError as error:
        raise ThemeError(f"{path}: {_plainly(str(error))}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ThemeError(f"{path}: not TOML: {error}: correct it or choose another theme with --theme") from None


def _plainly(why: str) -> str:
    """msgspec's complaint, with the remedy."""
    field = re.search(r"`\$\.(\w+)(?:\[\d+\])?`", why)
    if field and "regex" in why:
        return f"{field[1]}: not a colour: write it as #rrggbb in lower case"
    if field and "length" in why:
        return f"{field[1]}: write three to nine colours"
    missing = re.search(r"missing required field `(\w+)`", why)
    if missing:
        return f"{missing[1]} is missing: add {missing[1]} = ..."
    unknown = re.search(r"unknown field `(\w+)`", why)
    if unknown:
        return f"unknown key {unknown[1]}: remove it"
    return f"{why}: correct it"
