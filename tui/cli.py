"""The command `ebtop`: finds out what is asked for, runs it, and turns whatever goes wrong into one line.

Nothing here or in what it imports is heavy: `--help` and `--version` are instant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tui.commands import COMMANDS, SCREEN
from tui.commands.errors import CommandError

INTERRUPTED = 130
"""Exit code after ^C, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `ebtop` with these arguments, by default those of the process. Returns the exit code, prints the reason."""
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as leaving:  # argparse, after --help
        code = leaving.code if isinstance(leaving.code, int) else 0
    except CommandError as error:
        code = _say(*error.lines, code=error.code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = 0
        _forget_output()
    except Exception as error:
        if os.environ.get("EBTOP_DEBUG"):
            raise
        code = _say(f"{type(error).__name__}: {error}: this should not happen; EBTOP_DEBUG=1 shows where it did")
    return code


def _run(words: Sequence[str]) -> int:
    command = next((command for command in COMMANDS if words and command.name == words[0]), SCREEN)
    module = command.load()
    return module.run(module.parser().read(words if command is SCREEN else words[1:]))


def _say(*lines: str, code: int = 2) -> int:
    """Prints why on standard error, safe for a terminal. Returns the exit code."""
    for line in lines:
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
        print(f"ebtop: {shown}".encode(errors="backslashreplace").decode(), file=sys.stderr)
    return code


def _forget_output() -> None:
    """Nobody reads any more: what is still buffered must not complain when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
