"""Settings of a live session: under sudo they are those of the user who typed the command, read as that user."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.session import EBTOP, ROOT
from tests.live.test_privileges import someone, through_sudo

pytestmark = pytest.mark.live

IMPORTS = """
import json, os, sys
seen = {}
def watch(event, arguments):
    name = arguments[0].partition(".")[0] if event == "import" else ""
    if name in ("msgspec", "psutil", "rich", "textual", "platformdirs", "bcc"):
        seen.setdefault(name, os.geteuid())
sys.addaudithook(watch)
from tui.cli import main
code = main(sys.argv[1:])
print(json.dumps(seen), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder of the invoking user's, who can reach it."""
    for folder in tmp_path.parents:
        if folder.is_relative_to(tmp_path.parent.parent):
            folder.chmod(folder.stat().st_mode | 0o011)
    tmp_path.chmod(0o700)
    (tmp_path / "ebtop").mkdir()
    for folder in (tmp_path, tmp_path / "ebtop"):
        os.chown(folder, *someone())
    return tmp_path


def recorded(home: Path, *command: str) -> tuple[list[str], list[str]]:
    """The probes that a recording says were on, and what `ebtop record` said."""
    path = home / "x.ebtop"
    env = through_sudo() | {"XDG_CONFIG_HOME": str(home)}
    done = subprocess.run(
        [*(command or EBTOP), "record", "-o", path, "--for", "0s"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    dump = subprocess.run([*EBTOP, "dump", path], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    ready = json.loads(dump.stdout.splitlines()[0])
    return [name for name, state in ready["probes"].items() if state == "on"], done.stderr.splitlines()


def test_the_users_own_settings_hold_and_what_is_wrong_in_them_is_said(home: Path) -> None:
    (home / "ebtop/config.toml").write_text('probes = ["exec"]\nnonsense = 1\n')
    probes, said = recorded(home)
    assert probes == ["exec"]
    assert said[0] == f"ebtop: {home}/ebtop/config.toml:2: unknown key 'nonsense': remove it"
    assert len(said) == 2


@pytest.mark.skipif(someone()[0] == 0, reason="there is only root here")
def test_a_file_that_the_user_may_not_read_is_not_read_for_him(home: Path) -> None:
    secret = home / "secret"
    secret.write_text('probes = ["exec"]')
    secret.chmod(0o600)
    (home / "ebtop/config.toml").symlink_to(secret)
    probes, said = recorded(home)
    assert probes == ["exec", "open", "block"]
    assert "cannot be read: Permission denied" in said[0]


def test_nothing_of_third_parties_is_imported_by_root_to_read_them(home: Path) -> None:
    (home / "ebtop/config.toml").write_text('probes = ["exec"]\n[columns]\nexec = ["pid"]\n')
    probes, said = recorded(home, sys.executable, "-c", IMPORTS)
    assert probes == ["exec"]
    seen = json.loads(said[-1])
    assert {"msgspec", "platformdirs"} <= set(seen)
    assert set(seen.values()) == {someone()[0]}
