"""Where what a user has set is kept: as the XDG base directory specification has it."""

from __future__ import annotations

from pathlib import Path

import platformdirs

APP = "ebtop"


def config() -> Path:
    """The file of settings."""
    return platformdirs.user_config_path(APP) / "config.toml"


def themes() -> Path:
    """The folder of themes of the user's own."""
    return platformdirs.user_config_path(APP) / "themes"


def state() -> Path:
    """The folder of what was chosen on the screen."""
    return platformdirs.user_state_path(APP)
