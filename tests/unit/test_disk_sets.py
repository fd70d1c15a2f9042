"""Which disks are members of one set, through whatever lies between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import disk_sets
from probes.disk_sets import MOST_SETS, volume
from probes.sysfs import udev_notes
from tests.unit.fake_sysfs import Sysfs

LVM = "LVM-" + "a" * 64


@pytest.fixture
def sysfs(tmp_path: Path) -> Sysfs:
    return Sysfs(tmp_path)


def sets(sysfs: Sysfs) -> dict[str, tuple[str, ...]]:
    return disk_sets.sets(sysfs.at, udev_notes(sysfs.udev))


def several(sysfs: Sysfs, *names: str) -> list[Path]:
    return [sysfs.disk(name) for name in names]


def btrfs(sysfs: Sysfs, uuid: str, devices: Sequence[Path], label: str = "") -> None:
    folder = sysfs.at / "fs/btrfs" / uuid
    sysfs.write(folder, {"label": f"{label}\n"})
    (folder / "devices").mkdir()
    for device in devices:
        (folder / "devices" / device.name).symlink_to(device)


def test_no_sets(sysfs: Sysfs) -> None:
    several(sysfs, "sda", "sdb")
    assert sets(sysfs) == {}


def test_nothing_there(tmp_path: Path) -> None:
    assert disk_sets.sets(tmp_path, {}) == {}


def test_md_over_partitions(sysfs: Sysfs) -> None:
    several(sysfs, "sda", "sdb", "sdc")
    sysfs.md("md0", *(sysfs.partition(name, f"{name}1") for name in ("sda", "sdb", "sdc")))
    sysfs.md("md1", *(sysfs.partition(name, f"{name}2") for name in ("sda", "sdb")))
    assert sets(sysfs) == {"sda": ("md0", "md1"), "sdb": ("md0", "md1"), "sdc": ("md0",)}


def test_an_array_of_one_disk_is_no_set(sysfs: Sysfs) -> None:
    several(sysfs, "sda")
    sysfs.md("md0", sysfs.partition("sda", "sda1"), sysfs.partition("sda", "sda2"))
    assert sets(sysfs) == {}


def test_a_container_of_md_is_no_set_of_its_own(sysfs: Sysfs) -> None:
    members = several(sysfs, "sda", "sdb")
    sysfs.md("md127", *members, level="container")
    sysfs.md("md126", *members, level="raid1")
    assert sets(sysfs) == {"sda": ("md126",), "sdb": ("md126",)}


def test_arrays_of_arrays(sysfs: Sysfs) -> None:
    a, b, c, d = several(sysfs, "sda", "sdb", "sdc", "sdd")
    sysfs.md("md2", sysfs.md("md0", a, b), sysfs.md("md1", c, d))
    assert sets(sysfs) == {
        "sda": ("md0", "md2"),
        "sdb": ("md0", "md2"),
        "sdc": ("md1", "md2"),
        "sdd": ("md1", "md2"),
    }


def test_lvm_over_md_over_disks(sysfs: Sysfs) -> None:
    md = sysfs.md("md0", *several(sysfs, "sda", "sdb"))
    sysfs.dm("dm-0", md, called="vg0-data", uuid=LVM)
    assert sets(sysfs) == {"sda": ("md0", "LVM vg0/data"), "sdb": ("md0", "LVM vg0/data")}


def test_lvm_on_a_partition_of_an_array(sysfs: Sysfs) -> None:
    sysfs.md("md0", *several(sysfs, "sda", "sdb"))
    sysfs.dm("dm-0", sysfs.partition("md0", "md0p1"), called="vg0-data", uuid=LVM)
    assert sets(sysfs)["sda"] == ("md0", "LVM vg0/data")


def test_the_legs_of_a_mirrored_volume_are_no_sets(sysfs: Sysfs) -> None:
    a, b = several(sysfs, "sda", "sdb")
    legs = [
        sysfs.dm("dm-0", a, called="vg0-data_rimage_0", uuid=LVM),
        sysfs.dm("dm-1", a, b, called="vg0-data_rimage_1", uuid=LVM),
    ]
    sysfs.dm("dm-2", *legs, called="vg0-data", uuid=LVM)
    assert sets(sysfs) == {"sda": ("LVM vg0/data",), "sdb": ("LVM vg0/data",)}


def test_encryption_is_a_layer(sysfs: Sysfs) -> None:
    md = sysfs.md("md0", *several(sysfs, "sda", "sdb"))
    sysfs.dm("dm-0", md, called="secret", uuid="CRYPT-LUKS2-0f1e-secret")
    assert sets(sysfs) == {"sda": ("md0",), "sdb": ("md0",)}


def test_a_disk_and_the_one_with_its_checksums_are_no_set(sysfs: Sysfs) -> None:
    sysfs.dm("dm-0", *several(sysfs, "sda", "sdb"), called="root", uuid="CRYPT-VERITY-0f1e-root")
    assert sets(sysfs) == {}


def test_encryption_below_a_set(sysfs: Sysfs) -> None:
    layers = [
        sysfs.dm(f"dm-{number}", disk, called=f"crypt{number}", uuid=f"CRYPT-LUKS2-{number}")
        for number, disk in enumerate(several(sysfs, "sda", "sdb"))
    ]
    btrfs(sysfs, "0f1e2d3c-aaaa", layers)
    assert sets(sysfs) == {"sda": ("btrfs 0f1e2d3c",), "sdb": ("btrfs 0f1e2d3c",)}


def test_two_paths_to_one_disk_are_one_disk(sysfs: Sysfs) -> None:
    a, b, c, d = several(sysfs, "sda", "sdb", "sdc", "sdd")
    one = sysfs.dm("dm-0", a, b, called="mpatha", uuid="mpath-3600a")
    other = sysfs.dm("dm-1", c, d, called="mpathb", uuid="mpath-3600b")
    part = sysfs.dm("dm-2", one, called="mpatha-part1", uuid="part1-mpath-3600a")
    sysfs.dm("dm-3", part, called="vg0-alone", uuid=LVM)
    assert sets(sysfs) == {}
    sysfs.md("md0", part, other)
    assert sets(sysfs) == dict.fromkeys(("sda", "sdb", "sdc", "sdd"), ("md0",))


def test_nvme_with_two_paths(sysfs: Sysfs) -> None:
    several(sysfs, "nvme0c0n1", "nvme0c1n1", "nvme1c0n1", "nvme1c1n1")
    sysfs.md("md0", *several(sysfs, "nvme0n1", "nvme1n1"))
    paths = ("nvme0c0n1", "nvme0c1n1", "nvme1c0n1", "nvme1c1n1")
    assert sets(sysfs) == dict.fromkeys(paths, ("md0",))


def test_a_striped_table_of_device_mapper(sysfs: Sysfs) -> None:
    a, b, c = several(sysfs, "sda", "sdb", "sdc")
    stripes = sysfs.dm("dm-0", a, b, called="stripes", uuid="")
    sysfs.dm("dm-1", stripes, called="linear-on-it", uuid="")
    sysfs.dm("dm-2", c, called="linear", uuid="")
    assert sets(sysfs) == {"sda": ("dm stripes",), "sdb": ("dm stripes",)}


def test_btrfs_by_its_label(sysfs: Sysfs) -> None:
    several(sysfs, "sda", "sdb", "sdc")
    sysfs.write(sysfs.at / "fs/btrfs/features", {"raid56": "0\n"})
    btrfs(sysfs, "0f1e2d3c-aaaa", [sysfs.partition(name, f"{name}1") for name in ("sda", "sdb")], "home")
    btrfs(sysfs, "ffffffff-bbbb", [sysfs.partition("sdc", "sdc1")], "alone")
    assert sets(sysfs) == {"sda": ("btrfs home",), "sdb": ("btrfs home",)}


def test_zfs_by_what_udev_saw(sysfs: Sysfs) -> None:
    several(sysfs, "sda", "sdb", "sdc")
    for name in ("sda", "sdb"):
        sysfs.noted(sysfs.partition(name, f"{name}1"), ID_FS_TYPE="zfs_member", ID_FS_LABEL="tank")
    sysfs.noted(sysfs.partition("sdc", "sdc1"), ID_FS_TYPE="ext4", ID_FS_LABEL="tank")
    assert sets(sysfs) == {"sda": ("zfs tank",), "sdb": ("zfs tank",)}


def test_a_cache_is_no_member(sysfs: Sysfs) -> None:
    a, b, fast = several(sysfs, "sda", "sdb", "nvme0n1")
    cached = []
    for number, backing in enumerate((a, b)):
        (backing / "bcache").mkdir()
        cached.append(sysfs.stack(f"bcache{number}", backing, fast))
        (cached[-1] / "bcache").symlink_to(backing / "bcache")
    btrfs(sysfs, "0f1e2d3c-aaaa", cached, "home")
    assert sets(sysfs) == {"sda": ("btrfs home",), "sdb": ("btrfs home",)}


def test_names_with_a_slash(sysfs: Sysfs) -> None:
    sysfs.md("md0", *several(sysfs, "cciss!c0d0", "cciss!c0d1"))
    assert sets(sysfs) == {"cciss/c0d0": ("md0",), "cciss/c0d1": ("md0",)}


def test_what_is_stacked_on_something_that_has_gone(sysfs: Sysfs) -> None:
    md = sysfs.md("md0", *several(sysfs, "sda", "sdb"))
    (md / "slaves/sdc").symlink_to(sysfs.at / "devices/gone")
    sysfs.md("md1")
    assert sets(sysfs) == {"sda": ("md0",), "sdb": ("md0",)}


def test_a_group_with_many_volumes_does_not_flood(sysfs: Sysfs) -> None:
    md = sysfs.md("md0", *several(sysfs, "sda", "sdb"))
    for number in range(20):
        sysfs.dm(f"dm-{number}", md, called=f"vg0-v{number}", uuid=LVM)
    found = sets(sysfs)["sda"]
    assert len(found) == MOST_SETS
    assert found[0] == "md0"


names = st.text("ab-", min_size=1, max_size=6).filter(lambda name: not name.startswith("-"))


@given(names, names)
def test_a_volume_is_read_as_lvm_writes_it(group: str, logical: str) -> None:
    written = "-".join(name.replace("-", "--") for name in (group, logical))
    assert volume(written) == f"{group}/{logical}"
