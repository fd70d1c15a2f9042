"""Reads sysfs and udev's notes: small files, which may be missing, with text from firmware and from anyone."""

from __future__ import annotations

from pathlib import Path

from probes import decode


def text(file: Path) -> str:
    """What a file says, without blanks around it; empty where it cannot be read."""
    try:
        return decode.text(file.read_bytes()).strip()
    except OSError:
        return ""


def number(file: Path) -> int | None:
    """The number in a file; None where there is none."""
    said = text(file)
    return int(said) if said.isdecimal() else None


def entries(folder: Path, pattern: str = "*") -> list[Path]:
    """What is in a folder, by name; empty where there is no such folder."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:  # it went meanwhile
        return []


def udev_notes(udev: Path) -> dict[str, dict[str, str]]:
    """What udev knows of block devices, by their numbers, e.g. `8:16` (its own files are of lines like E:KEY=VALUE)."""
    found = {}
    for file in entries(udev, "b*:*"):
        lines = [line[2:].partition("=") for line in text(file).split("\n") if line.startswith("E:")]
        found[file.name[1:]] = {key: value for key, _, value in lines}
    return found
