"""What has the focus: a pane, the time line below them, or the prompt for a while."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from textual.app import App
from textual.widget import Widget

from tui.frame import SEEN, Frame
from tui.keys import Where
from tui.panes.pane import Pane
from tui.widgets.time_line import TimeLine


class Focus:
    """Of the widgets in a frame, on the screen of an app."""

    def __init__(self, app: App[None], frame: Frame) -> None:
        self._app, self._frame = app, frame
        self._pane = frame.panes[0]
        self._after: Widget = self._pane

    @property
    def pane(self) -> Pane:
        """The pane that has the focus, is about to have it, or had it last."""
        if coming := self._frame.arrangement.coming:
            self._pane = coming
        elif isinstance(self._app.focused, Pane):
            self._pane = self._app.focused
        return self._pane

    @property
    def where(self) -> Sequence[Where]:
        """What commands apply to: those of the time line come first where it has the focus."""
        if self._frame.page:
            return ("page",)
        return ("time", *self.pane.where) if self._on_time_line else self.pane.where

    def begin(self, probes: Collection[str] | None) -> None:
        """The first pane has it whose probe is one of those, which are on (None: all are), or the one seen alone."""
        arrangement = self._frame.arrangement
        on = (pane for pane in arrangement.present if probes is None or pane.view.info.id in probes)
        arrangement.focus(arrangement.zoomed or next(on, self._pane))

    def go_on(self) -> None:
        """To the next pane; the time line, where there is one, comes after the last."""
        last = self.pane is self._frame.arrangement.present[-1] and not self._on_time_line
        if last and self._frame.time_line.has_class(SEEN):
            self.to_time_line(True)
        else:
            self._frame.arrangement.step(self.pane, 1)

    def go_back(self) -> None:
        """To the pane before; from the time line to the one that had it last."""
        self._frame.arrangement.step(self.pane, 0 if self._on_time_line else -1)

    def to_time_line(self, given: bool) -> None:
        """Give it to the time line, or take it from there."""
        if given and not self._frame.page:
            self._give(self._frame.time_line)
        elif self._on_time_line:
            self._give(self.pane)

    def to_pane(self, place: Where) -> bool:
        """Give it to the first pane of such a place, the one that has it if it can be; whether there is one."""
        present = sorted(self._frame.arrangement.present, key=lambda pane: pane is not self.pane)
        found = next((pane for pane in present if place in pane.where), None)
        if found:
            self._frame.arrangement.focus(found)
        return found is not None

    def to_prompt(self) -> Callable[[], None]:
        """Give it to the prompt; what is returned gives it back, or to what was clicked meanwhile."""
        self._after = self._frame.time_line if self._on_time_line else self.pane
        self._give(self._frame.prompt)
        return lambda: self._give(self._after)

    def stay(self) -> None:
        """Leave it with the prompt, whatever was clicked."""
        if isinstance(self._app.focused, Pane | TimeLine):
            self._after = self._app.focused
        self._give(self._frame.prompt)

    def _give(self, widget: Widget) -> None:
        self._frame.arrangement.coming = None
        self._app.screen.set_focus(widget)

    @property
    def _on_time_line(self) -> bool:
        return self._app.focused is self._frame.time_line and not self._frame.arrangement.coming
