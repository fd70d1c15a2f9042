"""How it looks: the theme, which panes there are; what is chosen is kept for the next session."""

from __future__ import annotations

from tui.host import Actions, Host
from tui.panes.arrangement import Arrangement
from tui.settings.kept import Layout
from tui.settings.setup import Setup


class Appearance:
    """It begins as it was set up."""

    def __init__(self, host: Host, setup: Setup, arrangement: Arrangement) -> None:
        self._host, self._arrangement = host, arrangement
        self._names, self._kept = list(setup.themes), setup.kept
        self._theme, self._begun = setup.theme, setup.layout

    @property
    def actions(self) -> Actions:
        """By command."""
        return {"theme": self._next_theme, "zoom": lambda: self._arrangement.zoom(self._host.pane)}

    def _next_theme(self) -> None:
        self._theme = self._names[(self._names.index(self._theme) + 1) % len(self._names)]
        self._host.put_on(self._theme)
        self._kept = self._kept.with_theme(self._theme)
        if wrong := self._kept.save():
            self._host.say(wrong, bad=True)

    def keep_layout(self) -> None:
        """Remember which panes there are, and what they show; to be called at the end."""
        zoomed = self._arrangement.zoomed
        views = {pane.view.info.id: pane.face for pane in self._host.panes if pane.face}
        layout = Layout(zoomed.view.info.id if zoomed else "", views)
        if layout != self._begun:
            self._kept.with_layout(layout).save()
