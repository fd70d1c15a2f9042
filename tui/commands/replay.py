"""`ebtop replay FILE`: the screen over a recording."""

from __future__ import annotations

from argparse import Namespace

from tui.commands import files
from tui.commands.arguments import Parser, add_filter, add_screen, file_path, is_term
from tui.commands.errors import CommandError


def parser() -> Parser:
    made = Parser("ebtop replay", "The screen over a recorded session: the same panes and keys as live.")
    made.add_argument("file", metavar="FILE", help="a recording made by ebtop record")
    add_filter(made)
    add_screen(made)
    return made


def run(args: Namespace) -> int:
    if is_term(args.file) and not files.is_there(args.file):
        raise CommandError("the file comes first: ebtop replay FILE [FILTER...]")
    return files.show(file_path(args.file), args, loop=False)
