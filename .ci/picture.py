"""Draws the README's picture: the screen over the recording that `ebtop demo` plays. `make picture`."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys

from tui.app import Ebtop
from tui.commands.demo import DEMO
from tui.export import as_svg
from tui.recording import Reader
from tui.replay_source import ReplaySource
from tui.settings.setup import Setup
from tui.widgets.glyphs import UNICODE

SIZE = (170, 48)
TICKS = 50


async def drawn() -> str:
    """The screen after some ticks of the recording, as SVG."""
    with Reader(DEMO) as reader:
        source = ReplaySource(reader)
        app = Ebtop(source, Setup(), UNICODE, lambda: 0.012)
        async with app.run_test(size=SIZE) as pilot:
            source.pause(True)
            for _ in range(TICKS - 1):
                source.advance()
            while not source.outline.whole:
                await pilot.pause(0.01)
            app.show()
            await pilot.pause()
            return as_svg(app.export_screenshot(title="ebtop demo"))


def main(picture: str) -> None:
    """Writes the picture as PNG."""
    convert = shutil.which("rsvg-convert")
    if convert is None:
        sys.exit("rsvg-convert is missing: install librsvg2-bin")
    subprocess.run([convert, "--width", "1500", "-o", picture], input=asyncio.run(drawn()), text=True, check=True)


if __name__ == "__main__":
    main(sys.argv[1])
