"""The registry of commands: every key once, every name printable, all of it known without a terminal library."""

from __future__ import annotations

import subprocess
import sys

from tests.tui.fakes import HELLO
from tui.keys import COMMANDS, Keymap, key_name, toggles


def test_no_key_does_two_things_in_one_place() -> None:
    bound = [(command.where, key) for command in (*COMMANDS, *toggles(HELLO.probes)) for key in command.keys]
    assert len(bound) == len(set(bound))


def test_a_key_means_what_it_means_where_the_focus_is() -> None:
    keymap = Keymap(COMMANDS)
    assert keymap.find("left", ("table",)) == "cell-left"
    assert keymap.find("left", ("disks",)) == "left"
    assert keymap.find("pageup", ("table",)) == "page-up"
    assert keymap.find("pageup", ("time", "table")) == "jump-back"
    assert keymap.find("q", ("table",)) == "quit"
    assert keymap.find("f9", ("table",)) is None


def test_own_keys_take_the_place_of_those_of_the_registry() -> None:
    keymap = Keymap(COMMANDS, {"zoom": ("x",)})
    assert (keymap.find("x", ()), keymap.find("z", ())) == ("zoom", None)


def test_a_sentence_names_the_key_that_a_command_has() -> None:
    assert [Keymap(COMMANDS).name(command) for command in ("back", "bottom", "filter-clear")] == ["Esc", "G", "F"]
    assert Keymap(COMMANDS, {"back": ("ctrl+x", "escape")}).name("back") == "^X"


def test_the_keys_that_users_know_are_there() -> None:
    known = {key_name(key): command.id for command in COMMANDS for key in command.keys}
    expected = {
        "q": "quit", "^C": "quit", "?": "help", "h": "help", "F1": "help", "Space": "pause",
        "f": "filter", "F4": "filter", "\\": "filter", "F": "filter-clear", "+": "faster", "-": "slower",
        "z": "zoom", "Tab": "focus-next", "T": "theme",
        "j": "down", "k": "up", "g": "top", "G": "bottom", "PgUp": "page-up", "PgDn": "page-down",
    }  # fmt: skip
    assert expected.items() <= known.items()


def test_probes_get_the_digits() -> None:
    assert [(command.id, command.keys, command.title) for command in toggles(HELLO.probes)] == [
        ("toggle-1", ("1",), "exec"),
        ("toggle-2", ("2",), "open"),
        ("toggle-3", ("3",), "block"),
    ]


def test_names_of_keys_and_themes_are_known_without_textual() -> None:
    code = "import sys, tui.keys, tui.format, tui.theme; tui.theme.names(); sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
