"""The footer tells what is of use where the focus is, and as things are."""

from __future__ import annotations

import pytest

from tests.tui.fakes import HELLO
from tui import theme
from tui.hints import Scene, hints
from tui.keys import COMMANDS, Keymap, toggles
from tui.widgets.footer import Footer
from tui.widgets.glyphs import UNICODE
from tui.widgets.line import look

KEYMAP = Keymap((*COMMANDS, *toggles(HELLO.probes)))
SCENES = {
    "rows": (Scene(opens="process"), "Space pause  Enter process  f filter  / find  s sort  = only  q quit"),
    "a cell that is a file": (Scene(opens="file"), "Space pause  Enter file  f filter  / find  s sort  = only  q quit"),
    "recording": (Scene(opens="file", recording=True), "Space pause  R stop REC  Enter file  f filter"),
    "paused": (Scene(opens="process", standing=True), "Space live  [ ] step  @ time  Enter process"),
    "a replay that stands": (Scene(live=False, standing=True), "Space play  [ ] step  @ time  Enter open"),
    "the time line": (
        Scene(("time", "table"), standing=True),
        "Space live  Left Right step  PgUp PgDn jump  g G ends  L live  @ time",
    ),
    "the time line over maps": (
        Scene(("time", "disks"), "disk", live=False, standing=True),
        "Space play  Left Right step  PgUp PgDn jump  g G ends  L newest",
    ),
    "disks": (Scene(("disks",), "disk"), "Space pause  Enter disk  v view  d stage  o op  f filter  q quit"),
    "a list of the block pane": (Scene(("table", "disks")), "Space pause  Enter open  f filter  / find  s sort"),
}


def footer(scene: Scene) -> Footer:
    made = Footer(look(theme.load("dark"), UNICODE), KEYMAP)
    made.show(scene)
    return made


@pytest.mark.parametrize("name", SCENES)
def test_what_is_of_use_comes_first(name: str) -> None:
    scene, told = SCENES[name]
    assert footer(scene).draw(80, 1)[0].text.startswith(f" ? help  {told} ")


@pytest.mark.parametrize("name", SCENES)
def test_no_key_is_told_twice_and_each_does_what_is_told(name: str) -> None:
    scene = SCENES[name][0]
    told = [command for hint in hints(scene, KEYMAP) for command in hint.commands]
    assert len({command.keys[0] for command in told}) == len(told)
    assert all(KEYMAP.find(command.keys[0], scene.where) == command.id for command in told)
    assert {"quit", "help", "pause", "toggle-1", "findings"} <= {command.id for command in told}


def test_the_same_scene_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made, drawn = footer(Scene()), []
    monkeypatch.setattr(made, "redraw", lambda: drawn.append(True))
    made.show(Scene())
    made.show(Scene(standing=True))
    made.show(Scene(standing=True))
    assert len(drawn) == 1


def test_nothing_is_recorded_of_a_recording() -> None:
    assert "record" not in {hint.commands[0].id for hint in hints(Scene(live=False), KEYMAP)}
