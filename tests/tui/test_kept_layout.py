"""What is chosen on the screen is there the next time: theme, layout, views."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.fakes import FakeSource, Machine
from tests.tui.screen import Screen
from tui.app import Ebtop
from tui.settings.load import Loaded
from tui.settings.settings import Settings
from tui.settings.setup import Setup, setup
from tui.widgets.glyphs import UNICODE


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def begun(settings: Settings = Settings()) -> Setup:  # noqa: B008  it is frozen
    return setup(Loaded(settings, ()), {})


async def session(made: Setup, *keys: str) -> str:
    """What is on the screen after some keys; then it is left."""
    source = FakeSource()
    app = Ebtop(source, made, UNICODE, lambda: 0.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        screen = Screen(app, source, pilot, Machine())
        await screen.ticks(3)
        await screen.press(*keys)
        shown = f"{screen.text} theme={app.theme}"
        await screen.press("q")
    return shown


async def test_theme_zoom_and_views_are_there_the_next_time() -> None:
    first = await session(begun())
    assert "3 Block" in first
    await session(begun(), "T", "v", "z")
    again = await session(begun())
    assert "theme=colour-blind" in again
    assert "1 Exec by comm" in again
    assert "3 Block" not in again


async def test_an_edit_of_the_file_takes_effect_over_what_was_kept() -> None:
    await session(begun(), "T")
    assert "theme=light" in await session(begun(Settings(theme="light")))


@pytest.mark.parametrize(("probes", "live", "focused"), [(("block",), True, "3 Block"), (("block",), False, "1 Exec")])
async def test_the_first_pane_whose_probe_is_on_has_the_focus(
    probes: tuple[str, ...], live: bool, focused: str
) -> None:
    app = Ebtop(FakeSource(live=live), begun(Settings(probes=probes)), UNICODE, lambda: 0.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert f"{app.pane.number} {app.pane.title()}".startswith(focused)


async def test_what_is_as_it_was_is_not_written(tmp_path: Path) -> None:
    await session(begun())
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240  a folder of the test itself


async def test_a_pane_alone_is_not_kept_where_its_probe_is_not_asked_for() -> None:
    await session(begun(), "z")
    again = await session(begun(Settings(probes=("open",))))
    assert "2 Open" in again
    assert "3 Block" in again
