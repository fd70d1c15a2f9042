"""The mouse while something is typed: what is typed goes on, or is left in order."""

from __future__ import annotations

from tests.tui.screen import Screen, running


async def typing(screen: Screen, *keys: str) -> None:
    await screen.ticks(2)
    await screen.press(*keys)


async def test_a_click_on_a_row_selects_it_and_the_line_keeps_the_keys() -> None:
    async with running() as screen:
        await typing(screen, "f", "n", "g")
        await screen.pilot.click("#pane-2", offset=(20, 3))
        await screen.press("i", "q", "backspace")
        assert "filter: ngi" in screen.text
        assert screen.app.focused is screen.app._frame.prompt
        await screen.press("enter")
        assert screen.app.pane.id == "pane-2"
        assert "filter: " not in screen.text
        assert screen.app.pane.has_focus


async def test_a_click_on_nothing_does_not_take_the_keys_either() -> None:
    async with running() as screen:
        await typing(screen, "f", "n", "g")
        await screen.pilot.click("#header", offset=(5, 0))
        await screen.press("q")
        assert "filter: ngq" in screen.text
        await screen.press("escape")
        assert "filter: " not in screen.text
        assert screen.app.pane.has_focus


async def test_a_click_on_a_key_leaves_what_is_typed_as_escape_does() -> None:
    async with running() as screen:
        await typing(screen, "f", "n", "g")
        footer = screen.lines[-1]
        await screen.pilot.click("#footer", offset=(footer.index("find"), 0))
        await screen.press("x")
        assert "find: x" in screen.text
        assert not screen.app._dispatch.filtering.now.terms
        await screen.press("escape")
        assert "filter ng" not in screen.text


async def test_what_failed_is_told_until_something_else_is_done() -> None:
    async with running() as screen:
        await typing(screen, "slash", "z", "q", "enter")
        assert "'zq' is not in Exec" in screen.text
        await screen.press("tab")
        assert "is not in" not in screen.text
