"""Small files of the user, read without surprises: only regular ones, and no more of them than makes sense."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MOST_BYTES = 64 << 10


class FileError(Exception):
    """A file that cannot be used: one line that names it and the remedy."""


def read(path: Path, *, follow: bool = True) -> str | None:
    """The text of a file; None where there is none. Raises FileError.

    A pipe or a device is not waited for, and not read. `follow`: whether the file may be a symbolic link.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    try:
        with open(path, "rb", opener=lambda name, _mode: os.open(name, flags)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileError(f"{path}: not a regular file: put an ordinary file in its place")
            data = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}: make it readable, or remove it") from None
    if len(data) > MOST_BYTES:
        raise FileError(f"{path}: larger than {MOST_BYTES >> 10} KiB: cut it down")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{path}:{line}: not UTF-8: save it as UTF-8") from None
