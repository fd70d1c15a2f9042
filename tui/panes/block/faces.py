"""The views of the disks: two have an axis of time, the others are lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tui.panes.block.lists import Kind

Face = Literal["overview", "disk"] | Kind
FACES: tuple[Face, ...] = ("overview", "disk", "who", "slow", "parts")
LISTS: Mapping[Face, Kind] = {"who": "who", "slow": "slow", "parts": "parts"}
