"""Run by the live tests, with a folder: does under every hostile name what ebtop tells of, until its input is closed.

It takes the name, opens a file of that name, and executes a program of that name with hostile arguments.
"""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import sys
from contextlib import suppress

from tests.hostile.names import BYTES

PR_SET_NAME = 15
LONGEST = b"\x1b[5m" * 63


def main(folder: bytes) -> None:
    """Goes on until nobody holds its input open."""
    libc = ctypes.CDLL(None)
    names = [*(name for name in BYTES if b"/" not in name), LONGEST]
    for name in names:
        shutil.copy(b"/bin/true", folder + b"/" + name)
    while not select.select([0], [], [], 0.2)[0]:
        for name in names:
            libc.prctl(PR_SET_NAME, name, 0, 0, 0)
            os.close(os.open(folder + b"/" + name, os.O_RDONLY))
            with suppress(OSError):
                os.close(os.open(folder + b"/missing" + name, os.O_RDONLY))
            child = os.posix_spawn(folder + b"/" + name, [name, *BYTES, b"x" * 4096], {})
            os.waitpid(child, 0)


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]))
