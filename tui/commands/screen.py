"""`ebtop [FILTER...]`: the screen, live."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from tui.commands import COMMANDS, configured, live
from tui.commands.arguments import Parser, add_filter, add_history, add_live, add_screen, is_term
from tui.commands.errors import CommandError
from tui.nearest import nearest

if TYPE_CHECKING:
    from tui.source import Source

DESCRIPTION = (
    "What is this box actually doing? Every exec, every open and the latency of every disk, asked of the kernel."
)
EPILOG = """\
filter terms, all of which must hold; or, ( ) and a leading ! combine them:
  pid:1,2  tree:1  comm:ngin (contains)  comm=nginx (exactly)  user:NAME-OR-UID
  unit:nginx  path:/etc/  err:ENOENT  'lat>10ms'  '!exit:0'  disk:sda  op:write
  all of them, and what they mean: ebtop man

commands (each has its own --help):
{commands}

examples:
  ebtop comm:nginx                      the screen, of nginx alone
  ebtop nginx                           of all that has nginx in comm, path or arguments
  ebtop dump --for 5s --probe exec      five seconds of execs, as JSON
  ebtop record -o night.ebtop --for 8h  then: ebtop replay night.ebtop
"""


def parser() -> Parser:
    widest = max(len(command.name) for command in COMMANDS)
    listed = "\n".join(f"  {command.name:<{widest}}  {command.summary}" for command in COMMANDS)
    made = Parser("ebtop", DESCRIPTION, EPILOG.format(commands=listed))
    made.usage = "ebtop [FILTER...] [options]\n       ebtop COMMAND ..."
    add_filter(made)
    add_live(made)
    add_history(made)
    add_screen(made)
    made.add_argument("--version", action="store_true", help="print the version of ebtop")
    return made


def run(args: Namespace) -> int:
    if args.version:
        from tui import __version__

        print(f"ebtop {__version__}")
        return 0
    _refuse_words(args.words)
    require_terminal("ebtop dump")
    args = configured.filled(args)
    with live.session(args, stats=True) as link:
        from tui.live_source import LiveSource

        return draw(LiveSource(link), args)


def draw(source: Source, args: Namespace, filter_: str = "") -> int:
    """The screen over a source, `filter_` put to what a recording has; exit code. Raises CommandError where the theme
    cannot be used."""
    from tui import run
    from tui.settings.setup import setup
    from tui.theme import ThemeError

    try:
        return run.show(source, setup(configured.loaded(), configured.flags(args), filter_))
    except ThemeError as error:
        raise CommandError(str(error)) from None


def require_terminal(instead: str) -> None:
    """Raises CommandError where there is no terminal to draw on."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise CommandError(f"no terminal to draw on: run it in one, or use {instead}")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise CommandError(f"this terminal cannot be drawn on (TERM is not set, or dumb): set TERM, or use {instead}")


def _refuse_words(words: list[str]) -> None:
    """A word that is nearly a command was meant as one; any other is what rows are to have."""
    names = [command.name for command in COMMANDS]
    for word in words:
        if word in names:
            raise CommandError(f"the command comes first: write ebtop {word} ...")
        plain = not is_term(word) and " " not in word and '"' not in word
        if plain and (meant := nearest(word, names)):
            raise CommandError(
                f"'{word}' is no command{meant}: commands are {', '.join(names)}; to look for it: ebtop '\"{word}\"'"
            )
