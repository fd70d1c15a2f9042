"""The cursor in time on a map: which columns are seen while it stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tui.timeline import Frame, Timeline


@dataclass(frozen=True)
class Stretch:
    """The frames on the screen, the oldest first, None where there is nothing yet; and which the cursor is on."""

    frames: tuple[Frame | None, ...]
    cursor: int | None

    @property
    def known(self) -> list[Frame]:
        """Those that there are."""
        return [frame for frame in self.frames if frame]

    @property
    def frame(self) -> Frame | None:
        """The one under the cursor, or else the newest."""
        return self.frames[-1 if self.cursor is None else self.cursor] if self.frames else None

    @cached_property
    def stamps(self) -> Sequence[tuple[int, int] | None]:
        """The end and the length of each: within a session no two frames have both in common."""
        return [(frame.time, frame.span_ns) if frame else None for frame in self.frames]

    @property
    def span_ns(self) -> int:
        """The time that it covers."""
        return sum(frame.span_ns for frame in self.known)


class TimeCursor:
    """A time that one looks at, and the time at the right edge; both are None while the newest is followed.

    The time is that of the cursor of the whole session: what moves it here is told to whoever keeps that one.
    """

    def __init__(self) -> None:
        self.time: int | None = None
        self._right: int | None = None

    def release(self) -> None:
        """Follow the newest."""
        self.time = self._right = None

    def follow(self, time: int | None, timeline: Timeline, width: int) -> None:
        """Go where the cursor of the session is; None: it follows the newest."""
        if time is None:
            self.release()
        elif time != self.time:
            self.time = time
            self.move(0, timeline, width)
            self.time = time

    def move(self, columns: int, timeline: Timeline, width: int) -> None:
        """Go to the right by so many columns, to the left if negative; it stays within what is known."""
        if not len(timeline):
            return
        last = len(timeline) - 1
        at = last if self.time is None else timeline.index(self.time)
        right = last if self._right is None else timeline.index(self._right)
        at = max(min(at + columns, last), 0)
        right = max(min(right, at + width - 1), at, min(width, last + 1) - 1)
        at_frame, right_frame = timeline.frames(at, at + 1)[0], timeline.frames(right, right + 1)[0]
        self.time, self._right = at_frame.time, right_frame.time

    def put(self, column: int, timeline: Timeline, width: int) -> None:
        """Go to that column of the screen, where there is something."""
        start = self._end(timeline) - width
        now = len(timeline) - 1 if self.time is None else timeline.index(self.time)
        if start + column >= 0:
            self.move(start + column - now, timeline, width)

    def stretch(self, timeline: Timeline, width: int) -> Stretch:
        """What is to be seen in so many columns."""
        end = self._end(timeline)
        frames = timeline.frames(end - width, end)
        missing = width - len(frames)
        cursor = None
        if self.time is not None and frames:
            at = timeline.index(self.time) - (end - len(frames)) + missing
            cursor = max(min(at, width - 1), missing)
        return Stretch((*[None] * missing, *frames), cursor)

    def _end(self, timeline: Timeline) -> int:
        """Index behind the last frame to be seen."""
        return len(timeline) if self._right is None else timeline.index(self._right) + 1
