"""Where the kernel lists its tracepoints, and the numbers it knows them by."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

PLACES = (Path("/sys/kernel/tracing"), Path("/sys/kernel/debug/tracing"))

CLONE_NEWNS = 0x00020000
MS_REC, MS_SLAVE = 0x4000, 1 << 19
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8


def events() -> Path | None:
    """The folder of tracepoints, or None where tracefs is mounted nowhere (or may not be read)."""
    return next((place / "events" for place in PLACES if (place / "events").is_dir()), None)


def tracepoint_id(name: str) -> int:
    """The number of a tracepoint given as category/event. Raises FileNotFoundError where the kernel lacks it."""
    folder = events()
    if folder is None:
        raise FileNotFoundError(2, "tracefs is not mounted")
    try:
        return int((folder / name / "id").read_text())
    except FileNotFoundError:
        raise FileNotFoundError(2, "this kernel does not have it") from None


def mount_privately() -> None:
    """Mounts tracefs where only this process and its children see it. Needs CAP_SYS_ADMIN; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)

    def check(result: int) -> None:
        if result:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    check(libc.unshare(CLONE_NEWNS))
    check(libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_SLAVE), None))
    flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC)
    check(libc.mount(b"tracefs", bytes(PLACES[0]), b"tracefs", flags, None))
