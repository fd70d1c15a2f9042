"""A screen over everything else, which is left once: keys that come in a burst find it on its way out."""

from __future__ import annotations

from textual.screen import ModalScreen


class Overlay(ModalScreen[str]):
    """Its result is for whoever opened it; empty where there is none."""

    _left = False

    def leave(self, result: str = "") -> None:
        """Close it; once it is being closed, nothing happens."""
        if not self._left:
            self._left = True
            self.dismiss(result)
