"""Which panes are there: all of them, those that are not hidden, or the zoomed one alone."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from tui.panes.pane import Pane


class Arrangement:
    """The panes in their order, and the boxes that they are in; `nothing` stands in their place where all are hidden.
    `apply` puts it in force.

    coming  the pane that gets the focus as soon as it can have it: what was off the screen cannot have it at once
    """

    def __init__(self, panes: Sequence[Pane], boxes: Sequence[Widget], nothing: Widget) -> None:
        self._panes, self._boxes, self._nothing = panes, boxes, nothing
        self._hidden: set[Pane] = set()
        self._zoomed: Pane | None = None
        self.coming: Pane | None = None

    @property
    def zoomed(self) -> Pane | None:
        """The one that is to be seen alone."""
        return self._zoomed

    def restore(self, zoomed: str) -> None:
        """Begin with the pane of that probe zoomed, if there is one."""
        self._zoomed = next((pane for pane in self.present if pane.view.info.id == zoomed), None)

    @property
    def present(self) -> list[Pane]:
        """Those that are not hidden."""
        return [pane for pane in self._panes if pane not in self._hidden]

    def apply(self) -> None:
        """Take from the screen what is not there; a box in which all is off is small."""
        for pane in self._panes:
            gone = pane in self._hidden or (self._zoomed is not None and pane is not self._zoomed)
            pane.set_class(gone, "-gone")
            pane.stand(alone=pane is self._zoomed)
        self._nothing.set_class(bool(self.present), "-gone")
        for box in self._boxes:
            seen = [pane for pane in self._panes if pane.parent is box and not pane.has_class("-gone")]
            box.set_class(not seen, "-gone")
            box.set_class(all(pane.has_class("-off") for pane in seen), "-off")

    def hide_or_show(self, pane: Pane) -> None:
        """Hide a pane, or show it again."""
        self._hidden ^= {pane}
        self._zoomed = None
        self.apply()

    def zoom(self, pane: Pane) -> None:
        """Show a pane alone; once more: all of them."""
        self._zoomed = None if self._zoomed else pane
        self.apply()

    def step(self, pane: Pane, by: int) -> None:
        """Focus the pane that is so many after another one."""
        if present := self.present:
            self.focus(present[(present.index(pane) + by) % len(present) if pane in present else 0])

    def focus(self, pane: Pane) -> None:
        """Focus a pane: the one that is zoomed is always that which has the focus."""
        if self._zoomed:
            self._zoomed = pane
            self.apply()
        self.coming = pane
        pane.app.call_later(self._come, pane)

    def _come(self, pane: Pane) -> None:
        if pane is self.coming:
            self.coming = None
            if pane.is_attached:
                pane.screen.set_focus(pane)
