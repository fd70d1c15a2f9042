"""The disks, the worst first: which one is selected, and which is the first on the screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from probes.disk_sums import DiskFacts
from tui.panes.block.order import Order
from tui.tails import Tail
from tui.wanted import Wanted


class Selection:
    """names   of the disks, in their order
    chosen  the one that was selected by hand, be it there or not; empty: none
    first   the place of the first on the screen
    """

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.chosen = ""
        self.first = 0
        self._order = Order()

    def update(self, names: Collection[str], tails: Mapping[str, Tail], marked: Collection[str]) -> None:
        """Take another moment, see Order."""
        self.names = self._order.update(names, tails, marked)

    @property
    def disk(self) -> str:
        """The one that is selected: the worst until another one was chosen; empty where there is none."""
        return self.chosen if self.chosen in self.names else next(iter(self.names), "")

    @property
    def from_first(self) -> tuple[str, ...]:
        """Those from the first on the screen on."""
        return self.names[self.first :]

    def move(self, disks: int) -> None:
        """Select another one, so many further down."""
        if self.names:
            at = self.names.index(self.disk) + disks
            self.chosen = self.names[max(min(at, len(self.names) - 1), 0)]

    def places(self, wanted: Wanted, facts: Mapping[str, DiskFacts]) -> list[int]:
        """Of the disks that have what is looked for."""
        if not wanted.text:
            return []
        return [at for at, disk in enumerate(self.names) if wanted.within(told_by(disk, facts))]

    def find(self, wanted: Wanted, facts: Mapping[str, DiskFacts], step: int) -> bool:
        """Select the next of those (1), the one before (-1), or where one is already (0); round at the ends. Whether
        there is one.
        """
        hits = self.places(wanted, facts)
        if not hits:
            return False
        at = self.names.index(self.disk)
        if step < 0:
            self.chosen = self.names[next((hit for hit in reversed(hits) if hit < at), hits[-1])]
        else:
            self.chosen = self.names[next((hit for hit in hits if hit >= at + step), hits[0])]
        return True

    def reveal(self, room: Callable[[int], int]) -> None:
        """Move the first on the screen so that the selected one is there too; `room` tells for how many of so many
        disks there is room.
        """
        at = self.names.index(self.disk)
        self.first = max(min(self.first, at), 0)
        while at >= self.first + max(room(len(self.from_first)), 1):
            self.first += 1


def told_by(disk: str, facts: Mapping[str, DiskFacts]) -> list[str]:
    """What a disk can be told by: its name, its model, its serial number, its place, the sets that it is in."""
    known = facts.get(disk)
    return [disk, known.model, known.serial, known.slot, *known.sets] if known else [disk]
