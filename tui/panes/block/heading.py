"""What the title of the block pane says. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui import format as units
from tui.history import ProbeView
from tui.panes import counted
from tui.panes.block import figures, parts
from tui.panes.block.faces import LISTS, Face
from tui.panes.block.strands import Choice
from tui.widgets.line import Role

FILTERED: Sequence[Face] = ("who", "slow")
"""What can be told apart by process and more; of all else a recording has but the sums, by disk and operation."""


def title(name: str, face: Face, disk: str, chosen: str) -> str:
    """The name of the pane, with that of the view; `chosen` is the disk that was selected by hand, if one was."""
    if face == "overview":
        return name
    if face == "disk":
        return f"{name}: {disk or 'no disk'}"
    return f"{name}: kinds, {chosen or 'all disks'}" if face == "parts" else f"{name}: {face}"


def summary(view: ProbeView, face: Face, by: parts.By, choice: Choice, back: str) -> list[tuple[str, Role]]:
    """The most important first. `back` is the name of the key that lets go of the time cursor; empty where there is
    none.
    """
    own: list[tuple[str, Role]] = [(units.rate(view.seen_hz), "bright")]
    if face not in FILTERED and not choice.filtered.whole and view.collected.strip() != view.log.filter.text.strip():
        own.append(("of all requests", "warn"))
    if face == "parts":
        own.append((f"by {by}", "name"))
    elif face not in LISTS:
        what: list[tuple[str, Role]] = [(f"{choice.op or 'all operations'}, {choice.stage} time", "name")]
        now: list[tuple[str, Role]] = [(f"{back}: back to now", "warn")] if back else []
        usual = choice.op is None and choice.stage == "device"
        own += now + what if usual else what + now
    in_flight = sum(disk.in_flight for disk in view.disks)
    own += [
        (f"in flight {units.count(in_flight)}", "text"),
        (f"figures of {figures.seconds(view.span_ns)}", "dim"),
    ]
    reach = units.uptime(view.timeline.span_ns / 1e9)
    seen = f"seen {units.count(view.counts.seen)}"
    return [*counted.summary(view.counts, own), (seen, "dim"), (f"history {reach}", "dim")]
