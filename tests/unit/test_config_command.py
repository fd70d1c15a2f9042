"""`ebtop config`, and what commands make of the file of settings."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.terminal import terminal
from tests.unit.sessions import Outcome
from tui import launch
from tui.commands import configured, live, screen
from tui.settings.printed import printed

Ebtop = Callable[..., Outcome]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "ebtop/config.toml"
    path.parent.mkdir()
    return path


def parsed(*words: str) -> Namespace:
    return screen.parser().read(words)


def test_the_defaults_are_printed_and_pass_the_check(ebtop: Ebtop, path: Path) -> None:
    path.write_text(ebtop("config").out)
    assert path.read_text() == printed(configured.known())
    assert ebtop("config", "--check") == Outcome(0, f"{path}: all is well\n", "")


def test_it_says_where_the_file_is(ebtop: Ebtop, path: Path) -> None:
    assert ebtop("config", "--path") == Outcome(0, f"{path}\n", "")
    assert ebtop("config", "--check") == Outcome(0, f"{path}: not there, the defaults hold\n", "")


@pytest.mark.parametrize("name", [b"a\xff", b"\x1b[31m", "\u202e\xe9".encode()])
def test_where_the_file_is_in_bytes_for_programs(name: bytes) -> None:
    command = [sys.executable, "-m", "tui.cli", "config", "--path"]
    environ = {**os.environb, b"XDG_CONFIG_HOME": b"/" + name, b"PYTHONIOENCODING": b"ascii"}
    done = subprocess.run(command, capture_output=True, check=False, env=environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"/" + name + b"/ebtop/config.toml\n", b"")


def test_where_the_file_is_on_a_terminal() -> None:
    environ = {"XDG_CONFIG_HOME": "/a\x1b]0;x\x07\udcff", "TERM": "xterm", "LANG": "C.UTF-8"}
    with terminal("config", "--path", environ=environ, module="tui.cli") as screen:
        assert screen.leave("") == 0
        assert screen.said == b"/a\\x1b]0;x\\x07\\xff/ebtop/config.toml\r\n"


def test_what_is_wrong_is_a_line_each_and_exit_code_2(ebtop: Ebtop, path: Path) -> None:
    path.write_text('theme = "drak"\nintervall = 1\n')
    (path.parent / "themes").mkdir()
    (path.parent / "themes/mine.toml").write_text("x = [")
    done = ebtop("config", "--check")
    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[1] for line in done.err.splitlines()] == [
        f"{path}:1", f"{path}:2", f"{path.parent}/themes/mine.toml:1",
    ]  # fmt: skip


def test_the_collector_is_told_what_the_file_says(path: Path) -> None:
    path.write_text('probes = ["open"]\ninterval = "2s"\nbudget = 5\nslow = "20ms"\ntheme = "nonsense"')
    told = live.options(configured.filled(parsed()), stats=False)
    assert (told.probes, told.interval_s, told.rows, told.slow_us) == (("open",), 2.0, 5, 20_000.0)


def test_a_flag_goes_before_the_file(path: Path) -> None:
    path.write_text('probes = ["open"]\ninterval = "2s"\nbudget = 5\nslow = "20ms"\nhistory = "1h"')
    words = "--probe", "exec", "--interval", "1s", "--rows", "0", "--slow", "auto", "--history", "5m", "--no-mouse"
    told = live.options(configured.filled(parsed(*words)), stats=False)
    assert (told.probes, told.interval_s, told.rows, told.slow_us) == (("exec",), 1.0, 0, None)
    assert configured.flags(parsed(*words)) == {
        "probes": ("exec",), "interval_s": 1.0, "budget": 0, "slow_us": None, "history_s": 300.0, "mouse": False,
    }  # fmt: skip
    assert configured.flags(parsed()) == {}


def test_a_wrong_file_does_not_keep_anyone_from_his_box(path: Path) -> None:
    path.write_text("interval = [")
    told = live.options(configured.filled(parsed()), stats=False)
    assert (told.probes, told.interval_s) == (None, 1.0)


@pytest.mark.parametrize("command", ["demo", "replay"])
def test_screens_over_recordings_have_the_flags_that_make_sense(ebtop: Ebtop, command: str) -> None:
    said = ebtop(command, "--help").out
    assert "--no-mouse" in said
    assert "--theme" in said
    assert "--history" not in said


def test_a_history_out_of_range_is_refused(ebtop: Ebtop) -> None:
    done = ebtop("--history", "1s")
    assert (done.code, done.err) == (2, "ebtop: --history '1s' is out of range: use 10s to 24h\n")


@pytest.mark.parametrize("command", ["demo", "replay"])
def test_what_is_set_reaches_the_screen(
    ebtop: Ebtop, path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    from tui.commands.demo import DEMO
    from tui.settings.setup import Setup

    path.write_text('theme = "light"\nmouse = true\nnonsense = 1\n[keys]\npause = "P"\n')
    begun: list[Setup] = []
    monkeypatch.setattr("tui.run.show", lambda _source, setup: (begun.append(setup), 0)[1])
    monkeypatch.setattr("tui.commands.screen.require_terminal", lambda _: None)
    assert ebtop(command, *([str(DEMO)] if command == "replay" else []), "--no-mouse").code == 0
    assert (begun[0].theme, begun[0].settings.mouse, begun[0].settings.keymap["pause"]) == ("light", False, ("P",))
    assert len(begun[0].warnings) == 1


def test_under_sudo_home_is_that_of_the_user_and_else_it_is_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    about = pwd.getpwall()[1]
    for name in ("HOME", "USER", "LOGNAME"):
        monkeypatch.setenv(name, "/somewhere/else")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    launch._invoker()
    assert os.environ["HOME"] == "/somewhere/else"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", str(about.pw_uid))
    monkeypatch.setenv("SUDO_GID", str(about.pw_gid))
    assert launch._invoker() == (about.pw_uid, about.pw_gid)
    assert os.environ["HOME"] == about.pw_dir
