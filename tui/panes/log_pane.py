"""A pane that makes something of thousands of rows: a slice of time at once, so that keys are heard between."""

from __future__ import annotations

from abc import abstractmethod

from textual.message import Message
from textual.timer import Timer

from tui.history import ProbeView
from tui.keys import Keymap
from tui.panes.pane import Pane
from tui.panes.table.memory import Memory
from tui.widgets.line import Look

BREATH_S = 0.005
"""How long keys are heard between two slices, in seconds."""


class LogPane(Pane):
    """What is seen of many rows is of the newest of them at first, and of all as soon as that is made."""

    class CaughtUp(Message):
        """What was told of some of the rows can be told of all."""

    def __init__(self, look: Look, keymap: Keymap, view: ProbeView, number: int) -> None:
        super().__init__(look, keymap, view, number)
        self._memory = Memory()
        self._catching_up: Timer | None = None

    @abstractmethod
    def fill(self) -> None:
        """Put what is to be seen into its table."""

    def show(self, view: ProbeView) -> None:
        """See Pane."""
        self.view = view
        self._memory.pass_on()
        self.begin()
        super().show(view)

    def begin(self) -> None:
        """Fill the table, with more of it later where there is."""
        self.fill()
        self._go_on_soon()

    def matches(self) -> int:
        """See Pane."""
        found = super().matches()
        self._go_on_soon()
        return found

    @property
    def searched(self) -> bool:
        """See Pane."""
        return not self._memory.behind

    def find(self, step: int) -> bool:
        """See Pane: this cannot be told of some of the rows."""
        self.matches()
        if self._memory.behind:
            self._memory.finish()
            self.fill()
        return super().find(step)

    def _go_on_soon(self) -> None:
        if self._memory.behind and not self._catching_up:
            self._catching_up = self.set_timer(BREATH_S, self._go_on)

    def _go_on(self) -> None:
        self._catching_up = None
        self._memory.go_on()
        if self._memory.behind:
            self._go_on_soon()
            return
        self.fill()
        self.redraw()
        self.post_message(self.CaughtUp())
