"""Compiled probes kept between runs, where only root can write.

What is loaded from here runs in the kernel: the directory and every one above it must belong to root and be
writable by nobody else, the file too, it must not be a link, and its content must be what was written. Whatever
fails one of these is ignored and compiled again.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

from probes.kernel import image
from probes.kernel.image import Image

PLACE = Path("/var/cache/ebtop")
MAGIC = b"ebtop image 1\n"
MOST_BYTES = 4 << 20
KEPT = 8
"""Images kept of each probe: a few kernels' and versions' worth."""
_UNFINISHED = re.compile(r"\..+-[0-9a-f]{64}\.bpf\.(\d{1,10})")
"""The name of a file that a process of that pid writes, or did not live to finish."""


def key(probe: str, sources: tuple[bytes, ...]) -> str:
    """Names an image: changes with anything that may change what the compiler makes of the sources."""
    digest = hashlib.sha256(MAGIC)
    parts = (
        probe.encode(),
        *sources,
        *(part.encode() for part in os.uname()[2:]),
        _kernel_build(),
        *_compiler(),
    )
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _kernel_build() -> bytes:
    """The kernel's build id and so on: two builds may share a release and differ in their structs."""
    try:
        return Path("/sys/kernel/notes").read_bytes()
    except OSError:
        return b""


def _compiler() -> list[bytes]:
    """What tells one bcc from another without importing it: its files' sizes and dates, and its library's."""
    spec = find_spec("bcc")
    files = sorted(Path(spec.origin).parent.glob("*.py")) if spec and spec.origin else []
    folders = (Path("/usr/lib"), Path("/usr/lib64"), Path(f"/usr/lib/{os.uname().machine}-linux-gnu"))
    files += sorted(file for folder in folders for file in folder.glob("libbcc.so.*"))
    found = []
    for file in files:
        with suppress(OSError):
            about = file.stat()
            found.append(f"{file} {about.st_size} {about.st_mtime_ns}".encode())
    return found


def load(probe: str, name: str, place: Path = PLACE) -> Image | None:
    """The image of that name, or None where there is none that can be trusted."""
    try:
        folder = _open_folder(place)
    except OSError:
        return None
    try:
        data = _read(folder, _file(probe, name))
        head = MAGIC + bytes.fromhex(name)
        body = data[len(head) + 32 :]
        if data[: len(head)] != head or data[len(head) : len(head) + 32] != hashlib.sha256(body).digest():
            return None
        return image.decode(body)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    finally:
        os.close(folder)


def store(probe: str, name: str, compiled: Image, place: Path = PLACE) -> bool:
    """Keeps an image; False where that cannot be done safely or at all (the next start compiles again)."""
    body = image.encode(compiled)
    data = MAGIC + bytes.fromhex(name) + hashlib.sha256(body).digest() + body
    try:
        with suppress(FileExistsError):
            place.mkdir(mode=0o755)
        folder = _open_folder(place)
    except OSError:
        return False
    temporary = f".{_file(probe, name)}.{os.getpid()}"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
        os.rename(temporary, _file(probe, name), src_dir_fd=folder, dst_dir_fd=folder)
        _prune(probe, folder)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        return False
    finally:
        os.close(folder)
    return True


def _file(probe: str, name: str) -> str:
    return f"{probe}-{name}.bpf"


def _trusted(about: os.stat_result) -> bool:
    return about.st_uid == 0 and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _open_folder(place: Path) -> int:
    """The fd of the folder, reached from / through nothing but folders of root's. Raises OSError."""
    fd = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    for part in place.parts[1:]:
        above = fd
        try:
            fd = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
        finally:
            os.close(above)
        if not _trusted(os.fstat(fd)):
            os.close(fd)
            raise PermissionError(errno.EPERM, f"{place} can be written by others than root")
    return fd


def _read(folder: int, name: str) -> bytes:
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(fd, "rb") as file:
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode) or not _trusted(about) or about.st_size > MOST_BYTES:
            raise PermissionError(errno.EPERM, f"{name} is not trusted")
        return file.read()


def _prune(probe: str, folder: int) -> None:
    names = os.listdir(folder)
    for name in names:
        if (unfinished := _UNFINISHED.fullmatch(name)) and not _runs(int(unfinished[1])):
            os.unlink(name, dir_fd=folder)
    names = [name for name in names if name.startswith(f"{probe}-")]
    names.sort(key=lambda name: os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns, reverse=True)
    for name in names[KEPT:]:
        os.unlink(name, dir_fd=folder)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True
