"""The worst of what ebtop has found, in one line: how grave, what, since when, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping

from textual.strip import Strip

from tui import format as units
from tui import text as safe_text
from tui.findings.finding import Finding, Severity
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look, Role

SIGNS: Mapping[Severity, tuple[str, str, Role]] = {
    "critical": ("!!", "CRITICAL", "alarm"),
    "warning": ("!", "WARNING", "badge"),
    "notice": ("i", "NOTICE", "key"),
}
"""A sign where there is little room, a word where there is more, and how both look."""
ROOMY = 100
"""From this many cells on there is room for words."""
MINUTE_S = 60
CUT = 2
"""From so many times the room of the brief evidence on, what has room of the sentence says more."""
REMARK_LEAST = 20
"""Cells without which the evidence behind a title says nothing."""


class FindingsLine(Canvas):
    """One line; whoever owns it shows it only while there is a finding. `key` shows all of them."""

    def __init__(self, look: Look, key: str) -> None:
        super().__init__(look, id="findings-line")
        self._key = key
        self._findings: tuple[Finding, ...] = ()
        self._now = 0

    def show(self, findings: tuple[Finding, ...], now: int) -> None:
        """Draw what holds at that moment (nanoseconds since the epoch), the worst first."""
        self._findings, self._now = findings, now
        self.redraw()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        return [findings_strip(self.look, self._findings, self._now, width, self._key)]


def findings_strip(look: Look, findings: tuple[Finding, ...], now: int, width: int, key: str) -> Strip:
    """The line. Where there is little room, the end of the evidence goes first, then when it began, then the rest."""
    line = Line(look, width)
    if not findings:
        return line.strip()
    worst = findings[0]
    sign, word, role = SIGNS[worst.severity]
    line.put(f" {word if width >= ROOMY else sign} ", role).put(" ")
    number = f"1 of {len(findings)} " if len(findings) > 1 else ""
    until = width - len(number) - safe_text.width(key) - 2
    since = f"since {clock(worst.since)}, {lasted(worst.since, now)}  "
    if _needs(worst) < until - line.x - len(since):
        until -= len(since)
    else:
        since = ""
    _say(line, worst, until - line.x - 1)
    return line.pad(until).put(since, "dim").put(number, "bright").put(f" {key} ", "key").strip()


def _needs(finding: Finding) -> int:
    """Cells without which numbers are missing."""
    return _width(finding.title) + 2 + max(_width(finding.brief), REMARK_LEAST)


def _width(text: str) -> int:
    return safe_text.width(safe_text.safe(text))


def _say(line: Line, finding: Finding, room: int) -> None:
    """The whole sentence; where it has no room, the title and as much of the evidence as has room."""
    if _width(finding.text) <= room:
        line.put(finding.text, "bright")
        return
    title = line.clipped(finding.title, room)
    line.put(title, "bright")
    left = room - safe_text.width(title) - 2
    if left >= REMARK_LEAST:
        # The sentence begins by whom it is about, as the title does.
        evidence = finding.text.partition(": ")[2] or finding.text
        if left < min(CUT * _width(finding.brief), _width(evidence)):
            evidence = finding.brief
        line.put("  ").put(line.clipped(evidence, left), "text")


def clock(ns: int) -> str:
    """A time of day to the second."""
    return units.clock(ns)[:8]


def lasted(since: int, until: int) -> str:
    """How long, in words: `12s`, `5m 12s`, `4h 05m`."""
    seconds = max(until - since, 0) // 1_000_000_000
    return units.uptime(seconds) if seconds >= MINUTE_S else f"{seconds}s"
