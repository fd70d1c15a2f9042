"""What a disk is: model, serial number and slot of each kind of disk there is."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from probes import disks
from probes.disk_sums import DiskFacts
from probes.sysfs import udev_notes
from tests.unit.fake_sysfs import Sysfs

ATA = "pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0"
SAS = "pci0000:3a/0000:3a:00.0/0000:3b:00.0/host0/port-0:5/end_device-0:5/target0:0:5/0:0:5:0"
USB = "pci0000:00/0000:00:14.0/usb2/2-1/2-1.4/2-1.4:1.0/host6/target6:0:0/6:0:0:0"
NVME = "pci0000:00/0000:00:01.1/0000:01:00.0/nvme/nvme0"
VIRTIO = "pci0000:00/0000:00:05.0/virtio2"
CARD = "platform/soc/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa"


@pytest.fixture
def sysfs(tmp_path: Path) -> Sysfs:
    return Sysfs(tmp_path)


def facts(sysfs: Sysfs, name: str) -> DiskFacts:
    (found,) = disks.facts([name], sysfs.at, sysfs.udev)
    return found


def page_0x80(serial: bytes) -> bytes:
    return struct.pack(">BBH", 0, 0x80, len(serial)) + serial


def test_a_sata_disk(sysfs: Sysfs) -> None:
    sysfs.disk("sda", ATA, {"size": "7814037168\n", "queue/rotational": "1\n"})
    device = sysfs.at / "devices" / ATA
    sysfs.write(device, {"model": "ST4000NM0035-1V4\n", "vpd_pg80": page_0x80(b"            ZC1A2B3C")})
    assert facts(sysfs, "sda") == DiskFacts(
        "sda", "ST4000NM0035-1V4", "ZC1A2B3C", "pci 0000:00:1f.2 ata3", True, 7814037168 * 512
    )


def test_a_disk_in_an_enclosure_is_where_a_person_looks_for_it(sysfs: Sysfs) -> None:
    sysfs.disk("sdf", SAS)
    bay = sysfs.at / "devices/pci0000:3a/enclosure/6:0:24:0/Slot 07"
    sysfs.write(bay, {"slot": "7\n"})
    (sysfs.at / "devices" / SAS / "enclosure_device:Slot 07").symlink_to(bay)
    assert facts(sysfs, "sdf").slot == "enclosure 6:0:24:0 slot 7"


def test_a_disk_of_a_controller_is_told_by_its_address(sysfs: Sysfs) -> None:
    sysfs.disk("sdf", SAS)
    assert facts(sysfs, "sdf").slot == "pci 0000:3b:00.0 scsi 0:0:5:0"


def test_a_usb_disk_is_told_by_its_port(sysfs: Sysfs) -> None:
    sysfs.disk("sdg", USB)
    assert facts(sysfs, "sdg").slot == "usb 2-1.4"


@pytest.mark.parametrize("name", ["nvme0n1", "nvme0c0n1"])
def test_an_nvme_disk_with_the_number_at_its_slot(sysfs: Sysfs, name: str) -> None:
    place = sysfs.disk(name, NVME, {"queue/rotational": "0\n", "wwid": "eui.0025\n"})
    sysfs.write(sysfs.at / "devices" / NVME, {"model": "SAMSUNG MZQL2960\n", "serial": "S64FNE0R  \n"})
    sysfs.write(sysfs.at / "bus/pci/slots/4", {"address": "0000:01:00\n"})
    sysfs.write(sysfs.at / "bus/pci/slots/5", {"address": "0000:02:00\n"})
    assert place.exists()
    assert facts(sysfs, name) == DiskFacts(
        name, "SAMSUNG MZQL2960", "S64FNE0R", "pci 0000:01:00.0 slot 4", False, 512 * 512
    )


def test_a_virtio_disk_is_not_asked(sysfs: Sysfs) -> None:
    place = sysfs.disk("vdb", VIRTIO, {"size": f"{20 << 21}\n", "serial": "asked\n", "queue/rotational": "1\n"})
    (sysfs.at / "bus/virtio").mkdir(parents=True)
    (place / "device/subsystem").symlink_to(sysfs.at / "bus/virtio")
    found = facts(sysfs, "vdb")
    assert (found.model, found.serial, found.slot) == ("virtio disk of 20 GiB", "", "pci 0000:00:05.0")
    assert found.rotational is None  # the kernel says so without knowing
    sysfs.noted(place, ID_SERIAL="vol-0a1b")
    assert facts(sysfs, "vdb").serial == "vol-0a1b"


def test_a_card(sysfs: Sysfs) -> None:
    sysfs.disk("mmcblk0", CARD)
    sysfs.write(sysfs.at / "devices" / CARD, {"name": "SD64G\n", "serial": "0x1c2d\n"})
    found = facts(sysfs, "mmcblk0")
    assert (found.model, found.serial, found.slot) == ("SD64G", "0x1c2d", "mmc0")


def test_loops_on_files_of_one_folder_are_of_one_kind(sysfs: Sysfs) -> None:
    for number, file in enumerate(["/lab/a/disk0", "/lab/a/disk1", "/lab/b/disk0"]):
        sysfs.disk(f"loop{number}", files={"loop/backing_file": f"{file}\n"})
    names = [f"loop{number}" for number in range(3)]
    models = [found.model for found in disks.facts(names, sysfs.at, sysfs.udev)]
    assert models == ["loop on /lab/a", "loop on /lab/a", "loop on /lab/b"]


def test_what_nothing_is_known_of(sysfs: Sysfs) -> None:
    sysfs.disk("nbd0", files={"size": "0\n"})
    sysfs.disk("zram0")
    assert facts(sysfs, "nbd0") == DiskFacts("nbd0")
    assert facts(sysfs, "zram0").model == "zram"


def test_a_name_with_a_slash_is_kept_as_the_kernel_says_it(sysfs: Sysfs) -> None:
    sysfs.disk("cciss!c0d0", "pci0000:00/0000:00:03.0/cciss0/c0d0")
    found = facts(sysfs, "cciss/c0d0")
    assert (found.name, found.slot) == ("cciss/c0d0", "pci 0000:00:03.0")


def test_a_disk_that_is_gone_is_left_out(sysfs: Sysfs) -> None:
    sysfs.disk("sda", ATA)
    assert [found.name for found in disks.facts(["sda", "sdb"], sysfs.at, sysfs.udev)] == ["sda"]


def test_firmware_may_say_what_is_no_text(sysfs: Sysfs) -> None:
    sysfs.disk("sda", ATA)
    sysfs.write(sysfs.at / "devices" / ATA, {"model": b"\xff\x1b[2J\n", "vpd_pg80": b"\x00\x80\xff\xffA\xff"})
    found = facts(sysfs, "sda")
    assert (found.model, found.serial) == ("\\xff\x1b[2J", "A\\xff")


def test_a_label_is_a_label_whatever_is_in_it(tmp_path: Path) -> None:
    label = "x\u2028E:ID_SERIAL_SHORT=FORGED\x85E:ID_FS_TYPE=zfs_member\x1c\x0by"
    (tmp_path / "b8:0").write_bytes(f"S:disk/by-label/x\nE:ID_FS_LABEL={label}\nE:ID_FS_TYPE=ext4\n".encode())
    assert udev_notes(tmp_path) == {"8:0": {"ID_FS_LABEL": label, "ID_FS_TYPE": "ext4"}}


def test_another_file_of_a_loop_is_noticed(sysfs: Sysfs) -> None:
    place = sysfs.disk("loop0")
    free = disks.stamp(["loop0", "sda"], sysfs.at)
    assert disks.stamp(["loop0", "sda"], sysfs.at) == free
    sysfs.write(place, {"loop/backing_file": "/a\n"})
    bound = disks.stamp(["loop0", "sda"], sysfs.at)
    assert bound != free
    (place / "loop").rename(place / "before")
    sysfs.write(place, {"loop/backing_file": "/b\n"})
    assert disks.stamp(["loop0", "sda"], sysfs.at) not in (free, bound)


def test_a_mounted_btrfs_is_noticed(sysfs: Sysfs) -> None:
    sysfs.write(sysfs.at / "fs/btrfs/features", {"raid56": "0\n"})
    before = disks.stamp([], sysfs.at)
    sysfs.write(sysfs.at / "fs/btrfs/0f1e2d3c", {"label": "home\n"})
    assert disks.stamp([], sysfs.at) != before


def test_on_this_machine() -> None:
    names = [place.name.replace("!", "/") for place in Path("/sys/block").iterdir()]
    found = disks.facts(names)
    assert [of.name for of in found] == names
    assert all(of.size >= 0 for of in found)
