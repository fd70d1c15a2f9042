"""The README tells the truth about what can be typed and pressed."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from probes.filter import KEYS
from probes.registry import PROBES
from tui import keys
from tui.commands import COMMANDS, Command

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CHANGES = (ROOT / "CHANGELOG.md").read_text()


def test_its_tables_of_keys_and_filters_are_those_of_the_program() -> None:
    made = runpy.run_path(str(ROOT / ".ci" / "tables.py"))
    assert made["written"](README) == README, "make tables writes them anew"
    assert all(f"`{keys.key_name(command.keys[0])}`" in README for command in keys.COMMANDS)
    assert all(f"`{key.takes}`" in README for key in KEYS.values())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_every_command_is_in_the_readme(command: Command) -> None:
    assert f"`ebtop {command.name}" in README


def test_a_digit_for_every_probe_is_in_the_readme() -> None:
    assert " ".join(f"`{n}`" for n, _ in enumerate(PROBES, 1)) in README


def test_the_version_is_in_the_changelog() -> None:
    from tui import __version__

    assert f"## [{__version__}]" in CHANGES
