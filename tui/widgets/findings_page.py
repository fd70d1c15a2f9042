"""The page of findings: what holds now with all its evidence, and what has been."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual.strip import Strip

from tui import text as safe_text
from tui.findings.finding import Finding
from tui.keys import Keymap
from tui.widgets.findings_line import SIGNS, clock, lasted
from tui.widgets.line import Line, Look, blank
from tui.widgets.page import Page, PageScreen, titled

INDENT = 4
LOOKED_FOR = (
    "Nothing wrong is known of. What would be said here, with its numbers: a disk that is slower than the others of its"
    " set or model, a second hump of slow requests, I/O errors, a request that is stuck, a disk that is saturated,"
    " a process that floods one, a storm of flushes."
)


class FindingsPage(Page):
    """`current` is the worst first, `past` the newest first; `now` is in nanoseconds since the epoch."""

    def __init__(
        self, look: Look, keymap: Keymap, current: Sequence[Finding], past: Sequence[Finding], now: int
    ) -> None:
        super().__init__(look, "findings-page", titled("Findings", keymap))
        self._current, self._past, self._now = current, past, now

    def show(self, current: Sequence[Finding], past: Sequence[Finding], now: int) -> None:
        """Draw another moment, while the page is open."""
        self._current, self._past, self._now = current, past, now
        self.redraw()

    def content(self, width: int) -> list[Strip]:
        """See Page."""
        look = self.look
        lines = [Line(look, width).put("Now", "focus").strip()]
        for finding in self._current:
            lines += [*_current(look, finding, self._now, width), blank(look, width)]
        if not self._current:
            lines += [*_wrapped(look, LOOKED_FOR, 0, width), blank(look, width)]
        lines.append(Line(look, width).put("Before", "focus").strip())
        if not self._past:
            lines.append(Line(look, width).put("nothing in this session", "dim").strip())
        return lines + [strip for finding in self._past for strip in _past(look, finding, width)]


class FindingsScreen(PageScreen):
    """The page over everything else."""

    opened_by = "findings"


def _current(look: Look, finding: Finding, now: int, width: int) -> Iterator[Strip]:
    """The title with its severity, since when, and the whole sentence."""
    _, word, role = SIGNS[finding.severity]
    line = Line(look, width).put(f" {word} ", role).put(" ")
    begun, lasts = f"since {clock(finding.since)}", f", {lasted(finding.since, now)}"
    if safe_text.width(safe_text.safe(finding.title)) + 2 + len(begun + lasts) <= line.room:
        begun += lasts
    title = line.clipped(finding.title, line.room - len(begun) - 2)
    yield line.put(title, "bright").pad(width - len(begun)).put(begun, "dim").strip()
    yield from _wrapped(look, finding.text, INDENT, width)


def _past(look: Look, finding: Finding, width: int) -> Iterator[Strip]:
    """From when to when, and the title; below it the sentence as it was in the end."""
    sign, _, _ = SIGNS[finding.severity]
    until = finding.since if finding.until is None else finding.until
    line = Line(look, width).put(f"{clock(finding.since)} to {clock(until)}  ", "time").put(f"{sign:<2} ", "dim")
    yield line.put(finding.title).strip()
    yield from _wrapped(look, finding.text, INDENT, width)


def _wrapped(look: Look, text: str, indent: int, width: int) -> Iterable[Strip]:
    for part in safe_text.wrap(text, max(width - indent, 10)):
        yield Line(look, width).pad(indent).put(part, "text" if indent == 0 else "dim").strip()
