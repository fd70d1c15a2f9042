"""Pause and go back: one cursor in time for all panes, over what was collected or played."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from textual.timer import Timer

from tui import format as units
from tui import when
from tui.actions.again import Again
from tui.host import Actions, Host
from tui.widgets.prompt import Problem, Question
from tui.widgets.time_line import Moment

HINT = "14:03:20  14:03  -5m or +30s from what is shown  Enter goes there"
TENTH = 10
SLICE_S, BREATH_S = 0.02, 0.005
"""A recording is played for so long without a pause where it is to get somewhere fast; keys are heard in between."""
LEEWAY_S = 60
"""So much more than the history has room for is played before the time that one goes to."""


class Travel:
    """What is looked at: the newest, or the tick that the cursor of the history is on.

    focus  gives the focus to the time line, or back to the pane that had it
    """

    def __init__(self, host: Host, focus: Callable[[bool], None]) -> None:
        self._host, self._focus = host, focus
        self._running: Timer | None = None
        self._again = Again(host, self._go_live)
        self._told = False
        self._past: list[str] = []
        self._typed: tuple[str, int] | None = None

    @property
    def actions(self) -> Actions:
        """By command."""
        return {
            "pause": self._pause,
            "live": self._go_live,
            "earlier": self._enter,
            "later": partial(self._step, 1),
            "goto": self._ask,
            "step-back": partial(self._step, -1),
            "step": partial(self._step, 1),
            "jump-back": partial(self._jump, -1),
            "jump": partial(self._jump, 1),
            "oldest": partial(self._to_end, -1),
            "newest": partial(self._to_end, 1),
        }

    @property
    def moment(self) -> Moment:
        """What the time line shows."""
        history, tick = self._host.history, self._host.history.view.tick
        cursor = None if history.cursor is None else history.tape.nearest(history.cursor)
        return Moment(cursor, tick.time if tick else 0)

    @property
    def standing(self) -> bool:
        """Whether what is shown stands still."""
        return self._host.history.paused and not self._again.playing

    @property
    def since(self) -> int:
        """How many events have come since the moment that is shown."""
        history = self._host.history
        if not history.paused:
            return 0
        seen = (sum(probe.counts.seen for probe in view.probes) for view in (history.present, history.view))
        return max(next(seen) - next(seen), 0)

    def back(self) -> bool:
        """Stop where it is running to, or else go back to the present; whether there was anything to leave."""
        if self.interrupt():
            return True
        if self._host.history.paused:
            self._go_live()
            return True
        return False

    def seek(self, moment: int) -> None:
        """Put the cursor on a time, in nanoseconds since the epoch."""
        self._stand_still()
        self._host.history.go(moment)
        self._tell(
            f"only the maps reach back so far: all else is of {_clock(self._begins)}" if moment < self._begins else ""
        )
        self._host.show()

    def look_at(self, number: int) -> None:
        """Put the cursor on a tick, by its number on the tape."""
        self._stand_still()
        history = self._host.history
        if history.cursor is None:
            return
        history.look_at(number)
        why = ": no memory for more" if history.tape.cut else ""
        self._tell(f"the history begins here{why}" if number < history.tape.first else "")
        self._host.show()

    def enter(self) -> bool:
        """Stand still, with the focus on the time line; whether there is anything on it."""
        self._stand_still()
        self._host.show()
        if self._host.history.paused:
            self._focus(True)
        return self._host.history.paused

    # What keys do

    def _pause(self) -> None:
        standing = self.standing
        if self.interrupt():
            return
        if not standing:
            self._stand_still()
            self._host.show()
        elif self._host.source.live:
            self._go_live()
        else:
            self._tell()
            self._again.begin()
            self._host.show()

    def _go_live(self) -> None:
        self._stop()
        self._tell()
        self._host.history.release()
        self._host.source.pause(False)
        self._focus(False)
        self._host.show()

    def _enter(self) -> None:
        self._step(-1)
        if self._host.history.paused:
            self._focus(True)

    def _step(self, ticks: int) -> None:
        history = self._host.history
        if ticks > 0 and not history.paused and self._host.source.live:
            return
        self._stand_still()
        if history.cursor is None:
            return
        if ticks > 0 and history.cursor >= history.tape.end - 1 and not self._host.source.live:
            self._take_next()
        else:
            self.look_at(history.cursor + ticks)

    def _take_next(self) -> None:
        """Step beyond what was played."""
        if self._host.source.advance() is None:
            self._tell("the recording ends here")
        else:
            self._tell()
            self._host.history.hold()
        self._host.show()

    def _jump(self, side: int) -> None:
        history = self._host.history
        self._stand_still()
        if history.cursor is not None:
            self.look_at(history.cursor + side * max(len(history.tape) // TENTH, 1))

    def _to_end(self, side: int) -> None:
        tape = self._host.history.tape
        self.look_at(tape.first if side < 0 else tape.end - 1)

    def _stand_still(self) -> None:
        self._stop()
        if not self._host.history.paused:
            self._host.history.hold()
            self._host.source.pause(self._host.history.paused)

    # Going to a time

    def _ask(self) -> None:
        past = tuple(self._past)
        self._host.ask(Question("go to", HINT, self._check, self._done, self._reach, past=past))
        self._typed = None

    def _check(self, text: str) -> Problem | None:
        self._typed = None
        if not text.strip():
            return None
        tick = self._host.history.view.tick
        try:
            self._typed = text.strip(), when.parse(text, tick.time if tick else time.time_ns())
        except when.WhenError as error:
            return Problem(str(error), error.position)
        return None

    def _reach(self) -> str:
        tape = self._host.history.tape
        if not len(tape):
            return "nothing yet"
        return f"{_clock(self._begins)} to {_clock(tape.mark(tape.end - 1).time)}"

    def _done(self, kept: bool) -> None:
        if not kept or not len(self._host.history.tape):
            return
        if self._typed is None:
            self._host.say("no time: write it like 14:03:20 or -5m", bad=True)
            return
        typed, moment = self._typed
        self._past = [*(text for text in self._past if text != typed), typed]
        self._go(moment)

    def _go(self, moment: int) -> None:
        tape, live = self._host.history.tape, self._host.source.live
        begins, ends = self._begins, tape.mark(tape.end - 1).time
        self._stand_still()
        if begins <= moment <= ends:
            self.seek(moment)
        elif live and moment > ends:
            self._to_end(1)
            self._tell(f"{_clock(moment)} is yet to come: this is the newest")
        elif live:
            why = ", there was no memory for more" if tape.cut else ""
            self._to_end(-1)
            self._tell(f"the history reaches back to {_clock(begins)}{why}: this is its beginning")
        elif moment > ends:
            self._run_to(moment, 0)
        else:
            self._host.source.begin_anew()
            self._run_to(moment, moment - tape.most_ns - LEEWAY_S * when.SECOND)

    def _run_to(self, moment: int, since: int) -> None:
        """Play as fast as it goes, a slice at a time, until that time is reached."""
        until = time.monotonic() + SLICE_S
        while (taken := self._host.source.advance(since)) and taken.time < moment and time.monotonic() < until:
            pass
        if taken is None or taken.time >= moment:
            self._arrive(moment, over=taken is None)
            return
        stop = self._host.keymap.name("back")
        self._tell(f"going to {_clock(moment)}: at {_clock(taken.time)}, {stop} stops")
        self._running = self._host.set_timer(BREATH_S, partial(self._run_on, moment, since))

    def _run_on(self, moment: int, since: int) -> None:
        if self._running:  # it may have been stopped when this was on its way already
            self._run_to(moment, since)

    def _arrive(self, moment: int, *, over: bool) -> None:
        self._running = None
        self._host.history.go(moment)
        begins = self._begins
        begun = f"the recording begins at {_clock(begins)}" if moment < begins else ""
        self._tell("the recording ends here" if over else begun)
        self._host.show()

    def interrupt(self) -> bool:
        """Stand still at what was reached where it is running to a time; whether it was."""
        if not self._stop():
            return False
        self._host.history.hold()
        self._host.show()
        return True

    def _stop(self) -> bool:
        """Go no further; whether it was running to a time. Where all was skipped so far, the next tick is there to be
        seen.
        """
        running, self._running = self._running, None
        self._again.stop()
        if running is None:
            return False
        running.stop()
        self._tell()
        if not len(self._host.history.tape):
            self._host.source.advance()
        return True

    def _tell(self, line: str = "") -> None:
        """Say where one is going, or take back what was said of that."""
        if line or self._told:
            self._host.say(line)
        self._told = bool(line)

    @property
    def _begins(self) -> int:
        """The beginning of what is on the tape, nanoseconds since the epoch; 0 where there is nothing."""
        tape = self._host.history.tape
        return tape.mark(tape.first).time - tape.mark(tape.first).span_ns if len(tape) else 0


def _clock(moment: int) -> str:
    return units.clock(moment)[:8]
