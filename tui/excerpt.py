"""A session from some tick on, as if it had begun there: what it counts is what it has."""

from __future__ import annotations

import msgspec

from probes.snapshot import Counts, Exit, ProbeTick, Snapshot


class Excerpt:
    """What is left of ticks, and how rows and events are counted there.

    before  the tick before the first one; None: nothing is left out
    """

    def __init__(self, before: Snapshot | None) -> None:
        self._before = {part.id: part for part in before.probes} if before else {}

    def of(self, tick: Snapshot) -> Snapshot:
        """A later tick as it is there."""
        if not self._before:
            return tick
        return msgspec.structs.replace(tick, probes=tuple(map(self._part, tick.probes)))

    def _part(self, part: ProbeTick) -> ProbeTick:
        before = self._before.get(part.id)
        if before is None:
            return part
        gone = before.first + len(before.rows)
        return msgspec.structs.replace(
            part,
            counts=_since(part.counts, before.counts),
            first=max(part.first - gone, 0),
            exits=[_moved(end, -gone) for end in part.exits if end.row >= gone],
            selected=max(part.selected - before.selected, 0),
        )


def _since(now: Counts, before: Counts) -> Counts:
    return Counts(*(max(grown, 0) for grown in (now - before).fields()))


def _moved(end: Exit, rows: int) -> Exit:
    return msgspec.structs.replace(end, row=end.row + rows)
