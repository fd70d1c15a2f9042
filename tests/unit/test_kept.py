"""What is chosen on the screen is kept, holds until the file of settings says something else, and harms nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest

from tui.settings.kept import NAME, Kept, Layout
from tui.settings.load import Loaded
from tui.settings.settings import Settings
from tui.settings.setup import setup
from tui.theme import ThemeError, directory

LAYOUT = Layout("block", {"block": "who"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "state/ebtop"


def test_choices_come_back(folder: Path) -> None:
    assert Kept.load(Settings()).with_theme("light").with_layout(LAYOUT).save() == ""
    found = Kept.load(Settings())
    assert (found.theme, found.layout) == ("light", LAYOUT)
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_an_edit_of_the_file_of_settings_takes_effect(folder: Path) -> None:
    Kept.load(Settings()).with_theme("light").with_layout(LAYOUT).save()
    edited = Kept.load(Settings(theme="colour-blind"))
    assert (edited.theme, edited.layout) == (None, LAYOUT)
    assert Kept.load(Settings(probes=("exec",))).layout is None
    edited.save()
    assert Kept.load(Settings()).theme is None


def test_what_the_file_says_is_no_choice(folder: Path) -> None:
    assert Kept.load(Settings()).with_theme("light").with_theme("dark").theme is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": 5}', "x" * 100_000, '{"layout": {"views": [1]}}'])
def test_what_cannot_be_understood_is_as_if_it_were_not_there(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / NAME).write_text(text)
    assert Kept.load(Settings()) == Kept(over_theme="dark")


def test_nothing_is_written_or_read_through_a_link(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "precious"
    elsewhere.write_text('{"theme": "light", "over_theme": "dark"}')
    folder.mkdir(parents=True)
    (folder / NAME).symlink_to(elsewhere)
    assert Kept.load(Settings()).theme is None
    assert Kept.load(Settings()).with_theme("colour-blind").save() == ""
    assert '"light"' in elsewhere.read_text()
    assert Kept.load(Settings()).theme == "colour-blind"


def test_a_folder_that_is_a_link_is_not_written_to(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.parent.mkdir()
    folder.symlink_to(elsewhere)
    assert "is not kept" in Kept.load(Settings()).with_theme("light").save()
    assert not list(elsewhere.iterdir())


def test_where_nothing_can_be_written_a_line_says_so() -> None:
    why = Kept.load(Settings()).with_theme("light").save()
    assert why.endswith("what is chosen here is not kept: Not a directory")


class TestSetup:
    """What a screen begins with."""

    def test_a_flag_goes_before_a_choice_and_that_before_the_file(self, folder: Path) -> None:
        configured = Loaded(Settings(theme="light", budget=5))
        assert setup(configured, {}).theme == "light"
        setup(configured, {}).kept.with_theme("colour-blind").save()
        assert setup(configured, {}).theme == "colour-blind"
        begun = setup(configured, {"theme": "dark", "budget": 7, "slow_us": None})
        assert (begun.theme, begun.settings.theme, begun.settings.budget) == ("dark", "dark", 7)
        assert begun.kept.theme == "colour-blind"

    def test_a_flag_is_not_what_a_choice_is_compared_with(self, folder: Path) -> None:
        setup(Loaded(), {"theme": "light"}).kept.with_theme("light").save()
        assert setup(Loaded(), {}).theme == "light"

    def test_the_layout_comes_back(self, folder: Path) -> None:
        assert setup(Loaded(), {}).layout == Layout()
        setup(Loaded(), {}).kept.with_layout(LAYOUT).save()
        assert setup(Loaded(), {}).layout == LAYOUT

    def test_a_chosen_theme_that_is_gone_gives_way(self, folder: Path) -> None:
        Kept.load(Settings()).with_theme("mine").save()
        assert setup(Loaded(), {}).theme == "dark"

    def test_own_themes_come_last_and_bad_ones_are_warnings(self, folder: Path, tmp_path: Path) -> None:
        themes = tmp_path / "config/ebtop/themes"
        themes.mkdir(parents=True)
        (themes / "mine.toml").write_text((directory() / "light.toml").read_text())
        (themes / "bad.toml").write_text("title = 1")
        begun = setup(Loaded(warnings=("first",)), {"theme": "mine"})
        assert list(begun.themes)[-1] == begun.theme == "mine"
        assert [line.split(":")[0] for line in begun.warnings] == ["first", str(themes / "bad.toml")]
        assert begun.warned == "2 settings are wrong, ebtop config --check tells all: first"
        assert setup(Loaded(Settings(theme="bad")), {}).theme == "dark"
        with pytest.raises(ThemeError, match=r"bad\.toml:1: title"):
            setup(Loaded(), {"theme": "bad"})

    @pytest.mark.parametrize(
        ("what", "said"),
        [
            ("slow: 'x' is no latency: write 20ms", "~/.config/c.toml:3: slow: 'x' is no latency: write 20ms"),
            ("x" * 80, "a setting is wrong, ebtop config --check tells all: ~/.config/c.toml:3: x"),
        ],
    )
    def test_the_remedy_has_room_in_80_cells(self, monkeypatch: pytest.MonkeyPatch, what: str, said: str) -> None:
        monkeypatch.setenv("HOME", "/home/of/somebody/far/away")
        warned = setup(Loaded(warnings=(f"/home/of/somebody/far/away/.config/c.toml:3: {what}",)), {}).warned
        assert warned.startswith(said)
        assert "check" in warned[:78] or len(warned) <= 78

    def test_it_is_frozen(self) -> None:
        with pytest.raises(AttributeError):
            setup(Loaded(), {}).settings = Settings()  # type: ignore[misc]
        assert msgspec.structs.replace(Settings(), budget=1) != Settings()
