"""The help page: keys from the registry, and what the figures mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple, get_args

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip

from probes.snapshot import ProbeInfo
from tui import text as safe_text
from tui.keys import Command, Group, key_name
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look

KEY_CELLS = 16
NOTES = (
    "seen = shown + over budget + filtered + lost, counted in the kernel: nothing is dropped silently. Over budget are"
    " events past the rows a second that are fetched; lost are those for which the ring to ebtop had no room.",
    "A filter is terms separated by blanks, all of which must hold: pid:1,2 ppid:1 comm:part comm=name user:name;"
    ' a leading ! negates; "double quotes" hold blanks.',
    "Histograms: latency to the right in powers of ten, counts upwards on a logarithmic scale, over the last seconds."
    " Device is issue to completion, queue is insert to issue. The bars change colour at p50 and at p99; where they"
    " have no axis of their own, the average is the underlined cell.",
    "With the mouse: click a key in the footer or in this page, click the name of a pane to turn its probe on or off,"
    " click a pane to focus it, turn the wheel to scroll.",
)


class Entry(NamedTuple):
    """A piece of the page: a title, or a text with the key or column that it explains; a click does the command."""

    key: str
    text: str = ""
    command: str = ""


def entries(commands: Sequence[Command], probes: Sequence[ProbeInfo]) -> Iterator[Entry]:
    """The page, before it is wrapped."""
    for group in get_args(Group):
        yield Entry(group)
        for command in commands:
            if command.group == group:
                yield Entry(" ".join(map(key_name, command.keys)), command.help, command.id)
        yield Entry("")
    for probe in probes:
        if probe.columns:
            yield Entry(f"Columns of {probe.title}")
            for column in probe.columns:
                yield Entry(column.title, column.help)
            yield Entry("")
    yield Entry("Reading it")
    for note in NOTES:
        yield Entry("", note)


class HelpPage(Canvas, can_focus=True):
    """The page itself; it scrolls."""

    def __init__(self, look: Look, commands: Sequence[Command], probes: Sequence[ProbeInfo]) -> None:
        super().__init__(look, id="help-page")
        self._entries = tuple(entries(commands, probes))
        self._commands: list[str] = []
        self._top = 0
        self._most = 0

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        glyphs, inner = self.look.glyphs, width - 4
        wrapped = [(line, entry.command) for entry in self._entries for line in self._wrapped(entry, inner)]
        lines = [line for line, _ in wrapped]
        self._commands = [command for _, command in wrapped]
        self._most = max(len(lines) - height + 2, 0)
        self._top = min(self._top, self._most)
        shown = lines[self._top : self._top + height - 2]
        title = " Help: Esc closes, j and k scroll "
        top = Line(self.look, width, "focus").put(glyphs.focus_corners[0]).put(title)
        top.pad(width - 1, "focus", glyphs.focus_across).put(glyphs.focus_corners[1])
        end = Line(self.look, width, "focus").put(glyphs.focus_corners[2])
        end.pad(width - 1, "focus", glyphs.focus_across).put(glyphs.focus_corners[3])
        side = glyphs.focus_down
        framed = [
            Line(self.look, width).put(f"{side} ", "focus").join(line).put(f" {side}", "focus").strip()
            for line in [*shown, *[Line(self.look, inner).strip()] * (height - 2 - len(shown))]
        ]
        return [top.strip(), *framed, end.strip()]

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
        at = self._top + y - 1
        return self._commands[at] if 0 < y < self.size.height - 1 and at < len(self._commands) else ""

    def scroll_lines(self, lines: int) -> None:
        """Move by lines."""
        self._top = max(min(self._top + lines, self._most), 0)
        self.redraw()

    def on_mouse_scroll_down(self, _event: events.MouseScrollDown) -> None:
        """The wheel."""
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, _event: events.MouseScrollUp) -> None:
        """The wheel."""
        self.scroll_lines(-3)


class HelpScreen(ModalScreen[str]):
    """The page over everything else; its result is the command that was clicked, or nothing."""

    SCROLLS: ClassVar = {
        "j": 1,
        "down": 1,
        "k": -1,
        "up": -1,
        "g": -10_000,
        "home": -10_000,
        "G": 10_000,
        "end": 10_000,
    }
    PAGES: ClassVar = {"pagedown": 1, "pageup": -1, "space": 1}
    CLOSES = frozenset(("escape", "q", "h", "f1", "question_mark", "enter", "ctrl+c"))

    def __init__(self, page: HelpPage) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        """See Screen."""
        yield self._page

    def on_key(self, event: events.Key) -> None:
        """Scroll or close."""
        event.stop()
        event.prevent_default()
        if event.key in self.CLOSES:
            self.dismiss("")
        elif event.key in self.SCROLLS:
            self._page.scroll_lines(self.SCROLLS[event.key])
        elif event.key in self.PAGES:
            self._page.scroll_lines(self.PAGES[event.key] * max(self._page.size.height - 4, 1))

    def on_click(self, event: events.Click) -> None:
        """A click on a command does it, one beside the page closes it."""
        if event.widget is self:
            self.dismiss("")
        elif command := self._page.command_at(event.y):
            self.dismiss(command)
