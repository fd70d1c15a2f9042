"""`ebtop demo`: the screen over the recording that ships with ebtop."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from tui.commands import files
from tui.commands.arguments import Parser, add_filter, add_screen
from tui.commands.errors import CommandError

PRELUDE = 5
"""Ticks in which little happens yet."""
DEMO = Path(__file__).resolve().parent.parent / "demo.ebtop"


def parser() -> Parser:
    made = Parser(
        "ebtop demo", "The screen over a recording of real events that ships with ebtop: needs neither root nor BPF."
    )
    add_filter(made)
    add_screen(made)
    return made


def run(args: Namespace) -> int:
    if not DEMO.exists():
        raise CommandError(
            "the demo recording is missing from this copy of ebtop: install it again, or make demo-recording"
        )
    return files.show(DEMO, args, loop=True, prelude=PRELUDE)
