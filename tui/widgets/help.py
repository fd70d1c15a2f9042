"""The help page: keys from the registry, and what the figures mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from textual import events
from textual.strip import Strip

from probes.filter import KEYS
from probes.snapshot import ProbeInfo
from tui import text as safe_text
from tui.keys import Command, Group, Keymap, Where, key_name
from tui.widgets.line import Line, Look
from tui.widgets.page import Page, PageScreen, titled

KEY_CELLS = 16
NOTES = (
    "seen = shown + over budget + filtered + lost, counted in the kernel: nothing is dropped silently. Over budget are"
    " events past the rows a second that are fetched; lost are those for which the ring to ebtop had no room, and block"
    " requests whose completion the kernel did not tell (Linux 6.18 leaves out one in some thousands): they are missing"
    " from the histograms.",
    "A filter is terms separated by blanks, all of which must hold; or, ( ) and a leading ! combine them otherwise."
    " A word without a key is looked for in names, paths and arguments. The kernel tests what it can, so that what does"
    " not pass costs next to nothing; the line in which a filter is typed says how much of it that is.",
    "Heat maps: a column a tick, the newest at the right; latency upwards in powers of ten; the colour of a cell, or"
    " its density, is how many requests took that long, on a logarithmic scale: a single one is seen. Lines across are"
    " the average and the p99. Device is from the issue of a request to its completion, queue from its insertion to its"
    " issue. Disks with a finding come first, then those with the highest p99; figures are of the last seconds, or of"
    " the moment under the time cursor. Ticks older than ten minutes are merged by tens, those beyond an hour by the"
    " minute; with hundreds of disks earlier.",
    "Who: WAIT is the share of all waiting for disks that a process did; UNIT is its systemd unit or"
    " container. A sign ! stands before what failed, and before a disk of which there is a finding.",
    "Bars change their colour at p50 and at p99; their length or height is on a logarithmic scale. Where they have an"
    " axis above, the average is the underlined cell.",
    "With the mouse: click a key in the footer or in this page, click the name of a pane to turn its probe on or off,"
    " click a pane to focus it, a disk to select it, twice to open it, a map to set the time cursor; turn the wheel to"
    " scroll.",
)


PLACES: Mapping[Where, str] = {"table": "In rows: ", "disks": "In maps: ", "time": "On the time line: "}
"""What is said of commands that apply elsewhere than where one is."""


class Entry(NamedTuple):
    """A piece of the page: a title, or a text with the key or column that it explains; a click does the command."""

    key: str
    text: str = ""
    command: str = ""


def entries(keymap: Keymap, probes: Sequence[ProbeInfo], pane: str, where: Sequence[Where]) -> Iterator[Entry]:
    """The page, before it is wrapped: first the keys that apply in the focused pane alone."""
    yield Entry(f"In {pane}")
    yield from (_entry(command) for command in keymap.of(where))
    yield Entry("")
    for group in get_args(Group):
        rest = [command for command in keymap.commands if command.group == group and command.where not in where]
        if rest:
            yield Entry(group)
            yield from map(_entry, rest)
            yield Entry("")
    for probe in probes:
        if probe.columns:
            yield Entry(f"Columns of {probe.title}")
            for column in probe.columns:
                yield Entry(column.title, column.help)
            yield Entry("")
    yield Entry("Filter")
    for key in KEYS.values():
        yield Entry(key.takes, key.help)
    yield Entry("")
    yield Entry("Reading it")
    for note in NOTES:
        yield Entry("", note)


def _entry(command: Command) -> Entry:
    place = PLACES.get(command.where, "")
    return Entry(" ".join(map(key_name, command.keys)), f"{place}{command.help}", command.id)


class HelpPage(Page):
    """The page itself."""

    def __init__(
        self, look: Look, keymap: Keymap, probes: Sequence[ProbeInfo], pane: str, where: Sequence[Where]
    ) -> None:
        super().__init__(look, "help-page", titled("Help", keymap))
        self._entries = tuple(entries(keymap, probes, pane, where))
        self._commands: list[str] = []

    def content(self, width: int) -> list[Strip]:
        """See Page."""
        wrapped = [(line, entry.command) for entry in self._entries for line in self._wrapped(entry, width)]
        self._commands = [command for _, command in wrapped]
        return [line for line, _ in wrapped]

    def _wrapped(self, entry: Entry, width: int) -> Iterator[Strip]:
        if not entry.text:
            yield Line(self.look, width).put(entry.key, "focus").strip()
            return
        indent = KEY_CELLS if entry.key else 0
        for n, part in enumerate(safe_text.wrap(entry.text, max(width - indent, 10))):
            line = Line(self.look, width)
            if indent:
                line.cell("" if n else entry.key, KEY_CELLS - 1, "name").put(" ")
            yield line.put(part).strip()

    def command_at(self, y: int) -> str:
        """The command that is explained in that line of the widget, or nothing."""
        at = self.line_at(y)
        return self._commands[at] if 0 <= at < len(self._commands) else ""


class HelpScreen(PageScreen):
    """The page over everything else; its result is the command that was clicked, or nothing."""

    opened_by = "help"

    def on_click(self, event: events.Click) -> None:
        """A click on a command does it."""
        if event.widget is not self and isinstance(self.page, HelpPage) and (at := self.page.command_at(event.y)):
            self.leave(at)
