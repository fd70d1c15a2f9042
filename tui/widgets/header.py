"""The header: the machine in a line, and in another what is in force and what ebtop itself costs."""

from __future__ import annotations

import msgspec
from textual.strip import Strip

from probes.snapshot import Hello, Snapshot
from tui import format as units
from tui import text as safe_text
from tui.widgets.canvas import Canvas
from tui.widgets.line import Line, Look, Role

Part = tuple[int, list[tuple[str, Role]]]
"""A piece of a line: how dispensable it is (0: not at all), and its texts."""


class Status(msgspec.Struct, frozen=True):
    """What the header says.

    tick         the last tick shown, None before the first
    measured     the tick of which it is told what it cost
    ui_share     CPU time of this process before that one, as a share (0..1) of a core
    notice       something that stays so, like that a recording is over
    said         a remark that goes away, and whether it tells of something that went wrong
    lost, over   events of all probes that were lost, or left out over the row budget
    interval_s   length of a tick that was asked for
    since        events that have come since the moment that is shown
    speed        how many times as fast as it was recorded a recording is played
    recording    bytes recorded so far; None while nothing is
    """

    hello: Hello
    tick: Snapshot | None
    measured: Snapshot | None
    filter: str
    paused: bool
    live: bool
    notice: str
    said: tuple[str, bool]
    ui_share: float
    lost: int
    over: int
    interval_s: float
    since: int = 0
    speed: float = 1.0
    recording: int | None = None


class Header(Canvas):
    """Two lines at the top."""

    def __init__(self, look: Look, status: Status) -> None:
        super().__init__(look, id="header")
        self._status = status

    def show(self, status: Status) -> None:
        """Draw another moment."""
        self._status = status
        self.redraw()

    def draw(self, width: int, height: int) -> list[Strip]:
        """See Canvas."""
        return [_line(machine(self._status), width, self.look), _line(session(self._status), width, self.look)]


def machine(status: Status) -> list[Part]:
    """Where we are and how it is doing."""
    hello, tick = status.hello, status.tick
    parts: list[Part] = [(0, [("ebtop", "focus")]), (1, [(hello.host, "bright")]), (5, [(hello.kernel, "dim")])]
    if tick is None:
        return [*parts, (2, [("waiting for the first tick", "dim")])]
    box = tick.box
    share = box.memory_used / box.memory_total if box.memory_total else 0.0
    memory = f"{units.size(box.memory_used)}/{units.size(box.memory_total)}"
    return [
        *parts,
        (6, [("up ", "dim"), (units.uptime(box.uptime_s), "text")]),
        (3, [("load ", "dim"), (" ".join(f"{load:.2f}" for load in box.load), "text")]),
        (2, [("cpu ", "dim"), (units.percent(box.cpu), "text"), (f" of {box.cores}", "dim")]),
        (4, [("mem ", "dim"), (units.percent(share), "text")]),
        (8, [(memory, "dim")]),
        (7, [(units.clock(tick.time)[:8], "dim")]),
    ]


def session(status: Status) -> list[Part]:
    """What is in force, and what it costs."""
    parts = badges(status)
    if status.said[0]:
        parts.append((0, [(status.said[0], "bad" if status.said[1] else "warn")]))
    if status.notice:
        parts.append((0, [(status.notice, "warn")]))
    if status.lost:
        # A remark goes away: while it is there, it may take the room.
        parts.append((1 if status.said[0] else 0, [(f" LOST {units.count(status.lost)} ", "alarm")]))
    if status.filter:
        parts.append((1, [("filter ", "dim"), (status.filter, "bright")]))
    else:
        parts.append((6, [("no filter", "dim")]))
    if status.live:
        parts.append((5, [("every ", "dim"), (f"{status.interval_s:g}s", "text")]))
    else:
        parts.append((3, [("speed ", "dim"), (units.speed(status.speed), "text")]))
    if status.measured:
        parts.append((2, cost(status.measured, status.ui_share)))
    if not status.lost:
        parts.append((3, [("lost ", "dim"), ("0", "good")]))
    parts.append((4, [("over budget ", "dim"), (units.count(status.over), "warn" if status.over else "good")]))
    if status.tick and status.tick.merged > 1:
        parts.append((3, [(f"merged {status.tick.merged} ticks", "warn")]))
    return parts


def badges(status: Status) -> list[Part]:
    """What is otherwise than usual."""
    parts: list[Part] = []
    if status.paused:
        at = f"{units.clock(status.tick.time)[:8]} " if status.tick else ""
        parts.append((0, [(f" PAUSED {at}", "badge")]))
    if not status.live:
        parts.append((1, [(" REPLAY ", "badge")]))
    if status.recording is not None:
        parts.append((0, [(" REC ", "alarm"), (f" {units.size(status.recording)}", "text")]))
    if status.paused and status.since:
        parts.append((1, [(f"+{status.since:,} since", "warn")]))
    return parts


def cost(tick: Snapshot, ui_share: float) -> list[tuple[str, Role]]:
    """ebtop's own cost: CPU of both processes, and time in its own BPF programs."""
    seconds = max(tick.span_ns, 1) / 1e9
    collector = units.percent(tick.cpu_ns / 1e9 / seconds)
    known = [probe.bpf_ns for probe in tick.probes if probe.bpf_ns is not None]
    bpf = f"{units.duration(sum(known) / seconds)}/s" if known else "?"
    texts = (("self: ui ", units.percent(ui_share)), (" collector ", collector), (" bpf ", bpf))
    return [pair for name, value in texts for pair in ((name, "dim"), (value, "text"))]


def _line(parts: list[Part], width: int, look: Look) -> Strip:
    """The pieces side by side; where there is no room for all, the most dispensable are left out."""
    while len(parts) > 1 and sum(_cells(part) + 2 for part in parts) > width:
        worst = max(parts, key=lambda part: part[0])
        if worst[0] == 0:
            break
        parts = [part for part in parts if part is not worst]
    line = Line(look, width)
    for _, texts in parts:
        line.put(" ")
        for text, role in texts:
            line.put(text, role)
        line.put(" ")
    return line.strip()


def _cells(part: Part) -> int:
    return sum(safe_text.width(safe_text.safe(text)) for text, _ in part[1])
