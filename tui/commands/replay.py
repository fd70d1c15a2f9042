"""`ebtop replay FILE`: the screen over a recording."""

from __future__ import annotations

from argparse import Namespace

from tui.commands import files
from tui.commands.arguments import Parser, add_screen, file_path


def parser() -> Parser:
    made = Parser("ebtop replay", "The screen over a recorded session: the same panes and keys as live.")
    made.add_argument("file", type=file_path, metavar="FILE", help="a recording made by ebtop record")
    add_screen(made)
    return made


def run(args: Namespace) -> int:
    return files.show(args.file, args, loop=False)
