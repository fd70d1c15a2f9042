"""Whole screens, compared with pictures that were looked at: run with --snapshot-update to take new ones."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from textual.pilot import Pilot

from probes.snapshot import ProbeTick
from tests.tui.fakes import FakeSource, Machine
from tests.tui.screen import make_app
from tui.app import Ebtop
from tui.widgets.glyphs import ASCII, UNICODE, Glyphs

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 40), (200, 50)]


def taken(compare: Compare, size: tuple[int, int], *keys: str, **options: object) -> bool:
    """Whether the screen after five seconds and these keys is as it was."""
    source = FakeSource()
    disks = options.pop("disks", 1)
    rest = options.pop("then", None)
    app = make_app(source, chosen=str(options.pop("theme", "dark")), glyphs=_glyphs(options.pop("glyphs", UNICODE)))

    async def prepare(pilot: Pilot[None]) -> None:
        machine = Machine(disks=disks if isinstance(disks, int) else 1)
        await pilot.pause()
        source.give(*(machine.tick() for _ in range(5)))
        if callable(rest):
            rest(app, source, machine)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        await pilot.pause()

    return compare(app, terminal_size=size, run_before=prepare)


def _glyphs(chosen: object) -> Glyphs:
    return chosen if isinstance(chosen, Glyphs) else UNICODE


@pytest.mark.parametrize("size", SIZES)
def test_everything_on(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert taken(snap_compare, size, disks=2 if size[0] == 200 else 1)


@pytest.mark.parametrize("theme", ["light", "colour-blind"])
def test_themes(snap_compare: Compare, theme: str) -> None:
    assert taken(snap_compare, (120, 40), theme=theme)


def test_ascii(snap_compare: Compare) -> None:
    assert taken(snap_compare, (120, 40), glyphs=ASCII)


def test_many_disks(snap_compare: Compare) -> None:
    assert taken(snap_compare, (200, 50), disks=6)


def test_zoomed_histograms(snap_compare: Compare) -> None:
    assert taken(snap_compare, (80, 24), "tab", "tab", "z")


def test_help(snap_compare: Compare) -> None:
    assert taken(snap_compare, (80, 24), "question_mark")


def test_paused_scrolled_and_filtered(snap_compare: Compare) -> None:
    assert taken(snap_compare, (80, 24), "k", "k", "space", "f", *"user:root", "space", *"oops")


def test_one_off_one_failed_one_silent(snap_compare: Compare) -> None:
    def change(_app: Ebtop, source: FakeSource, machine: Machine) -> None:
        tick = machine.tick()
        why = "the kernel has no tracepoint syscalls/sys_enter_openat: tracefs is not mounted\nremedy: mount tracefs"
        probes = (ProbeTick("exec", "off"), ProbeTick("open", "failed", message=why), ProbeTick("block", "on"))
        for _ in range(11):
            source.give(msgspec.structs.replace(tick, probes=probes))

    assert taken(snap_compare, (120, 40), then=change)
