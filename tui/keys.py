"""Every command of the screen: its keys, its name, what it does, where it applies.

Footer, help, palette, the table in the README and what keys do come from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args

import msgspec

from probes.columns import ProbeInfo

Group = Literal["Session", "Filter", "Time", "Probes", "View", "Rows", "Disks", "Pages", "Move"]
Where = Literal["anywhere", "table", "disks", "time", "page"]
"""What has to have the focus for a command to apply: rows or a list of some kind, maps of disks, the time line, or a
page about a process or a file, which lies over the panes."""
PLACES: Mapping[Where, str] = {"table": "in rows", "disks": "in maps", "time": "on the time line", "page": "on a page"}
"""What is said of commands that apply there alone."""


class Command(msgspec.Struct, frozen=True):
    """Something a user can do.

    keys   Textual's names of the keys, the one to show first
    title  a word or two, for the palette and the footer
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    group: Group
    where: Where = "anywhere"


COMMANDS: tuple[Command, ...] = (
    Command("page-back", ("escape",), "back", "To the page or the panes where it was opened", "Pages", where="page"),
    Command("page-close", ("q", "ctrl+c"), "close", "Close all pages", "Pages", where="page"),
    Command(
        "page-cross",
        ("tab", "shift+tab", "left", "right"),
        "other side",
        "Select on the other side, where there are two",
        "Pages",
        where="page",
    ),
    Command(
        "page-filter",
        ("f", "f4", "backslash"),
        "filter by it",
        "Close it, and filter by the process or file",
        "Pages",
        where="page",
    ),
    Command("page-tree", ("t",), "its tree", "The same, with all that the process started", "Pages", where="page"),
    Command("quit", ("q", "ctrl+c"), "quit", "Leave; every BPF program is taken out of the kernel", "Session"),
    Command("help", ("question_mark", "h", "f1"), "help", "Keys of the focused pane, then all others", "Session"),
    Command("palette", ("ctrl+p", "colon"), "commands", "Find any command by its name", "Session"),
    Command("faster", ("plus",), "faster", "Shorter ticks, down to 0.1 s; a recording: twice as fast", "Session"),
    Command("slower", ("minus",), "slower", "Longer ticks, up to 10 s; a recording: half as fast", "Session"),
    Command("findings", ("w",), "warnings", "What ebtop has found to be wrong, now and before", "Session"),
    Command("record", ("R",), "record", "Record from now on, with the history so far; again: stop", "Session"),
    Command("export", ("e",), "export", "Write the pane as CSV or JSON, or the screen as SVG or PNG", "Session"),
    Command("copy", ("y",), "copy", "Copy the selected row to the clipboard of the terminal", "Session"),
    Command("filter", ("f", "f4", "backslash"), "filter", "Type a filter; it works while you type", "Filter"),
    Command("filter-clear", ("F",), "clear", "Clear the filter", "Filter"),
    Command("only", ("equals_sign",), "only this", "Filter: only what has the value of the selected cell", "Filter"),
    Command("not", ("exclamation_mark",), "not this", "Filter: all but what has that value", "Filter"),
    Command(
        "back",
        ("escape",),
        "back",
        "Let go of what was found, of the time cursor, of an opened view, of the last term of the filter",
        "View",
    ),
    Command("pause", ("space",), "pause", "Hold the view while collecting goes on; again: live", "Time"),
    Command("earlier", ("left_square_bracket",), "earlier", "A tick back; the view stands still there", "Time"),
    Command("later", ("right_square_bracket",), "later", "A tick forward", "Time"),
    Command("goto", ("at",), "go to", "Go to a time: 14:03:20, -5m, +30s", "Time"),
    Command("live", ("L",), "live", "Back to what is there now", "Time"),
    Command("jump-back", ("pageup",), "jump back", "A tenth of the time line back", "Time", where="time"),
    Command("jump", ("pagedown",), "jump", "A tenth of it forward", "Time", where="time"),
    Command("oldest", ("g", "home"), "oldest", "To the beginning of the time line", "Time", where="time"),
    Command("newest", ("G", "end"), "newest", "To its end", "Time", where="time"),
    Command("step-back", ("left",), "earlier", "A tick back", "Time", where="time"),
    Command("step", ("right",), "later", "A tick forward", "Time", where="time"),
    Command("zoom", ("z",), "zoom", "Show the focused pane alone; again: all of them", "View"),
    Command("theme", ("T",), "theme", "Next theme", "View"),
    Command("focus-next", ("tab",), "next pane", "Focus the next pane, or the time line if there is one", "View"),
    Command("focus-previous", ("shift+tab",), "previous pane", "Focus the previous one", "View"),
    Command(
        "view", ("v",), "view", "Next view: rows, groups, tree; disks, one disk, who, slow, kinds", "View"
    ),
    Command("view-back", ("V",), "view before", "Previous view", "View"),
    Command("open", ("enter",), "open", "Open the selected process, file or disk", "View"),
    Command("process", ("p",), "process", "Open the page about any process: by its PID, or its name", "View"),
    Command("find", ("slash", "f3"), "find", "Find a text in the focused pane", "Rows"),
    Command("find-next", ("n",), "next", "Go to the next row that has it", "Rows"),
    Command("find-previous", ("N",), "previous", "Go to the one before", "Rows"),
    Command("sort", ("s", "f6"), "sort", "Sort by the selected column; again: as rows come", "Rows", where="table"),
    Command("sort-left", ("less_than_sign",), "sort left", "Sort by the column to the left", "Rows", where="table"),
    Command(
        "sort-right", ("greater_than_sign",), "sort right", "Sort by the column to the right", "Rows", where="table"
    ),
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

_SELECTED = (
    "copy", "only", "not", "view", "view-back", "open", "find", "find-next", "find-previous",
    "down", "up", "page-down", "page-up", "top", "bottom",
)  # fmt: skip
ABOUT: Mapping[Where, frozenset[str]] = {
    "table": frozenset(_SELECTED),
    "disks": frozenset((*_SELECTED, "stage", "marks")),
    "time": frozenset(("pause", "earlier", "later", "goto", "live")),
    "page": frozenset(("open", "up", "down", "page-up", "page-down", "top", "bottom", "copy", "export")),
}
"""Of the commands that apply anywhere, those that are about what has the focus there."""

MOST_PROBES = 9
"""Probes that a digit can reach."""
TOGGLE = "The probe on or off: off means that its programs have left the kernel"

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


def is_about(command: Command, place: Where) -> bool:
    """Whether a command does something to what has the focus there."""
    return command.where == place or command.id in ABOUT[place]


def told(command: Command) -> str:
    """What a command does, with the place that it is bound to: `in rows: invert the order of the sort`."""
    return at(PLACES.get(command.where, ""), command.help)


def at(place: str, text: str) -> str:
    """What is done, with a place before it if there is one."""
    return f"{place}: {text[0].lower()}{text[1:]}" if place else text


def listed(probes: int) -> Iterator[tuple[Group, Sequence[tuple[tuple[str, ...], str]]]]:
    """All there is to press where there are so many probes, by group: the names of the keys, and what they do."""
    for group in get_args(Group):
        rows = [(tuple(map(key_name, one.keys)), told(one)) for one in COMMANDS if one.group == group]
        digits = tuple(str(n) for n in range(1, min(probes, MOST_PROBES) + 1))
        yield group, [(digits, TOGGLE)] if group == "Probes" else rows


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

    def moves(self, command: str) -> bool:
        """Whether a command does no more than to see other rows."""
        return self._by_id[command].group == "Move"

    def name(self, command: str) -> str:
        """The key of a command, by its id, as a sentence has it: `Esc`, `G`."""
        return key_name(self._by_id[command].keys[0])
