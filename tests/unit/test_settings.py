"""The file of settings: what holds, and what is said of what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.commands.configured import known
from tui.keys import COMMANDS, told
from tui.settings import quantities
from tui.settings.keymap import key
from tui.settings.lines import line_of, lines
from tui.settings.load import Loaded, load
from tui.settings.plain_file import MOST_BYTES
from tui.settings.printed import printed
from tui.settings.settings import Settings, entries

KNOWN = known()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def loaded(path: Path, text: str) -> Loaded:
    path.write_text(text)
    return load(path, KNOWN)


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    assert load(path, KNOWN) == Loaded(Settings(), ())


def test_the_defaults_as_they_are_printed_are_the_defaults(path: Path) -> None:
    assert loaded(path, printed(KNOWN)) == Loaded(Settings(), ())


def test_every_setting_is_printed_with_what_it_is_for() -> None:
    text = printed(KNOWN)
    assert set(entries()) | {"columns", "keymap"} == set(Settings.__struct_fields__)
    assert set(tomllib.loads(text)) == {entry.name for entry in entries().values()} | {"columns", "keys"}
    assert all(f"# {entry.help}\n{entry.name} = " in text for entry in entries().values())
    assert all(f"# {told(command)}\n{command.id} = " in text for command in COMMANDS)


def test_everything_can_be_set(path: Path) -> None:
    text = """\
        probes = ["block", "exec"]
        interval = "500ms"
        budget = 50
        slow = "20ms"
        theme = "light"
        mouse = false
        history = "1h"
        history-memory = "1GiB"
        columns.exec = ["argv", "uid"]
        keys = { zoom = "Z", find = ["?", "^F"], help = "F9" }
    """
    assert loaded(path, text) == Loaded(
        Settings(
            probes=("exec", "block"),
            interval_s=0.5,
            budget=50,
            slow_us=20_000.0,
            theme="light",
            mouse=False,
            history_s=3600.0,
            history_bytes=1 << 30,
            columns={"exec": ("argv", "uid")},
            keymap={"zoom": ("Z",), "find": ("question_mark", "ctrl+f"), "help": ("f9",)},
        ),
    )


WRONG = {
    "unknown key": ('them = "light"', "unknown key 'them' (did you mean 'theme'?): remove it"),
    "no text": ("interval = 1", "interval: 1 is not text: write it in quotes"),
    "out of range": ('interval = "1ms"', "interval: '1ms' is out of range: use 100ms to 60s"),
    "no duration": ('history = "long"', "history: 'long' is not a duration: write 500ms, 5s, 2m or 1h"),
    "too long a history": ('history = "25h"', "history: '25h' is out of range: use 10s to 24h"),
    "no size": ('history-memory = "1TB"', "history-memory: '1TB' is not a size: write 64MiB or 1GiB"),
    "too little memory": ('history-memory = "1MiB"', "history-memory: '1MiB' is out of range: use 8MiB to 4GiB"),
    "no number": ("budget = true", "budget: true is not a whole number: write 1000"),
    "too many rows": ("budget = 100001", "budget: 100001 is out of range: use 0 to 100000"),
    "no threshold": ('slow = "20"', "slow: '20' is not a latency: write 500us, 20ms, 1s (at most 60s) or auto"),
    "no list": ('probes = "exec"', "probes: 'exec' is not a list: write it as [\"one\", \"two\"]"),
    "unknown probe": ('probes = ["opne"]', "probes: unknown probe 'opne' (did you mean 'open'?): use exec, "),
    "no probe": ("probes = []", "probes: no probe: name one, or remove the line"),
    "unknown theme": ('theme = "drak"', "theme: unknown theme 'drak' (did you mean 'dark'?): use dark, "),
    "no flag": ('mouse = "no"', "mouse: 'no' is neither true nor false: write one of them, without quotes"),
    "columns of nothing": ("columns.exce = []", "columns.exce: unknown probe (did you mean 'exec'?): remove it"),
    "unknown column": ('columns.open = ["pth"]', "columns.open: unknown column 'pth' (did you mean 'path'?): use time"),
    "column twice": ('columns.open = ["pid", "pid"]', "columns.open: 'pid' is there twice: leave one out"),
    "no column": ("columns.open = []", "columns.open: no column: name one, or remove the line"),
    "no table": ("keys = 5", "keys: 5 is not a table: write [keys] on a line of its own"),
    "unknown command": ('keys.pase = "x"', "keys.pase: unknown command 'pase' (did you mean 'pause'?): `ebtop config`"),
    "unknown key name": ('keys.pause = "F99"', "keys.pause: unknown key 'F99': write x, ?, f5, ctrl+x or space"),
    "no key name": ('keys.pause = ""', "keys.pause: unknown key '': write x"),
    "a probe's digit": ('keys.pause = "1"', "keys.pause: the key '1' is for a probe: choose another"),
    "no key": ("keys.pause = []", "keys.pause: no key: name one, or remove the line"),
    "last key of another": ('keys.theme = "z"', "keys.theme: 'z' is all that 'zoom' has: give that another"),
    "a long value": (f'theme = "{"x" * 999}"', "theme: unknown theme 'xxxx"),
    "a hostile name": ('"\\u001b[31m\\n" = 1', r"unknown key '\x1b[31m\n': remove it"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "why"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_its_line_and_the_rest_holds(path: Path, line: str, why: str) -> None:
    settings, warnings = loaded(path, f"# mine\n\n{line}\n")
    assert settings == Settings()
    assert len(warnings) == 1
    assert warnings[0].startswith(f"{path}:3: {why}")
    assert warnings[0].isprintable()
    assert len(warnings[0]) < len(str(path)) + 300
    beside = loaded(path, f"{line}\n[columns]\nblock = ['disk']\n" if "columns" not in line else f"budget = 7\n{line}")
    assert beside.settings != Settings()
    assert len(beside.warnings) == 1


NO_TOML = {
    "no value": ("interval =", 3, "not TOML: invalid value: correct it; until then it is left out"),
    "no quotes": ("interval = 2s", 3, "not TOML: "),
    "no assignment": ("interval", 3, "not TOML: "),
    "not closed": ("columns.exec = [", 3, "not TOML: "),
    "nowhere closed": ('interval = """2s', 3, "not TOML: "),
    "too large": (f"budget = {'9' * 5000}", 3, "not TOML: larger than it can be"),
    "a key twice": ('theme = "dark"', 3, "theme is there twice: make it one; the first one holds"),
    "a long one twice": ('mouse = [\n  "a",\n]', 3, "mouse is there twice"),
}


@pytest.mark.parametrize(("line", "at", "why"), NO_TOML.values(), ids=NO_TOML)
def test_what_is_no_toml_or_there_twice_is_named_and_the_rest_holds(path: Path, line: str, at: int, why: str) -> None:
    settings, warnings = loaded(path, f'theme = "light"\nmouse = false\n{line}\nbudget = 7\n\n[keys]\npause = "P"\n')
    assert [one.startswith(f"{path}:{at}: {why}") for one in warnings] == [True], warnings
    assert settings == Settings(theme="light", mouse=False, budget=7, keymap={"pause": ("P",)})


@pytest.mark.parametrize(("heading", "why"), [("[keys]", "[keys] is there twice"), ("[columns", "not TOML: ")])
def test_what_stands_below_a_wrong_heading_is_left_out_with_it(path: Path, heading: str, why: str) -> None:
    text = f"[keys]\npause = 'P'\n{heading}\nquit = 'Q'\n[columns]\nexec = ['pid']\n"
    settings, warnings = loaded(path, text)
    assert settings == Settings(keymap={"pause": ("P",)}, columns={"exec": ("pid",)})
    assert [one.startswith(f"{path}:3: {why}") for one in warnings] == [True], warnings


def test_of_what_is_no_toml_at_all_nothing_is_used(path: Path) -> None:
    settings, warnings = loaded(path, "budget = 7\n" + "some prose, and more\n" * 50)
    assert settings == Settings()
    assert [one.endswith("correct it; nothing in the file is used") for one in warnings] == [True]
    assert warnings[0].startswith(f"{path}:2: not TOML")


def test_warnings_come_in_the_order_of_the_file(path: Path) -> None:
    text = 'thme = 1\n[keys]\npause = "F99"\n[columns]\nexec = [\n  "time",\n  "x"\n]\nblock = [1]\n'
    found = loaded(path, text).warnings
    assert [line.removeprefix(f"{path}:").split(":")[0] for line in found] == ["1", "3", "5", "9"]


def test_a_key_is_taken_from_the_command_that_has_another_left(path: Path) -> None:
    settings, warnings = loaded(path, '[keys]\npause = "q"\n')
    assert warnings == ()
    assert settings.keymap == {"pause": ("q",), "quit": ("ctrl+c",)}


def test_two_commands_can_change_places(path: Path) -> None:
    settings, warnings = loaded(path, '[keys]\nzoom = "T"\ntheme = "z"\n')
    assert (settings.keymap, warnings) == ({"zoom": ("T",), "theme": ("z",)}, ())


def test_two_commands_on_one_key_are_one_warning(path: Path) -> None:
    settings, warnings = loaded(path, '[keys]\nzoom = "x"\ntheme = ["X", "x"]\n')
    assert warnings == (f"{path}:3: keys.theme: 'x' is a key of 'zoom' already: choose another",)
    assert settings.keymap == {"zoom": ("x",)}


def test_keys_are_named_as_textual_names_them() -> None:
    from textual.keys import _character_to_key

    for code in range(33, 127):
        if chr(code) not in "123456789":
            assert key(chr(code)) == _character_to_key(chr(code))
    assert [key(name) for name in ("Space", "PgDn", "^C", "F4", "ctrl+x", "shift+tab", "é")] == [
        "space", "pagedown", "ctrl+c", "f4", "ctrl+x", "shift+tab", "é",
    ]  # fmt: skip


class TestFile:
    """What is no file of settings is one line, and the defaults hold."""

    @pytest.mark.parametrize(("text", "line"), [("theme = dark", 1), ("\n\ntheme = 'x", 3), ("x = [\n1,\n", 1)])
    def test_no_toml(self, path: Path, text: str, line: int) -> None:
        found = loaded(path, text)
        assert found.settings == Settings()
        assert len(found.warnings) == 1
        assert found.warnings[0].startswith(f"{path}:{line}: not TOML: ")

    def test_no_utf8(self, path: Path) -> None:
        path.write_bytes(b"# one\n# \xff\n")
        assert load(path, KNOWN).warnings == (f"{path}:2: not UTF-8: save it as UTF-8",)

    def test_too_large(self, path: Path) -> None:
        assert loaded(path, "#" * (MOST_BYTES + 1)).warnings == (f"{path}: larger than 64 KiB: cut it down",)
        assert loaded(path, "#" * MOST_BYTES).warnings == ()

    def test_a_pipe_is_not_waited_for(self, path: Path) -> None:
        os.mkfifo(path)
        assert "not a regular file" in load(path, KNOWN).warnings[0]

    def test_a_folder_and_a_device_are_not_read(self, path: Path) -> None:
        path.symlink_to("/dev/zero")
        assert "not a regular file" in load(path, KNOWN).warnings[0]
        path.unlink()
        path.mkdir()
        assert len(load(path, KNOWN).warnings) == 1

    def test_one_that_may_not_be_read(self, path: Path) -> None:
        path.symlink_to(path)  # root may read everything but this
        assert "cannot be read" in load(path, KNOWN).warnings[0]

    def test_a_link_to_a_file_is_followed(self, path: Path) -> None:
        (path.parent / "elsewhere.toml").write_text("budget = 5")
        path.symlink_to("elsewhere.toml")
        assert load(path, KNOWN).settings.budget == 5


values = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-(1 << 62), 1 << 62), st.text(max_size=5), st.sampled_from(["1s", "q", "pid"])
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
names = st.one_of(st.text(max_size=5), st.sampled_from(sorted({e.name for e in entries().values()})))


def assigned(entries: dict[str, object]) -> str:
    """Assignments in TOML, which writes texts, numbers and lists as JSON does, but for one character."""
    lines = [
        f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(entries[name], ensure_ascii=False)}\n"
        for name in entries
    ]
    return "".join(lines).replace("\x7f", "\\u007f")


@given(st.dictionaries(names, values), st.dictionaries(st.sampled_from(["zoom", "quit", "exec", "x"]), values))
def test_whatever_is_said_the_rest_holds_and_each_complaint_is_a_line(
    tmp_path_factory: pytest.TempPathFactory, top: dict[str, object], table: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(assigned(top) + f"[columns]\n{assigned(table)}[keys]\n{assigned(table)}")
    settings, warnings = load(path, KNOWN)
    assert not [line for line in warnings if "not TOML" in line]
    assert all(line.startswith(f"{path}:") and line.isprintable() for line in warnings)
    assert quantities.BRIEFEST_TICK_S <= settings.interval_s <= quantities.LONGEST_TICK_S
    assert 0 <= settings.budget <= quantities.MOST_ROWS
    assert all(keys for keys in settings.keymap.values())


@given(st.text(max_size=200))
def test_no_text_is_too_strange(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "text.toml"
    path.write_bytes(text.encode(errors="replace"))
    for line in load(path, KNOWN).warnings:
        assert "\n" not in line


@pytest.mark.parametrize("written", ["100ms", "1s", "90s", "15m", "36h", "250us"])
def test_durations_are_written_as_they_are_typed(written: str) -> None:
    assert quantities.written(quantities.duration(written)) == written


def test_lines_of_entries() -> None:
    text = 'a = 1\n"b c" = 2 # [x]\n[t]\nd.e = [\n"f = 1",\n]\ng = { h = 1 }\n[ t . u ]\nv = 1\n'
    found = lines(text)
    assert found == {
        ("a",): 1,
        ("b c",): 2,
        ("t",): 3,
        ("t", "d", "e"): 4,
        ("t", "g"): 7,
        ("t", "u"): 8,
        ("t", "u", "v"): 9,
    }
    assert lines("a = '\u2028\x85'\r\nb = 1\r\n[t]\r\n") == {("a",): 1, ("b",): 2, ("t",): 3}
    assert line_of(("t", "g", "h"), found) == 7
    assert line_of(("nowhere",), found) == 1


def test_the_start_needs_neither_themes_nor_columns_nor_textual(path: Path) -> None:
    path.write_text('theme = "x"\ninterval = "2s"\n[keys]\npause = "P"\n[columns]\nexec = ["pid"]')
    script = (
        "import sys, pathlib; from tui.settings.load import load; from tui.commands.configured import FLAGS, known\n"
        f"found = load(pathlib.Path({str(path)!r}), known(), FLAGS)\n"
        "print(found.settings.interval_s, found.warnings, 'textual' in sys.modules, 'probes.exec' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "2.0 () False False\n"
