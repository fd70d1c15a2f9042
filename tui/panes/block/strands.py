"""From packed columns to what is drawn of them. Each is made once and kept: a tick brings one new column a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from probes import disk_choice
from probes.disk_choice import Ops
from probes.disk_sums import OPS, Op, Stage
from probes.filter import Filter
from tui.panes.block.cursor import Stretch
from tui.timeline import STAGES, Frame, unpacked
from tui.widgets.heatmap import Strand, scale_of, strand
from tui.widgets.histogram import Axis, axis_between, axis_for

ALL = disk_choice.Choice(Filter())
PARTS = 3
"""The latency axis ends at thirds of a decade: close to what there is, and yet calm."""
PAINTERS, REMEMBERED = 6, 8192
"""Maps of different heights or of something else for which columns are kept painted, and how many of each: about
forty disks on a wide screen, and their neighbours in time."""


class Choice(msgspec.Struct, frozen=True):
    """What is to be seen of the disks; an `op` of None is all of them. `marks`: whether averages and p99 are drawn.

    filtered  what a filter leaves: columns of the past hold what was there
    """

    stage: Stage = "device"
    op: Op | None = None
    marks: bool = True
    filtered: disk_choice.Choice = ALL

    def ops(self, disk: str) -> Ops:
        """The operations of a disk that are to be seen."""
        left = self.filtered.ops(disk)
        return left if self.op is None else frozenset((self.op,)) if left is None else left & {self.op}

    def next_op(self) -> Choice:
        """Of the next operation, after the last one of all."""
        choices = (None, *OPS[:-1])
        return msgspec.structs.replace(self, op=choices[(choices.index(self.op) + 1) % len(choices)])

    def next_stage(self) -> Choice:
        """At the next stage."""
        return msgspec.structs.replace(self, stage=STAGES[(STAGES.index(self.stage) + 1) % len(STAGES)])

    def turn_marks(self) -> Choice:
        """With marks, or without."""
        return msgspec.structs.replace(self, marks=not self.marks)


class Scales(msgspec.Struct, frozen=True):
    """What maps have in common that can be compared: the axis, whatever its length, and the scale of densities."""

    axis: Axis
    scale_hz: float
    levels: int

    def axis_of(self, cells: int) -> Axis:
        """The axis in so many cells."""
        return self.axis._replace(width=cells)


def scales(stretch: Stretch, choice: Choice, levels: int) -> Scales:
    """The scales on which everything of that time fits, of any disk."""
    reaches = [frame.reach[choice.stage] for frame in stretch.known if choice.stage in frame.reach]
    most_hz = max((frame.busiest * 1e9 / max(frame.span_ns, 1) for frame in stretch.known), default=0.0)
    if not reaches:
        return Scales(axis_for((), 1), scale_of(most_hz), levels)
    axis = axis_between(min(low for low, _ in reaches), max(high for _, high in reaches), 1, parts=PARTS)
    return Scales(axis, scale_of(most_hz), levels)


def strands(stretch: Stretch, disk: str, choice: Choice, drawn: Scales, cells: int) -> list[Strand]:
    """The columns of a disk's map, in so many cells from the lowest to the highest latency."""
    return _strands(stretch.frames, disk, choice, drawn, cells)


class Rows:
    """The columns of maps as they were drawn last: a tick moves them by one, and only the newest is looked up."""

    def __init__(self) -> None:
        self._stamps: Sequence[tuple[int, int] | None] = ()
        self._before: dict[object, list[Strand]] = {}
        self._rows: dict[object, list[Strand]] = {}

    def begin(self, stretch: Stretch) -> None:
        """To be said before a stretch is drawn: what was not drawn with the one before is forgotten."""
        if stretch.stamps != self._stamps:
            moved = stretch.stamps[:-1] == self._stamps[1:]
            self._before, self._rows = self._rows if moved else {}, {}
            self._stamps = stretch.stamps

    def strands(self, stretch: Stretch, disk: str, choice: Choice, drawn: Scales, cells: int) -> list[Strand]:
        """As the function of that name."""
        key = disk, choice.stage, choice.ops(disk), drawn, cells
        if key not in self._rows:
            before = self._before.get(key)
            frames = stretch.frames[-1:] if before else stretch.frames
            self._rows[key] = [*(before or ())[1:], *_strands(frames, disk, choice, drawn, cells)]
        return self._rows[key]


def _strands(frames: Sequence[Frame | None], disk: str, choice: Choice, drawn: Scales, cells: int) -> list[Strand]:
    painted = _painter(choice.stage, choice.ops(disk), drawn.axis_of(cells), drawn.scale_hz, drawn.levels)
    nothing = Strand(bytes(cells))
    return [
        painted(frame.packed[disk], frame.span_ns) if frame and disk in frame.packed else nothing for frame in frames
    ]


@lru_cache(PAINTERS)
def _painter(stage: Stage, ops: Ops, axis: Axis, scale_hz: float, levels: int) -> Callable[[bytes, int], Strand]:
    """Paints a packed column of a frame that long, and remembers it."""

    @lru_cache(REMEMBERED)
    def painted(packed: bytes, span_ns: int) -> Strand:
        return strand(unpacked(packed).latency(stage, ops), span_ns, axis, scale_hz, levels)

    return painted
