"""What was chosen on the screen and holds from then on: the theme, and which panes are seen.

A choice holds only as long as the file of settings says what it said when the choice was made: an edit of the file
always takes effect.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from tui.settings import places, plain_file
from tui.settings.settings import Settings

NAME = "screen.json"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Layout(msgspec.Struct, frozen=True):
    """How the panes stand, by the ids of their probes. zoomed: empty where none is; views: the view that each shows,
    by its own name for it. Ids and names may be of another version of ebtop: what is not known is not heeded."""

    zoomed: str = ""
    views: Mapping[str, str] = {}


class Kept(msgspec.Struct, frozen=True):
    """The choices; None where none was made. `over_...` is what the file of settings said of the same."""

    theme: str | None = None
    over_theme: str = ""
    layout: Layout | None = None
    over_probes: tuple[str, ...] | None = None

    @classmethod
    def load(cls, configured: Settings) -> Self:
        """The choices that still hold. `configured` is what the file of settings says, without any flags."""
        try:
            text = plain_file.read(places.state() / NAME, follow=False)
            found = msgspec.json.decode(text or "{}", type=cls)
        except (plain_file.FileError, msgspec.MsgspecError, RecursionError):
            found = cls()  # nobody writes it by hand: what is wrong there is not worth a word
        return cls(
            theme=found.theme if found.over_theme == configured.theme else None,
            over_theme=configured.theme,
            layout=found.layout if found.over_probes == configured.probes else None,
            over_probes=configured.probes,
        )

    def with_theme(self, name: str) -> Self:
        """The same with this theme chosen."""
        return msgspec.structs.replace(self, theme=None if name == self.over_theme else name)

    def with_layout(self, layout: Layout) -> Self:
        """The same with this layout chosen."""
        return msgspec.structs.replace(self, layout=None if layout == Layout() else layout)

    def save(self) -> str:
        """Writes them for the next session; in one line why they could not be, empty where they were."""
        folder = places.state()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(folder, msgspec.json.encode(self))
        except OSError as error:
            return f"{folder}: what is chosen here is not kept: {error.strerror}"
        return ""


def _replace(folder: Path, data: bytes) -> None:
    """Puts the file into the folder as a whole or not at all, and through no symbolic link. Raises OSError."""
    place = os.open(folder, FOLDER)
    made = f".{NAME}.{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(made, NEW, 0o600, dir_fd=place), "wb") as file:
            file.write(data)
        os.replace(made, NAME, src_dir_fd=place, dst_dir_fd=place)
    except OSError:
        with suppress(OSError):
            os.unlink(made, dir_fd=place)
        raise
    finally:
        os.close(place)
