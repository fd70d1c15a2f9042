"""What SECURITY.md says of processes and places is what the code does. At processes themselves look test_privileges.py
and test_powerless.py in tests/live, and test_connections.py at what they talk through.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from probes import broker, build, checks, onlooker, privileges, wire
from probes.controls import Control
from probes.kernel import cache
from tui.commands.files import MOST_MEMORY
from tui.settings.plain_file import MOST_BYTES

ROOT = Path(__file__).parents[2]
NOTE = (ROOT / "SECURITY.md").read_text()
KEPT = {
    "screen": (),
    "collector": privileges.KEPT,
    "opener of events": broker.KEPT,
    "compiler": build.KEPT,
    "onlooker": onlooker.KEPT,
    "checks": checks.KEPT,
}


@pytest.mark.parametrize(("process", "kept"), KEPT.items(), ids=KEPT)
def test_the_table_of_capabilities(process: str, kept: tuple[int, ...]) -> None:
    row = next(line for line in NOTE.splitlines() if line.startswith(f"| {process}"))
    told = re.findall(r"CAP_[A-Z_]+", row)
    assert {getattr(privileges, name) for name in told} == set(kept)
    assert ("none" in row) == (not kept)


def test_every_process_with_privileges_is_in_it() -> None:
    giving_up = [
        path.stem for path in (ROOT / "probes").rglob("*.py") if re.search(r"keep_only\(.*KEPT", path.read_text())
    ]
    assert sorted(giving_up) == ["broker", "build", "checks", "onlooker", "privileges"]


def test_its_figures() -> None:
    assert f"`{cache.PLACE}`" in NOTE
    assert f"within {MOST_MEMORY >> 30} GiB of memory" in NOTE
    assert f"above {wire.MOST >> 20} MiB" in NOTE
    assert f"at most {MOST_BYTES >> 10} KiB" in NOTE
    assert len(Control.__args__) == 7
    assert "seven typed messages" in NOTE
