"""How long a key takes to be seen, with 20,000 rows of opens kept and a flood of them going on: through a terminal."""

from __future__ import annotations

import os
import random
import select
import time
from collections.abc import Iterator, Sequence

from bench import machine, report
from bench.loads import compiled
from bench.ours import LIVE, Screen
from bench.settings import Settings

FILL_S = 22.0
"""A thousand rows a second: until 20,000 are there."""
LIMIT_MS = 50.0
SHARE = 0.95
PAUSE_S = (0.05, 0.3)
"""Between two keys, at random: they fall anywhere between two ticks, and within them."""
QUIET_S = 0.004
"""A picture is whole when nothing more has come for so long."""
PATIENCE_S = 30.0
ROUND_S = 30.0
"""Longer than a round of all keys takes."""
FOCUS, FOLLOW = (b"\t",), (b"G",)
KEYS: dict[str, Sequence[bytes]] = {
    "select": (b"k", b"k", b"j", b"\x1b[5~", b"\x1b[6~", b"\x1b[C", b"\x1b[D", b"g", b"G"),
    "filter": (b"f", b"o", b"p", b"e", b"\x7f", b"\x7f", b"\x7f", b"\x03"),
    "find": (b"/", b"p", b"a", b"s", b"\r", b"n", b"N", b"G"),
    "sort": (b"k", b"s", b">", b"I", b"<", b"s", b"G"),
    "groups": (b"v", b"o", b"o", b"V"),
    "time": (b"[", b"[", b"[", b"]", b"\x1b[5~", b"\x1b[6~", b" "),
    "pages": (b"?", b"q", b"w", b"q", b"z", b"z"),
}


class Pressed(Screen):
    """A screen whose keys are pressed by hand, and looked at by whoever presses them."""

    def press(self, key: bytes) -> float:
        """Milliseconds until what the key does was drawn, to its last byte. Raises RuntimeError where nothing is."""
        while self._comes(0.0):
            self._take()
        began = last = time.perf_counter()
        os.write(self._ours, key)
        if not self._comes(PATIENCE_S):
            raise RuntimeError(f"nothing was drawn within {PATIENCE_S:.0f} s of the key {key!r}")
        while self._comes(QUIET_S):
            self._take()
            last = time.perf_counter()
        return (last - began) * 1000

    def idle(self, seconds: float) -> None:
        """Reads what is drawn, for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if self._comes(left):
                self._take()

    def _comes(self, seconds: float) -> bool:
        return bool(select.select([self._ours], [], [], seconds)[0])

    def _take(self) -> None:
        os.read(self._ours, 1 << 16)


def run(settings: Settings) -> None:
    dice = random.Random(1)  # noqa: S311  the same dice for everyone
    found: dict[str, list[float]] = {name: [] for name in KEYS}
    with compiled("open") as load, machine.core_for_loads() as core, Pressed() as screen:
        screen.shows(LIVE)
        screen.by_hand()
        with load.going_on(core, FILL_S + settings.rounds * ROUND_S):
            for key in FOCUS:
                screen.press(key)
            _filled(screen)
            for at in range(settings.rounds):
                for name, keys in KEYS.items():
                    report.progress(f"round {at + 1} of {settings.rounds}: {name}")
                    found[name] += _pressed(screen, keys, dice)
    report.progress("")
    every = sorted(ms for some in found.values() for ms in some)
    rows = [(name, str(len(some)), *_shares(sorted(some))) for name, some in found.items()]
    columns = ("keys", "pressed", "median ms", "95 % ms", "longest ms")
    report.show("From a key to the screen: 200x50, 20,000 rows, 1,000 a second", columns, rows, {})
    report.goal("95 % of all keys", _share(every, SHARE), LIMIT_MS, " ms")


def _filled(screen: Pressed) -> None:
    end = time.monotonic() + FILL_S
    while (left := end - time.monotonic()) > 0:
        report.progress(f"rows come in: {left:.0f} s")
        screen.idle(min(left, 1.0))


def _pressed(screen: Pressed, keys: Sequence[bytes], dice: random.Random) -> Iterator[float]:
    for key in keys:
        screen.idle(dice.uniform(*PAUSE_S))
        yield screen.press(key)


def _shares(some: Sequence[float]) -> tuple[str, str, str]:
    return report.number(_share(some, 0.5)), report.number(_share(some, SHARE)), report.number(some[-1])


def _share(some: Sequence[float], share: float) -> float:
    return some[min(int(len(some) * share), len(some) - 1)]
