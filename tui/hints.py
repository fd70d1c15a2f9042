"""Which keys the footer tells, the most useful ones first: by where the focus is, and by what is going on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tui.keys import Command, Keymap, Where

Told = tuple[str, str]
"""A word or two, and the ids of the commands that it stands for, with blanks between them."""

FIRST: tuple[Told, ...] = (("help", "help"), ("pause", "pause"))
TIME_LINE: tuple[Told, ...] = (
    ("step", "step-back step"),
    ("jump", "jump-back jump"),
    ("ends", "oldest newest"),
    ("live", "live"),
    ("time", "goto"),
    ("quit", "quit"),
)
STANDING: tuple[Told, ...] = (("step", "earlier later"), ("time", "goto"))
MAPS: tuple[Told, ...] = (
    ("open", "open"),
    ("view", "view"),
    ("stage", "stage"),
    ("op", "op"),
    ("filter", "filter"),
    ("quit", "quit"),
    ("find", "find"),
    ("cursor", "left right"),
    ("marks", "marks"),
)
ROWS: tuple[Told, ...] = (
    ("open", "open"),
    ("filter", "filter"),
    ("find", "find"),
    ("sort", "sort"),
    ("only", "only"),
    ("quit", "quit"),
    ("not", "not"),
    ("view", "view"),
)
RECORDING: tuple[Told, ...] = (("stop REC", "record"),)
LAST: tuple[Told, ...] = (
    ("warnings", "findings"),
    ("earlier", "earlier"),
    ("clear", "filter-clear"),
    ("pace", "faster slower"),
    ("commands", "palette"),
    ("by", "by"),
    ("record", "record"),
    ("copy", "copy"),
    ("export", "export"),
    ("theme", "theme"),
)
PANES: tuple[Told, ...] = (("zoom", "zoom"), ("next pane", "focus-next"))


class Scene(NamedTuple):
    """What the keys depend on.

    where      what has the focus, see `tui.keys`
    opens      what Enter opens there: process, file, disk; empty: none of these
    live       the kernel is asked, it is no recording that is played
    standing   the view stands still
    recording  what is seen is recorded
    """

    where: Sequence[Where] = ("table",)
    opens: str = ""
    live: bool = True
    standing: bool = False
    recording: bool = False


class Hint(NamedTuple):
    """A word or two, and the commands whose keys stand before it."""

    title: str
    commands: Sequence[Command]


def hints(scene: Scene, keymap: Keymap) -> list[Hint]:
    """All that can be told there, each command once."""
    known = {one.id: one for one in keymap.commands if keymap.find(one.keys[0], scene.where) == one.id}
    words = _words(scene)
    made = []
    for title, ids in _told(scene, [one for one in keymap.commands if one.group == "Probes"]):
        commands = [known.pop(id_) for id_ in ids.split() if id_ in known]
        if commands:
            made.append(Hint(words.get(ids, title), commands))
    return made


def _told(scene: Scene, probes: Sequence[Command]) -> Iterator[Told]:
    yield from FIRST
    yield from RECORDING if scene.recording else ()
    place = scene.where[0]
    yield from TIME_LINE if place == "time" else STANDING if scene.standing else ()
    yield from MAPS if "disks" in scene.where and "table" not in scene.where else ROWS
    yield from PANES
    yield from ((probe.title, probe.id) for probe in probes)
    yield from (one for one in LAST if scene.live or one[1] != "record")


def _words(scene: Scene) -> Mapping[str, str]:
    """Titles that depend on what is going on, by what they stand for."""
    return {
        "pause": "pause" if not scene.standing else "live" if scene.live else "play",
        "open": scene.opens or "open",
        "live": "live" if scene.live else "newest",
        "faster slower": "ticks" if scene.live else "speed",
    }
