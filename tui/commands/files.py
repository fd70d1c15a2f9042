"""What the commands that read a recording have in common."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands import screen
from tui.commands.errors import CommandError

if TYPE_CHECKING:
    from tui.recording import Reader


@contextmanager
def recording(path: Path) -> Iterator[Reader]:
    """A recording, read as the user who typed the command. Raises CommandError."""
    from tui import launch

    launch.drop_privileges()
    from tui.recording import Reader, RecordingError

    try:
        with Reader(path) as reader:
            yield reader
    except RecordingError as error:
        raise CommandError(str(error)) from None


def show(path: Path, args: Namespace, *, loop: bool, prelude: int = 0) -> int:
    """The screen over a recording, see `tui.source.ReplaySource`; exit code. Raises CommandError."""
    screen.require_terminal(f"ebtop dump {path}")
    with recording(path) as reader:
        from tui.source import ReplaySource

        code = screen.draw(ReplaySource(reader, loop=loop, prelude=prelude), args)
        if reader.cut:
            raise CommandError(reader.cut)
        return code
