"""RAID for real: md over three disks in a guest, told by the load on the array alone. Run by `make raid`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.lab import raid
from tests.lab.sick_disk import Sickness

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.raid]

FOUND_WITHIN_S = 10.0
Line = dict[str, Any]


def told(how: Sickness, seconds: int) -> list[Line]:
    """What `ebtop dump` says in the guest, once the array is under load."""
    said: list[str] = []
    code = raid.watch(how, f"--every --for {seconds}s", said.append)
    assert code == 0, "\n".join(said)
    return [json.loads(line) for line in said if line.startswith("{")]


def time_of(line: Line) -> float:
    return datetime.fromisoformat(line["time"]).timestamp()


def odd_ones(lines: list[Line]) -> list[Line]:
    wanted = ("finding", "odd-one-out", "begins")
    return [line for line in lines if (line["type"], line.get("kind"), line.get("state")) == wanted]


def test_the_failing_member_is_found_and_named() -> None:
    lines = told(Sickness(sick=frozenset([1])), 30)
    begun = time_of(next(line for line in lines if line["type"] == "hist"))  # of the first tick with requests
    finding, *others = odd_ones(lines)
    assert finding["disk"] == "vdb"
    assert "a member of md0" in finding["text"]
    assert all(sibling in finding["text"] for sibling in ("vda", "vdc"))
    assert "pci 0000:" in finding["text"]
    if Path("/lib/systemd/systemd-udevd").exists():
        assert "LAB-0001" in finding["text"]
    assert time_of(finding) - begun < FOUND_WITHIN_S
    assert {line["disk"] for line in others} <= {"vdb"}


def test_no_member_is_suspected_where_all_are_well() -> None:
    lines = told(Sickness(sick=frozenset()), 60)
    assert odd_ones(lines) == []
    disks = {line["disk"] for line in lines if line["type"] == "hist" and line["count"] > 1000}
    assert disks >= {"vda", "vdb", "vdc"}
