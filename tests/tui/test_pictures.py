"""Whole screens, compared with pictures that were looked at: run with --snapshot-update to take new ones."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from textual.pilot import Pilot

from probes.snapshot import ProbeTick
from tests.tui.fakes import FakeSource, Machine
from tests.tui.raid import raid_tick
from tests.tui.screen import make_app
from tui.app import Ebtop
from tui.widgets.glyphs import ASCII, SHADED, UNICODE, Glyphs

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 40), (200, 50)]


def taken(compare: Compare, size: tuple[int, int], *keys: str, **options: object) -> bool:
    """Whether the screen after some seconds and these keys is as it was."""
    source = FakeSource(live=bool(options.pop("live", True)))
    machine, ticks = options.pop("machine", None) or Machine(), options.pop("ticks", 5)
    assert isinstance(machine, Machine)
    assert isinstance(ticks, int)
    rest = options.pop("then", None)
    app = make_app(source, chosen=str(options.pop("theme", "dark")), glyphs=_glyphs(options.pop("glyphs", UNICODE)))

    async def prepare(pilot: Pilot[None]) -> None:
        await pilot.pause()
        source.give(*(machine.tick() for _ in range(ticks)))
        if callable(rest):
            rest(app, source, machine)
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause()
        await pilot.pause()

    return compare(app, terminal_size=size, run_before=prepare)


def _glyphs(chosen: object) -> Glyphs:
    return chosen if isinstance(chosen, Glyphs) else UNICODE


@pytest.mark.parametrize("size", SIZES)
def test_everything_on(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert taken(snap_compare, size, machine=Machine(disks=2 if size[0] == 200 else 1))


@pytest.mark.parametrize("theme", ["light", "colour-blind"])
def test_themes(snap_compare: Compare, theme: str) -> None:
    assert taken(snap_compare, (120, 40), theme=theme)


def test_ascii(snap_compare: Compare) -> None:
    assert taken(snap_compare, (120, 40), glyphs=ASCII)


def test_many_disks(snap_compare: Compare) -> None:
    assert taken(snap_compare, (200, 50), machine=Machine(disks=6))


def test_many_disks_in_little_room(snap_compare: Compare) -> None:
    assert taken(snap_compare, (80, 24), "tab", "tab", "j", machine=Machine(disks=6))


def sick(compare: Compare, size: tuple[int, int], *keys: str, **options: object) -> bool:
    """Likewise, over the three disks of md0 one of which is sick, with their pane focused."""
    return taken(compare, size, "tab", "tab", *keys, machine=Machine(block=raid_tick), ticks=40, **options)


@pytest.mark.parametrize("size", SIZES)
def test_the_sick_disk(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert sick(snap_compare, size)


@pytest.mark.parametrize("size", SIZES)
def test_the_sick_disk_in_full(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert sick(snap_compare, size, "enter", *["left"] * 5)


def test_the_sick_disk_in_full_zoomed(snap_compare: Compare) -> None:
    assert sick(snap_compare, (80, 24), "z", "enter")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", ["who", "slow", "parts"])
def test_lists(snap_compare: Compare, size: tuple[int, int], view: str) -> None:
    assert sick(snap_compare, size, *{"who": "vv", "slow": "vvv", "parts": "V"}[view])


@pytest.mark.parametrize("view", ["who", "slow", "parts"])
def test_lists_zoomed(snap_compare: Compare, view: str) -> None:
    assert sick(snap_compare, (120, 40), "z", *{"who": "vv", "slow": "vvv", "parts": "V"}[view])


@pytest.mark.parametrize("theme", ["light", "colour-blind"])
@pytest.mark.parametrize("keys", ["", "v"])
def test_heat_in_themes(snap_compare: Compare, theme: str, keys: str) -> None:
    assert sick(snap_compare, (120, 40), "z", *keys, theme=theme)


@pytest.mark.parametrize("keys", ["", "v"])
def test_heat_in_ascii(snap_compare: Compare, keys: str) -> None:
    assert sick(snap_compare, (120, 40), *keys, "left", glyphs=ASCII)


@pytest.mark.parametrize("keys", ["", "v"])
def test_heat_in_few_colours(snap_compare: Compare, keys: str) -> None:
    assert sick(snap_compare, (120, 40), *keys, "left", glyphs=SHADED)


def test_heat_without_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert sick(snap_compare, (120, 40), "v", glyphs=SHADED)


def test_findings(snap_compare: Compare) -> None:
    assert sick(snap_compare, (80, 24), "w")


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


def still_to_come(_app: Ebtop, source: FakeSource, machine: Machine) -> None:
    """The recording goes on for a while, with a burst."""
    assert source.outline
    for n in range(60):
        machine.rows = 200 if n == 30 else 12
        source.outline.add(machine.tick())
    source.outline.end(source.outline.ends)


def test_a_recording_that_was_played_in_part(snap_compare: Compare) -> None:
    machine = Machine(block=raid_tick)
    assert taken(snap_compare, (120, 40), "space", machine=machine, ticks=40, live=False, then=still_to_come)
