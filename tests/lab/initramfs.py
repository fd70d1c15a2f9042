"""The small file system that a guest boots from: busybox, a program to begin with, and the kernel modules it needs."""

from __future__ import annotations

import lzma
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDERS = ("bin", "dev", "host", "modules", "proc", "room", "root", "sys")


def build(busybox: Path, init: Path, modules: Path, wanted: Sequence[str]) -> bytes:
    """An archive with these modules, and those that they need, in the order in which they can be loaded."""
    entries = [_entry(name, stat.S_IFDIR | 0o755, b"") for name in FOLDERS]
    entries += [_entry("init", stat.S_IFREG | 0o755, init.read_bytes())]
    entries += [_entry("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes())]
    entries += [_entry("bin/sh", stat.S_IFLNK | 0o777, b"busybox")]
    for place, (name, contents) in enumerate(with_needed(modules, wanted)):
        entries.append(_entry(f"modules/{place:03}-{name}", stat.S_IFREG | 0o644, contents))
    return b"".join([*entries, _entry("TRAILER!!!", 0, b"")])


def with_needed(modules: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Modules by name, each after those that it needs; what is not there is part of the kernel itself."""
    files = {path.name.partition(".")[0].replace("-", "_"): path for path in modules.rglob("*.ko*")}
    done: set[str] = set()

    def one(name: str) -> Iterator[tuple[str, bytes]]:
        if name in done or name not in files:
            return
        done.add(name)
        packed = files[name].read_bytes()
        contents = lzma.decompress(packed) if files[name].suffix == ".xz" else packed
        needs = re.search(rb"\0depends=([^\0]*)", contents)
        for need in needs[1].decode().split(",") if needs else ():
            yield from one(need.replace("-", "_"))
        yield name, contents

    for name in wanted:
        yield from one(name)


def _entry(name: str, mode: int, contents: bytes) -> bytes:
    """A file as the kernel unpacks it. Source: Documentation/driver-api/early-userspace/buffer-format.rst."""
    path = name.encode() + b"\0"
    numbers = (0, mode, 0, 0, 1, 0, len(contents), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08x" % number for number in numbers)
    return _padded(head + path) + _padded(contents)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
