"""A sysfs of our own: folders, files and links as the kernel lays them out, as far as they are read here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VIRTUAL = "virtual"


class Sysfs:
    """Grows a tree below a folder: `at` is the tree, `udev` the folder of udev's notes."""

    def __init__(self, folder: Path) -> None:
        self.at, self.udev = folder / "sys", folder / "udev"
        for place in (self.at / "block", self.at / "dev/block", self.udev):
            place.mkdir(parents=True)
        self._minors = 0

    def disk(self, name: str, where: str = VIRTUAL, files: Mapping[str, str | bytes] | None = None) -> Path:
        """A whole disk below devices/WHERE/block, with these files (and 512 sectors)."""
        place = self.at / "devices" / where / "block" / name
        self._device(place)
        (self.at / "block" / name).symlink_to(place)
        self.write(place, {"size": "512\n", **(files or {})})
        if where != VIRTUAL:
            (place / "device").symlink_to(place.parents[1])
        return place

    def partition(self, disk: str, name: str) -> Path:
        """A partition of a disk."""
        place = (self.at / "block" / disk).resolve() / name
        self._device(place)
        self.write(place, {"partition": "1\n"})
        return place

    def stack(self, name: str, *below: Path, files: Mapping[str, str] | None = None) -> Path:
        """A device on top of others."""
        place = self.disk(name, files=files)
        for slave in below:
            (place / "slaves" / slave.name).symlink_to(slave)
            (slave / "holders" / name).symlink_to(place)
        return place

    def md(self, name: str, *below: Path, level: str = "raid0") -> Path:
        """An array of md."""
        return self.stack(name, *below, files={"md/level": f"{level}\n"})

    def dm(self, name: str, *below: Path, called: str, uuid: str) -> Path:
        """A device of device mapper."""
        return self.stack(name, *below, files={"dm/name": f"{called}\n", "dm/uuid": f"{uuid}\n"})

    def noted(self, device: Path, **keys: str) -> None:
        """udev's notes about a device."""
        number = (device / "dev").read_text().strip()
        lines = ["S:disk/by-path/x", *(f"E:{key}={value}" for key, value in keys.items())]
        (self.udev / f"b{number}").write_text("\n".join(lines) + "\n")

    def write(self, place: Path, files: Mapping[str, str | bytes]) -> None:
        """Files below a folder, with what they say."""
        for name, said in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(said if isinstance(said, bytes) else said.encode())

    def _device(self, place: Path) -> None:
        for folder in ("slaves", "holders"):
            (place / folder).mkdir(parents=True)
        number = f"8:{self._minors}"
        self._minors += 1
        self.write(place, {"dev": f"{number}\n"})
        (self.at / "dev/block" / number).symlink_to(place)
