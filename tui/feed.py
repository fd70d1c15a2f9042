"""What a source tells, taken in: onto the tape, into the recording, and for the header what stays so."""

from __future__ import annotations

import time
from collections.abc import Callable

from probes.snapshot import Answer, Snapshot
from tui.dispatch import Dispatch
from tui.host import Host
from tui.rate import LEAST_NS
from tui.silence import Silence


class Feed:
    """The Sink of a screen (see `tui.source`).

    notice    what is so until something else is: a recording is over, the collector is gone, or nothing comes
    measured  the last tick of which one can tell what it cost
    ui_share  what `cost` told when that came
    over      the collector is gone, and there is something to be looked at

    cost   share of a core that this process used since the last call
    hear   is given what the collector answers
    leave  is told why nothing more comes, once `over` is set
    """

    def __init__(
        self,
        host: Host,
        dispatch: Dispatch,
        cost: Callable[[], float],
        hear: Callable[[Answer], None],
        leave: Callable[[str], None],
    ) -> None:
        self._host, self._dispatch, self._cost, self._hear, self._leave = host, dispatch, cost, hear, leave
        self._silence = Silence(time.monotonic())
        self.notice, self.ui_share, self.over = "", 0.0, False
        self.measured: Snapshot | None = None

    def tick(self, snapshot: Snapshot) -> None:
        """See Sink."""
        if self.measured is None or snapshot.span_ns >= LEAST_NS:
            self.measured, self.ui_share = snapshot, self._cost()
        self.passed(snapshot)
        self._host.show()

    def passed(self, snapshot: Snapshot) -> None:
        """See Sink."""
        self._silence.heard(time.monotonic())
        self._dispatch.filtering.adopt(snapshot.filter)
        source, tape = self._host.source, self._host.history.tape
        self._host.history.add(snapshot, live=source.live)
        if source.outline:
            source.outline.play(snapshot.time, tape.mark(tape.end - 1).began)
        self._dispatch.recording.took()

    def outlined(self) -> None:
        """See Sink."""
        self._host.told()

    def restart(self) -> None:
        """See Sink."""
        self.notice = ""
        self._host.history.clear()

    def finished(self, notice: str) -> None:
        """See Sink."""
        self.notice = notice or "the recording ends here"
        self._host.show()

    def answered(self, answer: Answer) -> None:
        """See Sink."""
        self._hear(answer)

    def ended(self, reason: str) -> None:
        """See Sink: what was seen can still be looked at, and is recorded where it is asked for."""
        self.over = bool(reason and self._host.history.view.tick)
        if self.over:
            self.notice = reason
            self._host.show()
        self._leave(reason)

    def listen(self) -> None:
        """Say so where nothing comes; to be called once a second in a live session."""
        said = "" if self.over else self._silence.notice(time.monotonic(), self._dispatch.session.interval_s)
        if not self.over and said != self.notice:
            self.notice = said
            self._host.show()
