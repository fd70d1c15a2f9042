"""Shows a session on the terminal, from its beginning to its end."""

from __future__ import annotations

import os
import sys

from rich.console import Console

from tui import stderr, terminal
from tui.app import Ebtop
from tui.hangup import leave_when_hung_up
from tui.own import OwnCost
from tui.settings.setup import Setup
from tui.source import Source
from tui.widgets.glyphs import Glyphs, for_terminal


def show(source: Source, setup: Setup) -> int:
    """Show a session until it ends or the user leaves; the exit code."""
    none = terminal.colourless(os.environ)
    # Textual takes an empty NO_COLOR for one that is set, and knows nothing of terminals without colours.
    os.environ.pop("NO_COLOR", None)
    if none:
        os.environ["NO_COLOR"] = "1"
    app = Ebtop(source, setup, _glyphs(none), OwnCost())
    leave_when_hung_up(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    app.run(mouse=setup.settings.mouse)
    line, code = app.outcome
    if line:
        stderr.say(line)
    return code


def _glyphs(colourless: bool) -> Glyphs:
    """What the terminal can show."""
    colours = Console(file=sys.__stdout__, force_terminal=True).color_system
    encoding = terminal.encoding(sys.__stdout__, terminal.environ_at_start(os.environ))
    return for_terminal(encoding, colours, colourless=colourless)
