"""What moves: histograms, work and parts of the last seconds, kept up to date tick by tick."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple, TypeVar

import msgspec

from probes.lanes import latency_of
from probes.latency import Latency
from probes.merge import merge_parts, merge_work
from probes.snapshot import Hist, Op, Part, ProbeTick, Stage, Work
from tui.tails import Tail, Tails

WINDOW_NS = 10_000_000_000
"""How far back it looks, in nanoseconds."""

Summable = TypeVar("Summable", Part, Work)


class Key(NamedTuple):
    """What a histogram is of."""

    disk: str
    op: Op
    stage: Stage


class Moving(msgspec.Struct, frozen=True):
    """A histogram over the window; bytes and errors likewise."""

    latency: Latency
    bytes: int
    errors: int


ByDisk = Mapping[str, Sequence[Hist]]


class Sums(Mapping[Key, Moving]):
    """The histograms of some ticks by key, added up when they are looked at."""

    def __init__(self, ticks: Sequence[ByDisk]) -> None:
        self._ticks = ticks

    def __getitem__(self, key: Key) -> Moving:
        disk, op, stage = key
        found = [hist for tick in self._ticks for hist in tick.get(disk, ()) if hist.stage == stage and hist.op == op]
        if not found:
            raise KeyError(key)
        return Moving(latency_of(*found), sum(hist.bytes for hist in found), sum(hist.errors for hist in found))

    @cached_property
    def _keys(self) -> frozenset[Key]:
        hists = (hist for tick in self._ticks for some in tick.values() for hist in some)
        return frozenset(Key(hist.disk, hist.op, hist.stage) for hist in hists)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


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
            self._tails.take_off(chain.from_iterable(self._hists.popleft().values()))
        self._found = None

    def moving(self) -> Mapping[Key, Moving]:
        """The histograms of the window as it is now."""
        return Sums(tuple(self._hists))

    def work(self) -> Sequence[Work]:
        """Who asked for what in the window, by process, cgroup, disk and operation."""
        return Summed(self._work, partial(merge_work, most=None))

    def parts(self) -> Sequence[Part]:
        """What kinds of requests there were in the window."""
        return Summed(self._parts, merge_parts)
