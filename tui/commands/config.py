"""`ebtop config`: the settings there are, with their defaults; where the file is; what is wrong with it."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from tui.commands import configured
from tui.commands.arguments import Parser
from tui.commands.errors import CommandError

DESCRIPTION = """\
The settings with their defaults, as TOML with comments. To begin with a file of your own:
  mkdir -p ~/.config/ebtop && ebtop config > ~/.config/ebtop/config.toml"""


def parser() -> Parser:
    made = Parser("ebtop config", DESCRIPTION)
    which = made.add_mutually_exclusive_group()
    which.add_argument("--path", action="store_true", help="print where the file is")
    which.add_argument("--check", action="store_true", help="say what is wrong with the file and the themes beside it")
    return made


def run(args: Namespace) -> int:
    from tui import launch

    launch.drop_privileges()
    from tui import theme
    from tui.settings import places
    from tui.settings.printed import printed

    if args.path:
        _print_path(places.config())
    elif args.check:
        wrong = (*configured.loaded().warnings, *theme.load_own()[1])
        if wrong:
            raise CommandError(*wrong)
        found = "all is well" if places.config().exists() else "not there, the defaults hold"
        print(f"{_shown(places.config())}: {found}")
    else:
        print(printed(configured.known()), end="")
    return 0


def _shown(path: Path) -> str:
    from tui import terminal
    from tui.text import safe

    encoding = terminal.encoding(sys.stdout, terminal.environ_at_start(os.environ))
    return safe(str(path), ascii_only=encoding == "ascii")


def _print_path(path: Path) -> None:
    """As text that is safe on a terminal; as it is for programs, whatever bytes it is of."""
    if sys.stdout.isatty():
        print(_shown(path))
        return
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(os.fsencode(path) + b"\n")
