"""Pause and go back: one cursor in time for all panes, over what was collected or played."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tui import format as units
from tui import when
from tui.actions.again import Again
from tui.actions.goto import Goto
from tui.actions.running import Running
from tui.host import Actions, Host
from tui.outline import Outline
from tui.widgets.time_line import Moment

TENTH = 10
LEEWAY_S = 60
"""So much more than the history has room for is played before the time that one goes to."""


class Travel:
    """What is looked at: the newest, or the tick that the cursor of the history is on.

    focus  gives the focus to the time line, or back to the pane that had it
    """

    def __init__(self, host: Host, focus: Callable[[bool], None]) -> None:
        self._host, self._focus = host, focus
        self._running = Running(host, self._tell)
        self._again = Again(host, self._go_live)
        self._goto = Goto(host, self.go, self._reach)
        self._told = False

    @property
    def actions(self) -> Actions:
        """By command."""
        return {
            "pause": self._pause,
            "live": self._go_live,
            "earlier": self._enter,
            "later": partial(self._step, 1),
            "goto": self._goto.ask,
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
        if number < history.tape.first and self._outline and self._outline.begins < self._begins:
            self.go(self._begins - 1)
            return
        history.look_at(number)
        why = ": no memory for more" if history.tape.cut else ""
        self._tell(f"the history begins here{why}" if number < history.tape.first else "")
        self._host.show()

    def go(self, moment: int) -> None:
        """Put the cursor on a time, wherever that is; where there is none like that, on the nearest, and say so."""
        tape, outline = self._host.history.tape, self._outline
        self._stand_still()
        if not len(tape):
            return
        begins, ends = self._begins, tape.mark(tape.end - 1).time
        if begins <= moment <= ends:
            self.seek(moment)
        elif outline:
            self._read_to(moment, outline)
        elif moment > ends:
            self._to_end(1)
            self._tell(f"{_clock(moment)} is yet to come: this is the newest")
        else:
            why = ", there was no memory for more" if tape.cut else ""
            self._to_end(-1)
            self._tell(f"the history reaches back to {_clock(begins)}{why}: this is its beginning")

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
        if self.interrupt() or (ticks > 0 and not history.paused and self._host.source.live):
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
        history, outline = self._host.history, self._outline
        self._stand_still()
        if outline:
            at = outline.index(self.moment.time) + side * max(len(outline) // TENTH, 1)
            self.go(outline.time(at))
        elif history.cursor is not None:
            self.look_at(history.cursor + side * max(len(history.tape) // TENTH, 1))

    def _to_end(self, side: int) -> None:
        tape, outline = self._host.history.tape, self._outline
        if outline:
            self.go(outline.begins if side < 0 else outline.ends)
        else:
            self.look_at(tape.first if side < 0 else tape.end - 1)

    def _stand_still(self) -> None:
        self._stop()
        if not self._host.history.paused:
            self._host.history.hold()
            self._host.source.pause(self._host.history.paused)

    def _reach(self) -> str:
        tape, outline = self._host.history.tape, self._outline
        if outline:
            return _range(outline)
        if not len(tape):
            return "nothing yet"
        return f"{_clock(self._begins)} to {_clock(tape.mark(tape.end - 1).time)}"

    def _read_to(self, moment: int, outline: Outline) -> None:
        """Play a recording to a time that is not on the tape: from what was played last, or from its beginning where
        that is nearer or was before.
        """
        tape = self._host.history.tape
        begins, ends = self._begins, tape.mark(tape.end - 1).time
        nearest = max(moment, outline.begins)
        if outline.whole:
            nearest = min(nearest, outline.ends)
        if begins <= nearest <= ends:
            self._arrive(moment, outline)
            return
        since = min(nearest, outline.ends) - tape.most_ns - LEEWAY_S * when.SECOND
        if nearest < begins or since > ends:
            self._host.source.begin_anew()
        else:
            since = 0
        self._running.begin(nearest, since, partial(self._arrive, moment, outline))

    def _arrive(self, moment: int, outline: Outline) -> None:
        self._host.history.go(moment)
        known = outline.begins <= moment <= outline.ends
        side = "beginning" if moment < outline.begins else "end"
        self._tell("" if known else f"the recording is from {_range(outline)}: this is its {side}")
        self._host.show()

    def interrupt(self) -> bool:
        """Stand still at what was reached where it is running to a time; whether it was."""
        if not self._stop():
            return False
        self._host.history.hold()
        self._host.show()
        return True

    def _stop(self) -> bool:
        """Go no further; whether it was running to a time."""
        self._again.stop()
        return self._running.stop()

    def _tell(self, line: str = "") -> None:
        """Say where one is going, or take back what was said of that."""
        if line or self._told:
            self._host.say(line)
        self._told = bool(line)

    @property
    def _outline(self) -> Outline | None:
        """What is known of a recording as a whole, if anything is."""
        return self._host.source.outline or None

    @property
    def _begins(self) -> int:
        """The beginning of what is on the tape, nanoseconds since the epoch; 0 where there is nothing."""
        tape = self._host.history.tape
        return tape.mark(tape.first).time - tape.mark(tape.first).span_ns if len(tape) else 0


def _clock(moment: int) -> str:
    return units.clock(moment)[:8]


def _range(outline: Outline) -> str:
    return f"{_clock(outline.begins)} to {_clock(outline.ends)}{'' if outline.whole else ' and on'}"
