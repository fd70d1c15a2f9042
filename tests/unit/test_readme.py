"""The README tells the truth about what can be typed and pressed."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.registry import PROBES
from tui import keys
from tui.commands import COMMANDS, Command

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CHANGES = (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("command", [command for command in keys.COMMANDS if command.footer], ids=lambda c: c.id)
def test_every_key_of_the_footer_is_in_the_readme(command: keys.Command) -> None:
    assert f"`{keys.key_name(command.keys[0])}`" in README


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_every_command_is_in_the_readme(command: Command) -> None:
    assert f"`ebtop {command.name}" in README


def test_a_digit_for_every_probe_is_in_the_readme() -> None:
    assert " ".join(f"`{n}`" for n, _ in enumerate(PROBES, 1)) in README


def test_the_version_is_in_the_changelog() -> None:
    from tui import __version__

    assert f"## [{__version__}]" in CHANGES
