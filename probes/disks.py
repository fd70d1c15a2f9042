"""What disks are: model, serial number, where they are plugged in, and the sets that they are members of.

Source: sysfs (Documentation/ABI/testing/sysfs-block and those of the drivers), and udev's database where it knows more.
Nothing here asks a disk itself: one that hangs would keep us waiting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

from probes import disk_sets, sysfs
from probes.disk_sums import DiskFacts

SECTOR = 512
PCI = r"[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]"
SCSI = r"\d+:\d+:\d+:\d+"
KIB = 1024
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def facts(names: Iterable[str], sys: Path = Path("/sys"), udev: Path = Path("/run/udev/data")) -> list[DiskFacts]:
    """What is known of these disks, which are named as in /proc/diskstats; those that are gone are left out."""
    notes, bays = sysfs.udev_notes(udev), _bays(sys)
    sets = disk_sets.sets(sys, notes)
    found = []
    for name in names:
        place = sys / "block" / name.replace("/", "!")
        if place.exists():
            note = notes.get(sysfs.text(place / "dev"), {})
            found.append(_facts(name, place, note, bays, sets.get(name, ())))
    return found


def stamp(names: Iterable[str], sys: Path = Path("/sys")) -> tuple[tuple[int, int], ...]:
    """Differs from an earlier one where disks that were there all the time may have become something else: a loop
    device got another file, or a btrfs was mounted. It opens nothing."""
    loops = (sys / "block" / name / "loop" for name in names if name.startswith("loop"))
    return tuple(_identity(folder) for folder in (*loops, sys / "fs/btrfs"))


def _identity(folder: Path) -> tuple[int, int]:
    try:
        status = folder.stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_nlink


def _facts(
    name: str, place: Path, note: Mapping[str, str], bays: Mapping[str, str], sets: tuple[str, ...]
) -> DiskFacts:
    size = (sysfs.number(place / "size") or 0) * SECTOR
    return DiskFacts(
        name,
        _model(place, size),
        _serial(place, note),
        _enclosure(place / "device") or _way(str(place.resolve()), bays),
        _rotational(place),
        size,
        sets,
    )


def _model(place: Path, size: int) -> str:
    """What it is. Disks that hypervisors lend have no model: there, those of one size are of one kind."""
    name, device = place.name, place / "device"
    if model := sysfs.text(device / "model") or (sysfs.text(device / "name") if name.startswith("mmcblk") else ""):
        return model
    if file := sysfs.text(place / "loop/backing_file"):
        return f"loop on {PurePath(file).parent}"
    if name.startswith("zram"):
        return "zram"
    kind = _lent(device)
    return f"{kind} of {_human(size)}" if kind else ""


def _lent(device: Path) -> str:
    """What kind of disk it is that a hypervisor lends; empty for others."""
    return {"virtio": "virtio disk", "xen": "Xen disk"}.get((device / "subsystem").resolve().name, "")


def _rotational(place: Path) -> bool | None:
    """Whether it turns. Of what a hypervisor lends, the kernel says so without knowing."""
    said = sysfs.number(place / "queue/rotational")
    return None if said is None or (said and _lent(place / "device")) else bool(said)


def _human(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= KIB and unit < len(UNITS) - 1:
        amount, unit = amount / KIB, unit + 1
    return f"{amount:.4g} {UNITS[unit]}"


def _serial(place: Path, note: Mapping[str, str]) -> str:
    """The number on its label. That of a virtio disk is known to udev only: reading it from sysfs asks the disk."""
    device = place / "device"
    return (
        sysfs.text(device / "serial")
        or _vital_product_data(device / "vpd_pg80")
        or note.get("ID_SERIAL_SHORT", "")
        or note.get("ID_SERIAL", "")
        or sysfs.text(place / "wwid")
        or sysfs.text(device / "wwid")
    )


def _vital_product_data(file: Path) -> str:
    """The serial number of a SCSI disk: page 0x80, four bytes of head and the number (SPC-4, 7.8.15)."""
    try:
        page = file.read_bytes()
    except OSError:
        return ""
    return page[4 : 4 + int.from_bytes(page[2:4], "big")].decode("ascii", "backslashreplace").strip("\0 ")


def _enclosure(device: Path) -> str:
    """The slot of the enclosure that it is in: what a person can look for."""
    for link in sysfs.entries(device, "enclosure_device:*"):
        slot = sysfs.text(link / "slot") or link.name.partition(":")[2]
        return f"enclosure {link.resolve().parent.name} slot {slot}"
    return ""


def _way(path: str, bays: Mapping[str, str]) -> str:
    """The way to it from the processor, by its place in sysfs: .../0000:00:1f.2/ata3/host2/.../block/sda."""
    if port := re.search(r"/usb\d+/(?:[^/]+/)*?(\d+-[\d.]+)/\d+-[\d.]+:[\d.]+/", path):
        return f"usb {port[1]}"
    parts = []
    if addresses := re.findall(rf"/({PCI})(?=/)", path):
        parts.append(f"pci {addresses[-1]}")
        if bay := bays.get(addresses[-1].partition(".")[0]):
            parts.append(f"slot {bay}")
    if port := re.search(r"/(ata\d+)/", path):
        parts.append(port[1])
    elif address := re.search(rf"/({SCSI})/block/", path):
        parts.append(f"scsi {address[1]}")
    elif card := re.search(r"/(mmc\d+)/", path):
        parts.append(card[1])
    return " ".join(parts)


def _bays(sys: Path) -> dict[str, str]:
    """What is written at the slots of PCI devices, by their addresses, where the firmware tells."""
    return {sysfs.text(slot / "address"): slot.name for slot in sysfs.entries(sys / "bus/pci/slots")}
