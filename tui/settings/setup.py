"""What a screen begins with: what is set, what was kept, and what is wrong with either."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tui import theme as colours
from tui.settings.kept import Kept, Layout
from tui.settings.load import Loaded
from tui.settings.settings import Settings

ROOM = 78
"""Cells for a remark on the narrowest terminal that is usual, 80 of them wide."""


class Setup(msgspec.Struct, frozen=True):
    """What a screen begins with.

    settings  what holds: the file, and the flags above it
    themes    by name, in the order in which a key goes through them
    theme     the name of the one to begin with
    layout    which panes are to be seen
    kept      takes what is chosen on the screen: `with_theme`, `with_layout`, then `save`
    warnings  what is wrong with the user's files, a line each
    filter    what a recording is looked at through; a live session tells its own
    """

    settings: Settings = Settings()
    themes: Mapping[str, colours.Theme] = msgspec.field(default_factory=colours.load_all)
    theme: str = colours.DEFAULT
    layout: Layout = Layout()
    kept: Kept = Kept()
    warnings: tuple[str, ...] = ()
    filter: str = ""

    @property
    def warned(self) -> str:
        """All of what is wrong in the one line that there is for it; empty where nothing is."""
        count, first = len(self.warnings), _from_home("".join(self.warnings[:1]))
        if count < 2 and len(first) <= ROOM:  # noqa: PLR2004  (one of them may have room)
            return first
        wrong = "a setting is wrong" if count == 1 else f"{count} settings are wrong"
        return f"{wrong}, ebtop config --check tells all: {first}"


def _from_home(line: str) -> str:
    """A line that begins with a path: from `~` on where that is below the user's own folder."""
    home = f"{Path.home()}/"
    return f"~/{line.removeprefix(home)}" if line.startswith(home) else line


def setup(loaded: Loaded, flags: Mapping[str, object], filter_: str = "") -> Setup:
    """What a screen begins with. `flags` are values of settings by their fields. Raises ThemeError for a theme that was
    asked for by a flag."""
    configured = loaded.settings
    settings = msgspec.structs.replace(configured, **flags)
    kept = Kept.load(configured)
    own, warnings = colours.load_own()
    themes = {**colours.load_all(), **own}
    asked = flags.get("theme")
    if isinstance(asked, str) and asked not in themes:
        colours.load(asked)
    layout = kept.layout or Layout()
    if settings.probes is not None and layout.zoomed not in settings.probes:
        layout = msgspec.structs.replace(layout, zoomed="")  # what is asked for is to be seen
    wanted = settings.theme if asked is not None else kept.theme or settings.theme
    return Setup(
        settings=settings,
        themes=themes,
        theme=wanted if wanted in themes else colours.DEFAULT,
        layout=layout,
        kept=kept,
        warnings=(*loaded.warnings, *warnings),
        filter=filter_,
    )
