"""Every command of the screen: its keys, its name, what it does. Footer, help and key bindings come from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from probes.snapshot import ProbeInfo

Group = Literal["Session", "Probes", "View", "Move"]


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
    Command("zoom", ("z",), "zoom", "Show the focused pane alone; again: all of them", "View", 5),
    Command("theme", ("T",), "theme", "Next theme", "View", 7),
    Command("focus-next", ("tab",), "next pane", "Focus the next pane", "View", 6),
    Command("focus-previous", ("shift+tab",), "previous pane", "Focus the previous pane", "View"),
    Command("down", ("j", "down"), "down", "Scroll the focused pane down", "Move"),
    Command("up", ("k", "up"), "up", "Scroll the focused pane up: it stops following the newest", "Move"),
    Command("page-down", ("pagedown",), "page down", "Scroll a page down", "Move"),
    Command("page-up", ("pageup",), "page up", "Scroll a page up", "Move"),
    Command("top", ("g", "home"), "top", "Go to the oldest row", "Move"),
    Command("bottom", ("G", "end"), "bottom", "Go to the newest row and follow", "Move"),
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
