"""What the lab's guests boot from: modules in the order in which they can be loaded, in an archive the kernel reads."""

from __future__ import annotations

import lzma
from pathlib import Path

from tests.lab.initramfs import build, with_needed


def module(folder: Path, name: str, needs: str = "", packed: bool = True) -> bytes:
    contents = b"\x7fELF\0license=GPL\0depends=" + needs.encode() + b"\0name=x\0"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (f"{name}.ko.xz" if packed else f"{name}.ko")
    file.write_bytes(lzma.compress(contents) if packed else contents)
    return contents


def test_a_module_comes_after_those_that_it_needs(tmp_path: Path) -> None:
    module(tmp_path / "fs/9p", "9p", "netfs,9pnet")
    module(tmp_path / "net/9p", "9pnet")
    module(tmp_path / "net/9p", "9pnet_virtio", "9pnet")
    module(tmp_path / "fs/netfs", "netfs", packed=False)
    plain = module(tmp_path / "md", "md-mod")
    module(tmp_path / "md", "raid0", "md-mod")
    found = dict(with_needed(tmp_path, ["9pnet_virtio", "9p", "virtio_pci", "raid0"]))
    assert list(found) == ["9pnet", "9pnet_virtio", "netfs", "9p", "md_mod", "raid0"]
    assert found["md_mod"] == plain


def test_the_archive_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "busybox").write_bytes(b"program")
    (tmp_path / "init").write_bytes(b"#!/bin/sh\n")
    module(tmp_path / "modules", "virtio_blk")
    files = unpacked(build(tmp_path / "busybox", tmp_path / "init", tmp_path / "modules", ["virtio_blk"]))
    assert files["init"] == (0o100755, b"#!/bin/sh\n")
    assert files["bin/busybox"] == (0o100755, b"program")
    assert files["bin/sh"] == (0o120777, b"busybox")
    assert files["root"] == (0o040755, b"")
    assert files["modules/000-virtio_blk"][1].startswith(b"\x7fELF")


def unpacked(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Mode and contents by name, by the rules of the format: a head of 110 bytes, all parts aligned to four."""
    files, place = {}, 0
    while True:
        assert archive[place : place + 6] == b"070701"
        mode, size, length = (int(archive[place + at : place + at + 8], 16) for at in (14, 54, 94))
        name = archive[place + 110 : place + 110 + length - 1].decode()
        if name == "TRAILER!!!":
            return files
        place += -(-(110 + length) // 4) * 4
        files[name] = mode, archive[place : place + size]
        place += -(-size // 4) * 4
