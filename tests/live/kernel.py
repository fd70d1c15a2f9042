"""What is in the kernel, told by others than ebtop: bpftool, /proc."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


def shown(kind: str) -> list[dict[str, Any]]:
    """Everything of a kind (prog, map, link) that is in the kernel now, whoever put it there, as bpftool tells it."""
    out = subprocess.run(["bpftool", "-j", kind, "show"], check=True, capture_output=True, text=True).stdout
    return json.loads(out or "[]")  # type: ignore[no-any-return]


def bpf_ids(kind: str) -> set[int]:
    """Ids of those."""
    return {one["id"] for one in shown(kind)}


def held(pid: int, what: str) -> set[int]:
    """Ids of what a process holds: prog_id, map_id or link_id of its file descriptors."""
    found: set[int] = set()
    for descriptor in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            lines = descriptor.read_text().splitlines()
        except FileNotFoundError:  # closed meanwhile
            continue
        found |= {int(line.split()[1]) for line in lines if line.startswith(f"{what}:")}
    return found


def status(pid: int, key: str) -> str:
    """A line of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:"))


def open_files(pid: int) -> int:
    """How many file descriptors a process has."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
