"""What the commands that read a recording have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands import live, screen
from tui.commands.errors import CommandError

if TYPE_CHECKING:
    from tui.recording import Reader


@contextmanager
def recording(path: Path) -> Iterator[Reader]:
    """A recording, read as the user who typed the command. Raises CommandError, also where its end was missing."""
    from tui import launch

    launch.drop_privileges()
    from tui.recording import Reader, RecordingError

    try:
        with Reader(path) as reader:
            yield reader
            if reader.cut:
                raise CommandError(reader.cut)
    except RecordingError as error:
        raise CommandError(str(error)) from None


def show(path: Path, theme: str | None, *, loop: bool) -> int:
    """The screen over a recording; exit code. Raises CommandError, also where its end was missing."""
    screen.require_terminal(f"ebtop dump {path}")
    from tui import launch

    launch.drop_privileges()
    name = live.theme_checked(theme)
    from tui import app
    from tui.recording import Reader, RecordingError
    from tui.source import ReplaySource

    try:
        source = ReplaySource(partial(Reader, path), RecordingError, loop=loop)
        code = app.run(source, theme=name)
    except RecordingError as error:
        raise CommandError(str(error)) from None
    if source.notice:
        raise CommandError(source.notice)
    return code
