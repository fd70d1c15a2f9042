"""What moves: histograms, work and parts of the last seconds, kept up to date tick by tick."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import TypeVar

from probes.disk_choice import Ops
from probes.disk_sums import Hist, Op, Part, Stage, Work
from probes.merge import merge_parts, merge_work
from probes.snapshot import ProbeTick
from tui.tails import Tail, Tails

WINDOW_NS = 10_000_000_000
"""How far back it looks, in nanoseconds."""

Summable = TypeVar("Summable", Part, Work)


ByDisk = Mapping[str, Sequence[Hist]]


class Moving:
    """The histograms of some ticks, as they came."""

    def __init__(self, ticks: Iterable[ByDisk]) -> None:
        self._ticks = tuple(ticks)

    def of(self, disk: str, stage: Stage, ops: Ops) -> list[Hist]:
        """Those of a disk at that stage."""
        return [
            hist
            for tick in self._ticks
            for hist in tick.get(disk, ())
            if hist.stage == stage and (ops is None or hist.op in ops)
        ]

    def among(self, has: Callable[[str, Op], bool]) -> Moving:
        """Those of the disks and operations of which `has` says so."""
        return Moving(
            {disk: [hist for hist in hists if has(disk, hist.op)] for disk, hists in tick.items()}
            for tick in self._ticks
        )


class Summed(Sequence[Summable]):
    """Work or parts of several ticks, those of the same kind added up; done when somebody looks."""

    def __init__(
        self, ticks: Iterable[Sequence[Summable]], merge: Callable[[Iterable[Summable]], list[Summable]]
    ) -> None:
        self._ticks: Sequence[Sequence[Summable]] = tuple(ticks)
        self._merge: Callable[[Iterable[Summable]], list[Summable]] = merge

    @cached_property
    def _sums(self) -> list[Summable]:
        return self._merge(chain.from_iterable(self._ticks))

    def __getitem__(self, at: int) -> Summable:  # type: ignore[override]
        return self._sums[at]

    def __len__(self) -> int:
        return len(self._sums)


class Window:
    """The last seconds of a probe: each tick is added when it comes and taken off when it is too old.

    span_ns  what it covers, in nanoseconds
    tails    of each disk that did something, over all its operations
    """

    def __init__(self, length_ns: int = WINDOW_NS) -> None:
        self._length_ns = length_ns
        self._spans: deque[int] = deque()
        self._hists: deque[ByDisk] = deque()
        self._work: deque[Sequence[Work]] = deque()
        self._parts: deque[Sequence[Part]] = deque()
        self._tails = Tails()
        self._found: Mapping[str, Tail] | None = None
        self.span_ns = 0

    @property
    def tails(self) -> Mapping[str, Tail]:
        """Found when somebody looks: a window is filled in many steps."""
        if self._found is None:
            self._found = self._tails.find()
        return self._found

    def add(self, span_ns: int, tick: ProbeTick) -> None:
        """Take in a tick, and let go of those which are past the window."""
        hists: dict[str, list[Hist]] = {}
        for hist in tick.hists:
            hists.setdefault(hist.disk, []).append(hist)
        self._spans.append(span_ns)
        self._hists.append(hists)
        self._work.append(tick.work)
        self._parts.append(tick.parts)
        self.span_ns += span_ns
        self._tails.add(tick.hists)
        while len(self._spans) > 1 and self.span_ns - self._spans[0] >= self._length_ns:
            self.span_ns -= self._spans.popleft()
            self._work.popleft()
            self._parts.popleft()
            self._hists.popleft()
            self._tails.take_off()
        self._found = None

    def moving(self) -> Moving:
        """The histograms of the window as it is now."""
        return Moving(self._hists)

    def work(self) -> Sequence[Work]:
        """Who asked for what in the window, by process, cgroup, disk and operation."""
        return Summed(self._work, partial(merge_work, most=None))

    def parts(self) -> Sequence[Part]:
        """What kinds of requests there were in the window."""
        return Summed(self._parts, merge_parts)
