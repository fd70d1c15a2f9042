"""What the command line asks of every benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """rounds: how often each thing is measured; minutes: how long the screen is watched under the flood, 0: briefly."""

    rounds: int = 5
    minutes: float = 0.0
