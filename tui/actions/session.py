"""Probes on and off, and how fast a session goes."""

from __future__ import annotations

from functools import partial

from probes.controls import SetInterval, Toggle
from tui.host import Actions, Host
from tui.panes.arrangement import Arrangement

INTERVALS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SLOWEST, FASTEST = 1 / 8, 64.0
"""How fast a recording can be played."""


class Session:
    """interval_s is the length of a tick that was asked for."""

    def __init__(self, host: Host, arrangement: Arrangement) -> None:
        self._host, self._arrangement = host, arrangement
        self.interval_s = host.source.hello.interval_s

    @property
    def actions(self) -> Actions:
        """By command."""
        count = len(self._host.source.hello.probes)
        return {
            "faster": partial(self._change_pace, -1),
            "slower": partial(self._change_pace, 1),
            **{f"toggle-{n}": partial(self._toggle, n - 1) for n in range(1, count + 1)},
        }

    def _toggle(self, index: int) -> None:
        pane, source = self._host.panes[index], self._host.source
        if not source.live:
            self._arrangement.hide_or_show(pane)
            return
        on = self._host.history.present.probes[index].state not in ("off", "failed")
        turn_on = not (on if pane.expected is None else pane.expected)
        pane.expect(turn_on)
        source.send(Toggle(pane.view.info.id, turn_on))

    def _change_pace(self, step: int) -> None:
        if self._host.source.live:
            self._change_interval(step)
        else:
            self._change_speed(-step)
        self._host.show()

    def _change_interval(self, step: int) -> None:
        nearest = min(range(len(INTERVALS_S)), key=lambda at: abs(INTERVALS_S[at] - self.interval_s))
        chosen = INTERVALS_S[min(max(nearest + step, 0), len(INTERVALS_S) - 1)]
        if chosen != self.interval_s:
            self.interval_s = chosen
            self._host.source.send(SetInterval(chosen))

    def _change_speed(self, step: int) -> None:
        source = self._host.source
        source.speed = min(max(source.speed * 2.0**step, SLOWEST), FASTEST)
