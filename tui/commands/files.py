"""What the commands that read a recording have in common."""

from __future__ import annotations

import os
import resource
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands import live, screen
from tui.commands.errors import CommandError

if TYPE_CHECKING:
    from tui.recording import Reader


SUFFIX = ".ebtop"
MOST_MEMORY = 1 << 30
"""Bytes that this process may have while it shows a recording: a tick of 64 MiB can be made to unpack to 5 GiB."""


def is_there(path: str | Path) -> bool:
    """Whether there is something of that name, for all that can be seen; none is too long to ask for."""
    return os.path.lexists(path)


def is_file(path: str) -> bool:
    """Whether that is there, and no folder."""
    return is_there(path) and not is_there(f"{path}/")


@contextmanager
def recording(path: Path, otherwise: str = "") -> Iterator[Reader]:
    """A recording, read as the user who typed the command. Raises CommandError: `otherwise` is what else may have been
    meant, where there is no such file."""
    from tui import launch

    launch.drop_privileges()
    from tui.recording import Reader, RecordingError

    try:
        with at_most(MOST_MEMORY), Reader(path) as reader:
            yield reader
    except RecordingError as error:
        raise CommandError(f"{error}; {otherwise}" if otherwise and not is_there(path) else str(error)) from None


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Within it, to ask for more than so many bytes is a MemoryError, unless the limit is lower already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY or soft > size:
        resource.setrlimit(resource.RLIMIT_DATA, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def show(path: Path, args: Namespace, *, loop: bool, prelude: int = 0) -> int:
    """The screen over a recording, see `tui.replay_source.ReplaySource`; exit code. Raises CommandError."""
    screen.require_terminal(f"ebtop dump {path}")
    with recording(path) as reader:
        if reader.once:
            raise CommandError(f"{path} is a pipe, and a replay goes back: save it as a file, or use ebtop dump {path}")
        from probes.filter import parse
        from tui.replay_source import ReplaySource

        chosen = live.read_filter(args, parse)
        code = screen.draw(ReplaySource(reader, loop=loop, prelude=prelude), args, chosen.text)
        if reader.cut:
            raise CommandError(reader.cut)
        return code
