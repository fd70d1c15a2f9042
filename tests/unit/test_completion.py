"""Completion, tried in the shells themselves: what a line is completed to."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.sessions import Outcome
from tui.cli import main
from tui.commands import COMMANDS
from tui.commands.syntax import syntax

Ebtop = Callable[..., Outcome]

LINES = {
    "ebtop reco": "record",
    "ebtop dump --form": "dump --format",
    "ebtop dump --format t": "dump --format text",
    "ebtop --theme col": "--theme colour-blind",
    "ebtop record -o pre": "record -o precious.file",
    "ebtop record --probe exec,op": "record --probe exec,open",
    "ebtop --probe=bl": "--probe=block",
    "ebtop replay --no": "replay --no-mouse",
    "ebtop replay pre": "replay precious.file",
    "ebtop dump pre": "dump precious.file",
    "ebtop dump precious.file pp": "dump precious.file ppid:",
    "ebtop --for --intervals 1s us": "--for --intervals 1s user:",
    "ebtop user": "user:",
    "ebtop completion z": "completion zsh",
    "ebtop config --pa": "config --path",
    "ebtop doctor --hel": "doctor --help",
}
EBTOP = 'ebtop() { echo "<<$*>>"; }; PS1=READY'
START = {
    "bash": (["bash", "--rcfile", "rc", "-i"], "rc", f"source script.bash; {EBTOP}"),
    "zsh": (["zsh", "-d", "-i"], ".zshrc", f"autoload -U compinit; compinit -u -D; source script.zsh; {EBTOP}"),
}
"""How a shell is started, which file it reads then, and what is to stand there."""


def needs(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with one file and the scripts; the one file whose name begins with `pre`."""
    for shell in ("bash", "zsh", "fish"):
        assert main(["completion", shell]) == 0
        (tmp_path / f"script.{shell}").write_text(capsys.readouterr().out)
    (tmp_path / "precious.file").touch()
    return tmp_path


def typed(shell: str, place: Path, line: str) -> str:
    """What `ebtop` is called with when the line is typed, then Tab, then Enter."""
    command, file, start = START[shell]
    (place / file).write_text(f"{start}\n")
    ours, theirs = pty.openpty()
    env = {"PATH": os.environ["PATH"], "HOME": str(place), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=place, env=env, start_new_session=True
    )
    os.close(theirs)
    try:
        read_until(ours, "READY")
        os.write(ours, f"{line}\t\n".encode())
        return read_until(ours, ">>").rpartition("<<")[2].strip()
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(terminal: int, text: str) -> str:
    """What a shell writes before that text."""
    said = ""
    while text not in said:
        assert select.select([terminal], [], [], 20)[0], f"it stays silent after {said!r}"
        said += os.read(terminal, 4096).decode(errors="replace")
    return said.partition(text)[0]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("shell", START)
def test_a_line_is_completed(shell: str, place: Path, line: str) -> None:
    needs(shell)
    assert typed(shell, place, line) == LINES[line]


@pytest.mark.parametrize("shell", START)
def test_a_file_with_a_blank_in_its_name_is_completed(shell: str, place: Path) -> None:
    needs(shell)
    (place / "my file").touch()
    assert typed(shell, place, "ebtop replay my\\ fi") == "replay my file"


@pytest.mark.parametrize("line", LINES)
def test_fish_completes_it_too(place: Path, line: str) -> None:
    needs("fish")
    begun = line.removeprefix("ebtop ").rpartition(" ")[0]
    offered = [f"{begun} {one}".strip() for one in fish(place, line)]
    assert [one for one in offered if one.startswith(line.removeprefix("ebtop "))] == [LINES[line]]


def fish(place: Path, line: str) -> list[str]:
    command = ["fish", "--no-config", "-c", "source script.fish; complete -C $argv[1]", line]
    env = {"PATH": os.environ["PATH"], "HOME": str(place), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [one.partition("\t")[0] for one in done.stdout.splitlines()]


def bash(place: Path, line: str) -> list[str]:
    script = 'source script.bash; COMP_LINE=$1 COMP_POINT=${#1}; _ebtop; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", script, "-", line], cwd=place, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [one for one in done.stdout.splitlines() if one]


@pytest.mark.parametrize(("shell", "offers"), [("bash", bash), ("fish", fish)])
def test_commands_flags_and_filters_are_offered(
    shell: str, offers: Callable[[Path, str], list[str]], place: Path
) -> None:
    needs(shell)
    assert {command.name for command in COMMANDS} | {"comm:", "pid:"} <= set(offers(place, "ebtop "))
    for spoken in syntax():
        long = {name for flag in spoken.flags for name in flag.names if name.startswith("--")}
        assert long == {
            one for one in offers(place, f"ebtop {spoken.name} -".replace("  ", " ")) if one.startswith("--")
        }
    assert offers(place, "ebtop record --probe exec,open,") == ["exec,open,block"]
    assert set(offers(place, "ebtop --probe open,")) == {"open,exec", "open,block"}
    assert set(offers(place, "ebtop comm:")) <= ({"comm:"} if shell == "fish" else set())
    assert offers(place, "ebtop record --rows ") == []


def test_bash_offers_recordings_and_folders_and_other_files_where_there_are_none(place: Path) -> None:
    needs("bash")
    (place / "a.ebtop").touch()
    (place / "b.ebtop").touch()
    (place / "folder").mkdir()
    offered = set(bash(place, "ebtop replay "))
    assert {"a.ebtop", "b.ebtop", "folder"} < offered
    assert "precious.file" not in offered
    assert bash(place, "ebtop replay pre") == ["precious.file"]


def test_an_unknown_shell_is_refused(ebtop: Ebtop) -> None:
    done = ebtop("completion", "tcsh")
    assert done.code == 2
    assert "invalid choice: 'tcsh'" in done.err
