"""Draws the README's picture: the screen over the recording that `ebtop demo` plays. `make picture`."""

from __future__ import annotations

import asyncio
import itertools
import re
import subprocess
import sys
from pathlib import Path

from tui import theme
from tui.app import Ebtop
from tui.commands.demo import DEMO
from tui.recording import Reader
from tui.source import ReplaySource
from tui.widgets.glyphs import UNICODE

SIZE = (170, 48)
TICKS = 24


async def draw(picture: Path) -> None:
    """Writes the screen after some ticks as SVG, and as PNG beside it."""
    with Reader(DEMO) as reader:
        source = ReplaySource(reader)
        source.pause(True)
        app = Ebtop(source, theme.load_all(), theme.DEFAULT, UNICODE, lambda: 0.012)
        async with app.run_test(size=SIZE) as pilot:
            source.pause(True)
            for snapshot in itertools.islice(reader, TICKS):
                app.tick(snapshot)
            await pilot.pause()
            svg = app.export_screenshot(title="ebtop demo")
    # Renderers fold the blanks of a terminal's lines unless they are told not to.
    svg = re.sub(r">([^<>\n]+)</text>", lambda found: f">{found[1].replace(' ', '&#160;')}</text>", svg)
    svg = svg.replace("<text ", '<text xml:space="preserve" ')
    drawn = picture.with_suffix(".svg")
    drawn.write_text(svg)
    subprocess.run(["rsvg-convert", "--width", "1500", "-o", picture, drawn], check=True)
    drawn.unlink()


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1])))
