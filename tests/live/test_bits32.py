"""32-bit programs on a 64-bit kernel: what README.md says of them is so."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.session import Dump

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="there is no such program here"),
]

Named = Callable[[str, str], str]


def test_execs_are_seen_where_they_succeed_and_opens_are_not(named: Named, tmp_path: Path) -> None:
    """Were opens or failed execs seen one day, README.md would have to say so."""
    program, usual = named("bits32", "ebt-bits32"), named("opens", "ebt-bits64")
    file = tmp_path / "file"
    file.touch()
    with Dump("(comm=ebt-bits32 or comm=ebt-bits64)", "--every", probe="exec,open") as dump:
        subprocess.run([program, file], check=True)
        subprocess.run([usual, "open", file], check=True, capture_output=True)
        dump.wait_for(lambda line: line["type"] == "row" and line["probe"] == "open" and line["path"] == str(file))
    execs = [row for row in dump.rows("exec") if row["comm"] == "ebt-bits32"]
    assert [(row["argv"], row["error"]) for row in execs] == [([program, str(file)], None), ([program], None)]
    assert {row["comm"] for row in dump.rows("open")} == {"ebt-bits64"}
    assert dump.total("exec")["lost"] == dump.total("open")["lost"] == 0
