"""Probes on and off, and how fast a session goes."""

from __future__ import annotations

from functools import partial

from probes.snapshot import SetInterval, Toggle
from tui.host import Actions, Host
from tui.panes.arrangement import Arrangement

INTERVALS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


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
            "faster": partial(self._change_interval, -1),
            "slower": partial(self._change_interval, 1),
            "pause": self._pause,
            **{f"toggle-{n}": partial(self._toggle, n - 1) for n in range(1, count + 1)},
        }

    def _toggle(self, index: int) -> None:
        pane, source = self._host.panes[index], self._host.source
        if not source.live:
            self._arrangement.hide_or_show(pane)
            return
        turn_on = pane.view.state in ("off", "failed")
        pane.expect(turn_on)
        source.send(Toggle(pane.view.info.id, turn_on))

    def _change_interval(self, step: int) -> None:
        nearest = min(range(len(INTERVALS_S)), key=lambda at: abs(INTERVALS_S[at] - self.interval_s))
        chosen = INTERVALS_S[min(max(nearest + step, 0), len(INTERVALS_S) - 1)]
        if self._host.source.live and chosen != self.interval_s:
            self.interval_s = chosen
            self._host.source.send(SetInterval(chosen))
            self._host.show()

    def _pause(self) -> None:
        history = self._host.history
        if history.paused:
            history.release()
        else:
            history.hold()
        self._host.source.pause(history.paused)
        self._host.show()
