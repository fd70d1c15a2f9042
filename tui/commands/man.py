"""`ebtop man`: the manual page, made of the same declarations as the help, the settings and the keys."""

from __future__ import annotations

from argparse import Namespace

from tui.commands.arguments import Parser

DESCRIPTION = """\
The manual page. To read it:  ebtop man | man -l -
To install it:  ebtop man > ~/.local/share/man/man1/ebtop.1"""


def parser() -> Parser:
    return Parser("ebtop man", DESCRIPTION)


def run(_args: Namespace) -> int:
    from tui import launch

    launch.drop_privileges()
    from probes.registry import PROBES
    from tui.commands.syntax import syntax
    from tui.manual import page

    print(page(syntax(), len(PROBES)), end="")
    return 0
