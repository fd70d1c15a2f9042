"""The help page: first what the focused pane can do, everything else once, and what the signs on the screen mean."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.tui.fakes import HELLO
from tui.keys import COMMANDS, Keymap, Where, toggles
from tui.widgets.glyphs import ASCII, UNICODE
from tui.widgets.help import Entry, entries
from tui.widgets.time_line import SIGNS

KEYMAP = Keymap((*COMMANDS, *toggles(HELLO.probes)))
FOCUSES: Sequence[tuple[Where, ...]] = (
    ("table",),
    ("disks",),
    ("table", "disks"),
    ("time", "table"),
    ("time", "disks"),
)


def page(*where: Where) -> list[Entry]:
    return list(entries(KEYMAP, HELLO.probes, "Exec", where, UNICODE))


def section(title: str, *where: Where) -> dict[str, str]:
    """The entries under that title: what a command does by its keys."""
    found = page(*where)
    begin = found.index(Entry(title)) + 1
    return {entry.key: entry.text for entry in found[begin : found.index(Entry(""), begin)]}


@pytest.mark.parametrize("where", FOCUSES)
def test_every_command_is_told_once(where: tuple[Where, ...]) -> None:
    told = [entry.command for entry in page(*where) if entry.command]
    assert sorted(told) == sorted(command.id for command in KEYMAP.commands)


@pytest.mark.parametrize("where", FOCUSES)
def test_what_is_told_first_is_what_keys_do_there(where: tuple[Where, ...]) -> None:
    found = page(*where)
    here = found[1 : found.index(Entry("Session"))]
    pressed = [(key, entry.command) for entry in here for key in entry.key.split()]
    assert len(dict(pressed)) == len(pressed)
    assert not any(entry.text.startswith(("in rows", "in maps", "on the time line")) for entry in here)


def test_a_pane_of_rows_has_what_one_needs_in_it() -> None:
    told = section("In Exec", "table")
    assert {"Enter", "/ F3", "v", "=", "!", "y", "j Down", "k Up", "s F6", "PgDn", "g Home"} <= set(told)
    assert "d" not in told


def test_maps_have_theirs_and_their_lists_those_of_rows() -> None:
    told = section("In Exec", "disks")
    assert {"Enter", "/ F3", "v", "d", "m", "o", "g", "Home"} <= set(told)
    assert told["o"].startswith("Next operation")
    listed = section("In Exec", "table", "disks")
    assert listed["o"].startswith("Groups or kinds")
    assert "Home" not in listed


def test_the_time_line_comes_before_the_pane_that_had_the_focus() -> None:
    assert [entry.key for entry in page("time", "table") if not entry.text][:3] == ["On the time line", "", "In Exec"]
    told = section("On the time line", "time", "table")
    assert {"PgUp", "PgDn", "g Home", "G End", "L", "Space", "@", "[", "]"} <= set(told)
    assert not {"PgUp", "g Home", "Left"} & set(section("In Exec", "time", "table"))
    assert section("Move", "time", "table")["PgUp"] == "in a pane: a page up"


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_signs_are_explained(glyphs: object) -> None:
    chosen = UNICODE if glyphs is UNICODE else ASCII
    found = [entry.text for entry in entries(KEYMAP, HELLO.probes, "Exec", ("table",), chosen)]
    line = next(text for text in found if text.startswith("The time line"))
    assert all(f"{sign} ({severity})" in line for severity, (sign, _) in SIGNS.items())
    maps = next(text for text in found if text.startswith("Heat maps"))
    assert f"{chosen.average} is the average of a tick, {chosen.tail} its p99" in maps
