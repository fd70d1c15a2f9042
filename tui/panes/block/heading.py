"""What the title of the block pane says. Pure."""

from __future__ import annotations

from tui import format as units
from tui.history import ProbeView
from tui.panes.block import figures, parts
from tui.panes.block.faces import LISTS, Face
from tui.panes.block.strands import Choice
from tui.widgets.line import Role


def title(name: str, face: Face, disk: str, chosen: str) -> str:
    """The name of the pane, with that of the view; `chosen` is the disk that was selected by hand, if one was."""
    if face == "overview":
        return name
    if face == "disk":
        return f"{name}: {disk}"
    return f"{name}: parts of {chosen or 'all disks'}" if face == "parts" else f"{name}: {face}"


def summary(view: ProbeView, face: Face, by: parts.By, choice: Choice, back: str) -> list[tuple[str, Role]]:
    """The most important first. `back` is the name of the key that lets go of the time cursor; empty where there is
    none.
    """
    counts = view.counts
    found: list[tuple[str, Role]] = [(units.rate(view.seen_hz), "bright")]
    if counts.lost:
        found.insert(0, (f"{units.FAILED}lost {units.count(counts.lost)}", "bad"))
    if counts.errors:
        found.insert(0, (f"{units.FAILED}failed {units.count(counts.errors)}", "bad"))
    if face == "parts":
        found.append((f"by {by}", "name"))
    elif face not in LISTS:
        found.append((f"{choice.op or 'all operations'}, {choice.stage} time", "name"))
        if back:
            found.insert(1, (f"{back}: back to now", "warn"))
    in_flight = sum(disk.in_flight for disk in view.disks)
    found += [
        (f"in flight {units.count(in_flight)}", "text"),
        (f"figures of {figures.seconds(view.span_ns)}", "dim"),
    ]
    if counts.filtered:
        found.append((f"filtered {units.count(counts.filtered)}", "dim"))
    reach = units.uptime(view.timeline.span_ns / 1e9)
    return [*found, (f"seen {units.count(counts.seen)}", "dim"), (f"history {reach}", "dim")]
