"""Keep the evidence: the pane or the screen as a file, the selected row in the clipboard."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time

from tui import export
from tui.host import Actions, Host
from tui.subject import Contents
from tui.widgets.menu import Choice

PICTURE_S = 20
CHOICES = (
    Choice("csv", "", "CSV", "all rows of the pane, as filtered and sorted, for a spreadsheet"),
    Choice("json", "", "JSON", "the same, for a program"),
    Choice("svg", "", "SVG", "the screen as a drawing"),
    Choice("png", "", "PNG", "the screen as a picture"),
)


class Evidence:
    """One picture is drawn at a time."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._drawing: asyncio.Task[bytes] | None = None

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"export": self._export, "copy": self._copy}

    def _copy(self) -> None:
        copied = (self._host.page or self._host.pane).copied
        if not copied:
            name = self._host.keymap.name
            self._host.say(f"nothing is selected: {name('down')} and {name('up')} select a row", bad=True)
            return
        self._host.copy_to_clipboard(copied)
        self._host.say("copied, if the terminal lets programs set its clipboard (OSC 52)")

    def _export(self) -> None:
        self._host.choose("Export as", CHOICES, self._write)

    def _write(self, kind: str) -> None:
        if kind in ("svg", "png"):
            # Once the menu has gone: it is not part of the evidence.
            self._host.later(lambda: self._picture(kind))
            return
        contents = (self._host.page or self._host.pane).contents
        if contents is None:
            title, view = self._host.pane.title(), self._host.keymap.name("view")
            self._host.say(f"{title} is no table: {view} goes to one, or choose SVG or PNG", bad=True)
            return
        self._keep(contents.name, kind, _written(contents, kind))

    def _picture(self, kind: str) -> None:
        svg = export.as_svg(self._host.export_screenshot()).encode()
        if kind == "svg":
            self._keep("screen", kind, svg)
            return
        converter = shutil.which(export.CONVERTER)
        if converter is None:
            self._host.say(f"PNG needs {export.CONVERTER}: ebtop doctor tells its package; or choose SVG", bad=True)
            return
        self._host.say("the picture is being drawn")
        if self._drawing is None:
            self._drawing = asyncio.create_task(_drawn(converter, svg))
            self._drawing.add_done_callback(self._keep_picture)

    def _keep_picture(self, drawing: asyncio.Task[bytes]) -> None:
        self._drawing = None
        if drawing.cancelled():
            return
        try:
            png = drawing.result()
        except (OSError, subprocess.SubprocessError) as error:
            self._host.say(f"{export.CONVERTER} failed ({type(error).__name__}): choose SVG", bad=True)
        else:
            self._keep("screen", "png", png)

    def _keep(self, what: str, suffix: str, data: bytes) -> None:
        name = f"ebtop-{what}-{time.strftime('%Y%m%d-%H%M%S')}"
        try:
            path = export.write_new(export.place(), name, suffix, data)
        except OSError as error:
            why = os.strerror(error.errno or 0).lower()
            self._host.say(f"cannot write {name}.{suffix} in {export.short(export.place())}: {why}", bad=True)
        else:
            self._host.say(f"written: {export.short(path)}")


async def _drawn(converter: str, svg: bytes) -> bytes:
    """The drawing as PNG. Raises OSError or SubprocessError where there is none."""
    command = (converter, "--width", "1600")
    # Not through a pipe: asyncio has much to say where a program does not read to the end.
    with os.fdopen(os.memfd_create("svg"), "w+b") as given:
        given.write(svg)
        given.seek(0)
        process = await asyncio.create_subprocess_exec(
            *command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    try:
        async with asyncio.timeout(PICTURE_S):
            png, _ = await process.communicate()
    finally:
        if process.returncode is None:  # it takes too long, or nobody waits any more: the program ends
            process.kill()
            await process.wait()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return png


def _written(contents: Contents, kind: str) -> bytes:
    return (export.as_csv(contents) if kind == "csv" else export.as_json(contents)).encode("utf-8", "backslashreplace")
