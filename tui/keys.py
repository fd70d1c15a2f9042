"""Every command of the screen: its keys, its name, what it does. Footer, help and key bindings come from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from probes.snapshot import ProbeInfo

Group = Literal["Session", "Probes", "View", "Disks", "Move"]


class Command(msgspec.Struct, frozen=True):
    """Something a user can do.

    keys    Textual's names of the keys, the one to show first
    title   a word or two, for the footer
    footer  rank in the footer, lowest first; 0: only in the help
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    group: Group
    footer: int = 0


COMMANDS: tuple[Command, ...] = (
    Command("quit", ("q", "ctrl+c"), "quit", "Leave; every BPF program is taken out of the kernel", "Session", 2),
    Command("help", ("question_mark", "h", "f1"), "help", "This page; the same key, q or Esc closes it", "Session", 1),
    Command(
        "pause", ("space",), "pause", "Hold the view still while collecting goes on; again: catch up", "Session", 4
    ),
    Command("filter", ("f", "f4", "backslash"), "filter", "Type a filter; it works while you type", "Session", 3),
    Command("filter-clear", ("F",), "clear", "Clear the filter", "Session", 8),
    Command("faster", ("plus", "equals_sign"), "faster", "Shorter ticks, down to 0.1 s", "Session", 9),
    Command("slower", ("minus",), "slower", "Longer ticks, up to 10 s", "Session", 10),
    Command("findings", ("w",), "warnings", "What ebtop has found to be wrong, now and before", "Session", 7),
    Command("zoom", ("z",), "zoom", "Show the focused pane alone; again: all of them", "View", 5),
    Command("theme", ("T",), "theme", "Next theme", "View", 11),
    Command("focus-next", ("tab",), "next pane", "Focus the next pane", "View", 6),
    Command("focus-previous", ("shift+tab",), "previous pane", "Focus the previous pane", "View"),
    Command("view", ("v",), "view", "Next view: all disks, one disk, who asks, slow requests, kinds", "Disks", 5),
    Command("view-back", ("V",), "view before", "Previous view", "Disks"),
    Command("open", ("enter",), "open", "Show the selected disk in full", "Disks"),
    Command("back", ("escape",), "back", "Let go of the time cursor; then back to all disks", "Disks"),
    Command("op", ("o",), "operation", "Next operation: all, read, write, flush, discard; kinds: by what", "Disks"),
    Command("stage", ("d",), "stage", "Time in the device, or before that in the queue", "Disks"),
    Command("marks", ("m",), "marks", "Draw average and p99 in the maps, or leave them out", "Disks"),
    Command("left", ("left",), "earlier", "Move the time cursor to the left; the view stands still", "Disks"),
    Command("right", ("right",), "later", "Move the time cursor to the right", "Disks"),
    Command("down", ("j", "down"), "down", "Scroll the focused pane down; next disk", "Move"),
    Command("up", ("k", "up"), "up", "Scroll it up: it stops following the newest; previous disk", "Move"),
    Command("page-down", ("pagedown",), "page down", "Scroll a page down", "Move"),
    Command("page-up", ("pageup",), "page up", "Scroll a page up", "Move"),
    Command("top", ("g",), "top", "Go to the oldest row, or the first disk", "Move"),
    Command("bottom", ("G",), "bottom", "Go to the newest row and follow, or to the last disk", "Move"),
    Command("first", ("home",), "first", "Likewise; over maps: move the time cursor to the oldest", "Move"),
    Command("last", ("end",), "last", "Likewise; over maps: move the time cursor to the newest", "Move"),
)

MOST_PROBES = 9
"""Probes that a digit can reach."""

_NAMES = {
    "space": "Space",
    "question_mark": "?",
    "backslash": "\\",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "ctrl+c": "^C",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "up": "Up",
    "left": "Left",
    "right": "Right",
    "enter": "Enter",
    "escape": "Esc",
    "down": "Down",
}


def toggles(probes: Sequence[ProbeInfo]) -> tuple[Command, ...]:
    """The commands that turn each of the probes on and off: `toggle-1` for the first, and so on."""
    return tuple(
        Command(f"toggle-{n}", (str(n),), probe.id, f"{probe.title} on or off: {probe.question}", "Probes")
        for n, probe in enumerate(probes[:MOST_PROBES], 1)
    )


def key_name(key: str) -> str:
    """A key as a user knows it: `Space`, `?`, `^C`, `F4`."""
    return _NAMES.get(key) or (key.upper() if key[0] == "f" and key[1:].isdigit() else key)
