"""Keep the evidence: the pane or the screen as a file, the selected row in the clipboard."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable

from tui import export
from tui.host import Actions, Host
from tui.subject import Contents
from tui.widgets.menu import Choice

CONVERTER, PACKAGE = "rsvg-convert", "librsvg2-bin"
PICTURE_S = 20
CHOICES = (
    Choice("csv", "", "CSV", "all rows of the pane, as filtered and sorted, for a spreadsheet"),
    Choice("json", "", "JSON", "the same, for a program"),
    Choice("svg", "", "SVG", "the screen as a drawing"),
    Choice("png", "", "PNG", "the screen as a picture"),
)


class Evidence:
    """screenshot  the screen as SVG, as Textual draws it
    copy        puts text into the clipboard of the terminal
    """

    def __init__(self, host: Host, screenshot: Callable[[], str], copy: Callable[[str], None]) -> None:
        self._host, self._screenshot, self._copy_text = host, screenshot, copy

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"export": self._export, "copy": self._copy}

    def _copy(self) -> None:
        copied = self._host.pane.copied
        if not copied:
            name = self._host.keymap.name
            self._host.say(f"nothing is selected: {name('down')} and {name('up')} select a row", bad=True)
            return
        self._copy_text(copied)
        self._host.say("copied, if the terminal lets programs set its clipboard (OSC 52)")

    def _export(self) -> None:
        self._host.choose("Export as", CHOICES, self._write)

    def _write(self, kind: str) -> None:
        if kind in ("svg", "png"):
            # Once the menu has gone: it is not part of the evidence.
            self._host.later(lambda: self._picture(kind))
            return
        contents = self._host.pane.contents
        if contents is None:
            title, view = self._host.pane.title(), self._host.keymap.name("view")
            self._host.say(f"{title} is no table: {view} goes to one, or choose SVG or PNG", bad=True)
            return
        self._keep(contents.name, kind, _written(contents, kind))

    def _picture(self, kind: str) -> None:
        svg = export.as_svg(self._screenshot()).encode()
        if kind == "svg":
            self._keep("screen", kind, svg)
            return
        converter = shutil.which(CONVERTER)
        if converter is None:
            self._host.say(f"PNG needs {CONVERTER}: install {PACKAGE}, or choose SVG", bad=True)
            return
        try:
            command = [converter, "--width", "1600"]
            made = subprocess.run(command, input=svg, capture_output=True, check=True, timeout=PICTURE_S)
        except (OSError, subprocess.SubprocessError) as error:
            self._host.say(f"{CONVERTER} failed ({type(error).__name__}): choose SVG", bad=True)
            return
        self._keep("screen", kind, made.stdout)

    def _keep(self, what: str, suffix: str, data: bytes) -> None:
        name = f"ebtop-{what}-{time.strftime('%Y%m%d-%H%M%S')}"
        try:
            path = export.write_new(export.place(), name, suffix, data)
        except OSError as error:
            why = os.strerror(error.errno or 0).lower()
            self._host.say(f"cannot write {name}.{suffix} in {export.short(export.place())}: {why}", bad=True)
        else:
            self._host.say(f"written: {export.short(path)}")


def _written(contents: Contents, kind: str) -> bytes:
    return (export.as_csv(contents) if kind == "csv" else export.as_json(contents)).encode("utf-8", "backslashreplace")
