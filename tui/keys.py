"""Every command of the screen: its keys, its name, what it does, where it applies.

Footer, help, palette, the table in the README and what keys do come from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from probes.snapshot import ProbeInfo

Group = Literal["Session", "Filter", "Time", "Probes", "View", "Rows", "Disks", "Move"]
Where = Literal["anywhere", "table", "disks", "time"]
"""What has to have the focus for a command to apply: rows or a list of some kind, maps of disks, or the time line."""


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
    where: Where = "anywhere"


COMMANDS: tuple[Command, ...] = (
    Command("quit", ("q", "ctrl+c"), "quit", "Leave; every BPF program is taken out of the kernel", "Session", 2),
    Command("help", ("question_mark", "h", "f1"), "help", "Keys of the focused pane, then all others", "Session", 1),
    Command("palette", ("ctrl+p", "colon"), "commands", "Find any command by its name", "Session", 10),
    Command("faster", ("plus",), "faster", "Shorter ticks, down to 0.1 s; a recording: twice as fast", "Session", 13),
    Command("slower", ("minus",), "slower", "Longer ticks, up to 10 s; a recording: half as fast", "Session", 14),
    Command("findings", ("w",), "warnings", "What ebtop has found to be wrong, now and before", "Session", 7),
    Command("record", ("R",), "record", "Record from now on, with the history so far; again: stop", "Session", 15),
    Command("export", ("e",), "export", "Write the pane as CSV or JSON, or the screen as SVG or PNG", "Session", 16),
    Command("copy", ("y",), "copy", "Copy the selected row to the clipboard of the terminal", "Session"),
    Command("filter", ("f", "f4", "backslash"), "filter", "Type a filter; it works while you type", "Filter", 3),
    Command("filter-clear", ("F",), "clear", "Clear the filter", "Filter", 12),
    Command("only", ("equals_sign",), "only this", "Filter: only what has the value of the selected cell", "Filter"),
    Command("not", ("exclamation_mark",), "not this", "Filter: all but what has that value", "Filter"),
    Command(
        "back",
        ("escape",),
        "back",
        "Let go of what was found, of the time cursor, of an opened view, of the last term of the filter",
        "View",
    ),
    Command("pause", ("space",), "pause", "Hold the view while collecting goes on; again: live", "Time", 4),
    Command("earlier", ("left_square_bracket",), "earlier", "A tick back; the view stands still there", "Time", 8),
    Command("later", ("right_square_bracket",), "later", "A tick forward", "Time"),
    Command("goto", ("at",), "go to", "Go to a time: 14:03:20, -5m, +30s", "Time"),
    Command("live", ("L",), "live", "Back to what is there now", "Time"),
    Command("jump-back", ("pageup",), "jump back", "A tenth of the time line back", "Time", where="time"),
    Command("jump", ("pagedown",), "jump", "A tenth of it forward", "Time", where="time"),
    Command("oldest", ("g", "home"), "oldest", "To the beginning of the history", "Time", where="time"),
    Command("newest", ("G", "end"), "newest", "To its end", "Time", where="time"),
    Command("step-back", ("left",), "earlier", "A tick back", "Time", where="time"),
    Command("step", ("right",), "later", "A tick forward", "Time", where="time"),
    Command("zoom", ("z",), "zoom", "Show the focused pane alone; again: all of them", "View", 5),
    Command("theme", ("T",), "theme", "Next theme", "View", 17),
    Command("focus-next", ("tab",), "next pane", "Focus the next pane, or the time line if there is one", "View", 6),
    Command("focus-previous", ("shift+tab",), "previous pane", "Focus the previous one", "View"),
    Command(
        "view", ("v",), "view", "Next view: rows, groups, tree; disks, one disk, who, slow, kinds", "View", 9
    ),
    Command("view-back", ("V",), "view before", "Previous view", "View"),
    Command("open", ("enter",), "open", "Open the selected process, file or disk", "View"),
    Command("process", ("p",), "process", "Open the page about any process: by its PID, or its name", "View"),
    Command("find", ("slash", "f3"), "find", "Find a text in the focused pane", "Rows", 11),
    Command("find-next", ("n",), "next", "Go to the next row that has it", "Rows"),
    Command("find-previous", ("N",), "previous", "Go to the one before", "Rows"),
    Command("sort", ("s", "f6"), "sort", "Sort by the selected column; again: as rows come", "Rows", where="table"),
    Command("sort-left", ("less_than_sign",), "sort left", "By the column to the left", "Rows", where="table"),
    Command("sort-right", ("greater_than_sign",), "sort right", "By the column to the right", "Rows", where="table"),
    Command("invert", ("I",), "invert", "Invert the order of the sort", "Rows", where="table"),
    Command("by", ("o",), "by", "Groups or kinds by the next key: comm, pid, path, ..", "Rows", where="table"),
    Command("tree", ("t",), "tree", "Execs as a tree; again: as rows", "Rows", where="table"),
    Command("cell-left", ("left",), "cell left", "Select the cell to the left", "Rows", where="table"),
    Command("cell-right", ("right",), "cell right", "Select the cell to the right", "Rows", where="table"),
    Command(
        "op", ("o",), "operation", "Next operation: all, read, write, flush, discard", "Disks", where="disks"
    ),
    Command("stage", ("d",), "stage", "Time in the device, or before that in the queue", "Disks"),
    Command("marks", ("m",), "marks", "Draw average and p99 in the maps, or leave them out", "Disks"),
    Command("left", ("left",), "earlier", "Move the time cursor to the left", "Disks", where="disks"),
    Command("right", ("right",), "later", "Move the time cursor to the right", "Disks", where="disks"),
    Command("first", ("home",), "first", "Time cursor to the oldest", "Disks", where="disks"),
    Command("last", ("end",), "last", "Time cursor to the newest", "Disks", where="disks"),
    Command("down", ("j", "down"), "down", "Next row or disk; the newest at last, which is followed", "Move"),
    Command("up", ("k", "up"), "up", "Previous row or disk: the pane stops following the newest", "Move"),
    Command("page-down", ("pagedown",), "page down", "A page down", "Move"),
    Command("page-up", ("pageup",), "page up", "A page up", "Move"),
    Command("top", ("g", "home"), "top", "To the first row or disk", "Move"),
    Command("bottom", ("G", "end"), "bottom", "To the last one; rows are followed again", "Move"),
)  # fmt: skip

MOST_PROBES = 9
"""Probes that a digit can reach."""

_NAMES = {
    "space": "Space",
    "question_mark": "?",
    "exclamation_mark": "!",
    "backslash": "\\",
    "slash": "/",
    "colon": ":",
    "at": "@",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
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
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+').upper()}"
    return _NAMES.get(key) or (key.upper() if key[0] == "f" and key[1:].isdigit() else key)


class Keymap:
    """Which command a key means, by what has the focus.

    own  keys that a user gave to commands, by their ids: they take the place of those of the registry
    """

    def __init__(self, commands: Sequence[Command], own: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.commands = tuple(
            msgspec.structs.replace(command, keys=own[command.id]) if own and command.id in own else command
            for command in commands
        )
        self._by_id = {command.id: command for command in self.commands}
        self._bound = {(command.where, key): command.id for command in self.commands for key in command.keys}

    def find(self, key: str, where: Sequence[Where]) -> str | None:
        """The id of the command that the key has in the first of these that knows it, then anywhere."""
        found = (self._bound.get((place, key)) for place in (*where, "anywhere"))
        return next((command for command in found if command), None)

    def name(self, command: str) -> str:
        """The key of a command, by its id, as a sentence has it: `Esc`, `G`."""
        return key_name(self._by_id[command].keys[0])

    def of(self, where: Sequence[Where]) -> tuple[Command, ...]:
        """The commands that apply there alone, in the order of the registry."""
        return tuple(command for command in self.commands if command.where in where)
