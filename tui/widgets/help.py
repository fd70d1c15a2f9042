"""The help page: keys from the registry, and what the figures mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

from textual import events
from textual.strip import Strip

from probes.columns import ProbeInfo
from probes.filter import KEYS
from tui import text as safe_text
from tui.keys import PLACES, Command, Group, Keymap, Where, at, is_about, key_name
from tui.widgets.glyphs import Glyphs
from tui.widgets.line import Line, Look
from tui.widgets.page import Page, PageScreen, titled
from tui.widgets.time_line import SIGNS

KEY_CELLS = 16


def notes(glyphs: Glyphs) -> Sequence[str]:
    """What the figures and the signs mean."""
    return (
        "seen = shown + over budget + filtered + lost, counted in the kernel: nothing is dropped silently. Over budget"
        " are events past the rows a second that are fetched; lost are those for which the ring to ebtop had no room,"
        " and block requests whose completion the kernel did not tell (Linux 6.18 leaves out one in some thousands):"
        " they are missing from the histograms.",
        "A filter is terms separated by blanks, all of which must hold; or, ( ) and a leading ! combine them"
        " otherwise. A word without a key is looked for in names, paths and arguments. The kernel tests what it can,"
        " so that what does not pass costs next to nothing; the line in which a filter is typed says how much of it"
        " that is.",
        "The time line: a bar is how busy the probes were in a tick or some, each measured by its own most;"
        f" {_signs()} in its place is where a finding began. The cursor is the cell that stands out. At the"
        " left is how far it reaches back, at the right the time that is looked at. Of a recording it is the whole,"
        " between the times of its beginning and its end, with a plus as long as not all of it was read; what was not"
        " played yet is dim, and findings are marked where it was played.",
        "Heat maps: a column a tick, the newest at the right; latency upwards in powers of ten; the colour of a cell,"
        " or its density, is how many requests took that long, on a logarithmic scale: a single one is seen."
        f" {glyphs.average} is the average of a tick, {glyphs.tail} its p99: m leaves them out. Device is from the"
        " issue of a request to its completion, queue from its insertion to its issue. Disks with a finding come"
        " first, then those with the highest p99; figures are of the last seconds, or of the moment under the time"
        " cursor. Ticks older than ten minutes are merged by tens, those beyond an hour by the minute; with hundreds"
        " of disks earlier.",
        "Who: WAIT is the share of all waiting for disks that a process did; UNIT is its systemd unit or"
        " container. A sign ! stands before what failed, and before a disk of which there is a finding.",
        "Bars change their colour at p50 and at p99; their length or height is on a logarithmic scale. Where they have"
        " an axis above, the average is the underlined cell.",
        "With the mouse: click a key in the footer or in this page, click the name of a pane to turn its probe on or"
        " off, click a pane to focus it, a disk to select it, twice to open it, a map or the time line to set the time"
        " cursor; turn the wheel to scroll.",
    )


def _signs() -> str:
    """`X (critical), ! (warning) or i (notice)`."""
    *others, last = (f"{sign} ({severity})" for severity, (sign, _) in SIGNS.items())
    return f"{', '.join(others)} or {last}"


class Entry(NamedTuple):
    """A piece of the page: a title, or a text with the key or column that it explains; a click does the command."""

    key: str
    text: str = ""
    command: str = ""


def entries(
    keymap: Keymap, probes: Sequence[ProbeInfo], pane: str, where: Sequence[Where], glyphs: Glyphs
) -> Iterator[Entry]:
    """The page, before it is wrapped: first what what has the focus can do."""
    left = list(keymap.commands)
    for place in where[: 2 if where[0] == "time" else 1]:
        here = [command for command in left if is_about(command, place) and _keys(command, keymap, where)]
        left = [command for command in left if command not in here]
        entered = [Entry(_keys(command, keymap, where), command.help, command.id) for command in here]
        yield from _section(PLACES[place].capitalize() if place in ("time", "page") else f"In {pane}", entered)
    for group in get_args(Group):
        rest = [command for command in left if command.group == group]
        yield from _section(group, [_elsewhere(command, keymap, where) for command in rest])
    for probe in probes:
        yield from _section(f"Columns of {probe.title}", [Entry(one.title, one.help) for one in probe.columns])
    yield from _section("Filter", [Entry(key.takes, key.help) for key in KEYS.values()])
    yield from _section("Reading it", [Entry("", note) for note in notes(glyphs)])


def _section(title: str, found: Sequence[Entry]) -> Iterator[Entry]:
    """Entries under a title, and a line behind them; nothing where there are none."""
    if found:
        yield Entry(title)
        yield from found
        yield Entry("")


def _keys(command: Command, keymap: Keymap, where: Sequence[Where]) -> str:
    """Those of its keys that mean it there; empty where none does."""
    return " ".join(key_name(key) for key in command.keys if keymap.find(key, where) == command.id)


def _elsewhere(command: Command, keymap: Keymap, where: Sequence[Where]) -> Entry:
    """A command that is not about what has the focus."""
    hidden = command.where == "anywhere" and not _keys(command, keymap, where)
    place = "in a pane" if hidden else PLACES.get(command.where, "")
    return Entry(" ".join(map(key_name, command.keys)), at(place, command.help), command.id)


class HelpPage(Page):
    """The page itself."""

    def __init__(
        self, look: Look, keymap: Keymap, probes: Sequence[ProbeInfo], pane: str, where: Sequence[Where]
    ) -> None:
        super().__init__(look, "help-page", titled("Help", keymap))
        self._entries = tuple(entries(keymap, probes, pane, where, look.glyphs))
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
