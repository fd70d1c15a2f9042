"""Standard streams that are closed, or to which nothing more can be written."""

from __future__ import annotations

import io
import os
from typing import NoReturn, TextIO

from tui.commands.errors import CommandError


class Closed(io.TextIOBase):
    """Standard output where there is none: no terminal, and whoever writes to it raises CommandError."""

    def write(self, _text: str) -> NoReturn:
        self.fileno()

    def fileno(self) -> NoReturn:
        raise CommandError("standard output is closed: send it to a file or a pipe")


def discard(stream: TextIO) -> None:
    """What is still buffered and all that follows goes nowhere, lest Python complain of it when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
