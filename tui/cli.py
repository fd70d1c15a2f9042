"""The command `ebtop`: finds out what is asked for, runs it, and turns whatever goes wrong into one line.

Nothing here or in what it imports is heavy: `--help` and `--version` are instant.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from tui import stderr
from tui.closed import Closed, discard
from tui.commands import COMMANDS, SCREEN
from tui.commands.errors import CommandError

INTERRUPTED = 130
"""Exit code after ^C, as shells have it."""
NO_FILES = (errno.EMFILE, errno.ENFILE)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `ebtop` with these arguments, by default those of the process. Returns the exit code, prints the reason."""
    _open_standard_streams()
    if sys.stdout is None:
        sys.stdout = Closed()
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
    except SystemExit as leaving:  # argparse, after --help
        code = leaving.code if isinstance(leaving.code, int) else 0
    except CommandError as error:
        code = _say(*error.lines, code=error.code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = 0
    except MemoryError:
        code = _say("out of memory: ask for less, with a filter, or with --for")
    except Exception as error:
        if os.environ.get("EBTOP_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno in NO_FILES:
            return _say(f"{error.strerror}: raise the limit on open files, with ulimit -n".lower())
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return _output_written(_say(f"cannot write: {error.strerror}: make room, or send it elsewhere"))
        code = _say(f"{type(error).__name__}: {error}: this should not happen; EBTOP_DEBUG=1 shows where it did")
    return _output_written(code)


def _open_standard_streams() -> None:
    """Where one is closed, what is opened next would be taken for it, also by whom this starts."""
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _run(words: Sequence[str]) -> int:
    command = next((command for command in COMMANDS if words and command.name == words[0]), SCREEN)
    module = command.load()
    return module.run(module.parser().read(words if command is SCREEN else words[1:]))


def _say(*lines: str, code: int = 2) -> int:
    """Prints why on standard error. Returns the exit code."""
    for line in lines:
        stderr.say(line)
    return code


def _output_written(code: int) -> int:
    """Writes what is still buffered. Returns the exit code."""
    try:
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        pass  # nobody reads any more, which is nobody's fault
    except OSError as error:
        code = code or _say(f"cannot write: {error.strerror}: make room, or send it elsewhere")
    discard(sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
