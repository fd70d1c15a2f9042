"""Which disks form sets that share their work: md, LVM and other device mapper, btrfs, zfs.

A device on top of others has links to them in its folder `slaves` (Documentation/ABI/testing/sysfs-block). Following
those down to what has none gives its disks. Encryption, several paths to one disk, and caches are layers between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from probes import sysfs

Unit = frozenset[str]
"""One disk, by all of its names: several where there are several paths to it."""
MOST_SETS = 8
"""Of one disk; those nearest to it."""


def sets(sys: Path, notes: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """The sets of each disk that is a member of any. `notes` are udev's, by device number."""
    stack = Stack(sys)
    found: dict[str, list[str]] = {}
    for name, units in (*stack.mappings(), *stack.btrfs(), *stack.zfs(notes)):
        if len(units) > 1:
            for disk in sorted(frozenset[str]().union(*units)):
                found.setdefault(disk.replace("!", "/"), []).append(name)
    return {disk: tuple(dict.fromkeys(names))[:MOST_SETS] for disk, names in found.items()}


class Stack:
    """The block devices of a machine, on top of each other. Names are those of sysfs: with ! for /."""

    def __init__(self, sys: Path) -> None:
        self._sys, self._block = sys, sys / "block"
        self._below: dict[str, frozenset[Unit]] = {}

    def below(self, disk: str) -> frozenset[Unit]:
        """The disks that a whole device consists of: itself where it is a disk."""
        if disk not in self._below:
            self._below[disk] = self._find_below(disk)
        return self._below[disk]

    def mappings(self) -> Iterator[tuple[str, frozenset[Unit]]]:
        """Sets of md first, then those of device mapper, nearest to the disks first."""
        folders = sysfs.entries(self._block)
        for folder in folders:
            if sysfs.text(folder / "md/level") not in ("", "container"):
                yield folder.name.replace("!", "/"), self.below(folder.name)
        mapped = [(name, self.below(folder.name)) for folder in folders if (name := self._mapped(folder))]
        yield from sorted(mapped, key=lambda of: (len(of[1]), of[0]))

    def btrfs(self) -> Iterator[tuple[str, frozenset[Unit]]]:
        """File systems of btrfs that are mounted."""
        for folder in sysfs.entries(self._sys / "fs/btrfs"):
            devices = sysfs.entries(folder / "devices")
            yield f"btrfs {sysfs.text(folder / 'label') or folder.name[:8]}", self._of(devices)

    def zfs(self, notes: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, frozenset[Unit]]]:
        """Pools of zfs, of which sysfs does not tell: by the labels that udev found on disks and partitions."""
        pools: dict[str, list[Path]] = {}
        for number, note in notes.items():
            if note.get("ID_FS_TYPE") == "zfs_member":
                device = self._sys / "dev/block" / number
                pools.setdefault(note.get("ID_FS_LABEL", ""), []).append(device)
        for label, devices in pools.items():
            yield f"zfs {label}".strip(), self._of(devices)

    def _of(self, devices: list[Path]) -> frozenset[Unit]:
        """The disks below several devices, each given by a link to it."""
        return frozenset[Unit]().union(*(self.below(whole(device)) for device in devices if device.exists()))

    def _find_below(self, disk: str) -> frozenset[Unit]:
        folder = self._block / disk
        if paths := self._paths.get(disk):
            return frozenset([frozenset(paths)])
        slaves = sysfs.entries(folder / "slaves")
        if not slaves:
            made = (folder / "md").exists() or (folder / "dm").exists()
            return frozenset() if made else frozenset([frozenset([disk])])
        if (folder / "bcache").exists():  # its other slaves are caches
            return self.below((folder / "bcache").resolve().parent.name)
        units = self._of(slaves)
        if sysfs.text(folder / "dm/uuid").startswith("mpath-"):
            return frozenset([frozenset[str]().union(*units)])
        return units

    def _mapped(self, folder: Path) -> str:
        """What a set of device mapper is called, empty for what is no set by itself."""
        identifier, name = sysfs.text(folder / "dm/uuid"), sysfs.text(folder / "dm/name")
        if identifier.startswith("LVM-"):
            return "" if self._is_inner(folder) else f"LVM {volume(name)}"
        joins = len(sysfs.entries(folder / "slaves")) > 1 and not identifier.startswith("CRYPT-")
        return f"dm {name}" if name and joins else ""

    def _is_inner(self, folder: Path) -> bool:
        """Whether it is what another logical volume is made of: a leg of a mirror, the data of a pool."""
        holders = sysfs.entries(folder / "holders", "dm-*")
        return any(sysfs.text(self._block / holder.name / "dm/uuid").startswith("LVM-") for holder in holders)

    @cached_property
    def _paths(self) -> dict[str, list[str]]:
        """Disks of NVMe with several paths: those are disks of their own, e.g. nvme0c1n1 of nvme0n1."""
        found: dict[str, list[str]] = {}
        for folder in sysfs.entries(self._block, "nvme*c*n*"):
            found.setdefault(re.sub(r"c\d+(?=n\d+$)", "", folder.name), []).append(folder.name)
        return found


def whole(device: Path) -> str:
    """The whole disk that a device is, or is a partition of."""
    place = device.resolve()
    return place.parent.name if (place / "partition").exists() else place.name


def volume(name: str) -> str:
    """VG/LV of a name that device mapper has for a logical volume, where one - parts them and -- is one of theirs."""
    group, _, logical = name.replace("--", "\0").partition("-")
    return f"{group}/{logical}".replace("\0", "-")
