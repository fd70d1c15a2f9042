"""Where a filter leaves nothing of what disks do, the block pane says so in each of its views."""

from __future__ import annotations

from tests.tui.fakes import Machine
from tests.tui.screen import running
from tests.tui.test_block_pane import raid_tick


async def test_nothing_passes_the_filter() -> None:
    async with running((120, 40), machine=Machine(block=raid_tick)) as screen:
        await screen.ticks(3)
        await screen.press("tab", "tab", "z", "f", *"disk:nope", "enter")
        await screen.ticks(2)
        assert "no disk passes the filter: F clears it" in screen.text
        for keys, title, said in (
            ("v", "3 Block I/O: no disk", "no disk passes"),
            ("v", "3 Block I/O: who", "no process passes"),
            ("vv", "3 Block I/O: kinds", "no request passes"),
        ):
            await screen.press(*keys)
            assert title in screen.text
            assert said in screen.text
