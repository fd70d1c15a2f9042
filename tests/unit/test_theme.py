"""Themes: complete, legible, the same in 256 colours; a bad one is one line."""

from __future__ import annotations

import os
from itertools import pairwise, product
from pathlib import Path

import msgspec
import pytest

from tui.theme import ThemeError, directory, load, load_all, load_own, names, read, shipped

INKS = (
    "text",
    "dim",
    "bright",
    "focus",
    "good",
    "warn",
    "bad",
    "time",
    "name",
    "number",
    "path",
    "common",
    "slow",
    "tail",
)
CUBE = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_default_comes_first_and_the_promised_ones_are_there() -> None:
    assert names()[0] == "dark"
    assert {"dark", "light", "colour-blind"} <= set(names())
    assert not load("light").dark


@pytest.mark.parametrize(("name", "ink"), product(shipped(), INKS))
def test_every_ink_is_legible(name: str, ink: str) -> None:
    theme = load(name)
    least = 3.0 if ink in ("common", "slow", "tail") else 4.5
    assert contrast(getattr(theme, ink), theme.background) >= least


@pytest.mark.parametrize("name", shipped())
def test_headings_keys_and_badges_are_legible(name: str) -> None:
    theme = load(name)
    assert contrast(theme.dim, theme.band) >= 4
    assert contrast(theme.bright, theme.band) >= 7
    assert contrast(theme.bright, theme.cursor) >= 4.5


@pytest.mark.parametrize("name", shipped())
def test_every_colour_is_one_of_the_256(name: str) -> None:
    for field, value in msgspec.structs.asdict(load(name)).items():
        for colour in value if isinstance(value, tuple) else (value,):
            if isinstance(colour, str) and colour.startswith("#"):
                red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
                grey = red == green == blue and (red - 8) % 10 == 0
                assert grey or {red, green, blue} <= set(CUBE), f"{field} = {colour}"


@pytest.mark.parametrize("name", shipped())
def test_heat_goes_away_from_the_background_in_visible_steps(name: str) -> None:
    theme = load(name)
    ramp = [contrast(colour, theme.background) for colour in theme.heat]
    assert ramp[0] >= 2
    assert ramp == sorted(ramp)
    assert all(contrast(one, other) >= 1.35 for one, other in pairwise(theme.heat))


def test_the_colour_blind_theme_tells_by_lightness_too() -> None:
    theme = load("colour-blind")
    assert contrast(theme.common, theme.slow) >= 1.5
    assert contrast(theme.slow, theme.tail) >= 1.5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('dim = "#8a8a8a"', 'dim = "grey"', ":8: dim: not a colour: write it as #rrggbb"),
        ('dim = "#8a8a8a"', "dim = 7", "dim: not text: write it in quotes"),
        ('dim = "#8a8a8a"', "", "dim is missing: add"),
        (
            'dim = "#8a8a8a"',
            'dim = "#8a8a8a"\ndimm = "#000000"',
            ":9: unknown key 'dimm' (did you mean 'dim'?): remove it",
        ),
        ('dim = "#8a8a8a"', 'dim = "#8a8a8a', ":8: not TOML"),
        ('heat = ["#5f5faf"', 'heat = ["purple"', "heat: not a colour: write it as #rrggbb"),
        ('"#5fafaf", "#87d787", "#ffff87"]', "]", "heat: write three to nine colours"),
    ],
)
def test_a_bad_theme_is_one_line_with_its_place_and_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text((directory() / "dark.toml").read_text().replace(old, new, 1))
    with pytest.raises(ThemeError) as error:
        read(path)
    assert said in str(error.value)
    assert str(error.value).startswith(f"{path}:")
    assert "\n" not in str(error.value)


def test_a_theme_that_is_not_there() -> None:
    with pytest.raises(ThemeError, match="unknown theme 'mauve': use dark, "):
        load("mauve")


def test_all_of_them_load() -> None:
    assert tuple(load_all()) == shipped() == names()


class TestOwn:
    """Themes of the user's own."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        folder = tmp_path / "ebtop/themes"
        folder.mkdir(parents=True)
        return folder

    def test_a_good_one_is_one_more(self, folder: Path) -> None:
        (folder / "mine.toml").write_text((directory() / "light.toml").read_text().replace("#005fd7", "#0000d7"))
        assert names() == (*shipped(), "mine")
        assert load("mine").focus == "#0000d7"
        assert load_own() == ({"mine": load("mine")}, ())

    def test_it_goes_before_one_of_the_same_name(self, folder: Path) -> None:
        (folder / "dark.toml").write_text((directory() / "light.toml").read_text())
        assert load("dark") == load("light")
        assert names() == shipped()

    def test_a_bad_one_is_one_line_and_the_others_work(self, folder: Path) -> None:
        (folder / "bad.toml").write_text('title = "x"\ndark = 1\n')
        (folder / "good.toml").write_text((directory() / "dark.toml").read_text())
        os.mkfifo(folder / "pipe.toml")
        good, wrong = load_own()
        assert list(good) == ["good"]
        assert [line.split(": ")[0] for line in wrong] == [f"{folder}/bad.toml:2", f"{folder}/pipe.toml"]

    def test_a_file_whose_name_is_no_name_is_not_looked_at(self, folder: Path) -> None:
        (folder / "a\x1b[31m.toml").write_text("")
        assert load_own() == ({}, ())
