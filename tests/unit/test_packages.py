"""What `make run` installs, by the package manager of each distribution."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci/packages.sh"
TOOLS = ("sh", "env", "mktemp", "rm", "grep", "tail")


def run(folder: Path, manager: str, code: int) -> tuple[subprocess.CompletedProcess[str], str]:
    """On a machine where all is there but what draws pictures, and installing ends with that code."""
    log = folder / "log"
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or "")
    for name, does in ((manager, f'echo "$@" >>{log}; exit {code}'), ("python", "echo 3.11"), ("id", "echo 0")):
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    command = [str(folder / "sh"), str(SCRIPT), "run", "python"]
    done = subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)
    return done, log.read_text()


@pytest.mark.parametrize(
    ("manager", "package"),
    [
        ("apt-get", "librsvg2-bin"),
        ("dnf", "librsvg2-tools"),
        ("zypper", "rsvg-convert"),
        ("pacman", "librsvg"),
        ("apk", "rsvg-convert"),
    ],
)
def test_what_draws_pictures_is_installed_and_can_be_missed(tmp_path: Path, manager: str, package: str) -> None:
    for code in (0, 1):
        (tmp_path / str(code)).mkdir()
        done, log = run(tmp_path / str(code), manager, code)
        assert done.returncode == 0, done.stderr
        assert log.split()[-1] == package or (code and manager == "apt-get")
        assert ("it exports no PNGs" in done.stderr) == bool(code)
