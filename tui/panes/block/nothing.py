"""Why there is nothing to be seen of what disks do."""

from __future__ import annotations

from tui.history import ProbeView
from tui.panes.block import figures


def nothing(view: ProbeView, what: str, otherwise: str, clear: str) -> str:
    """That no such thing passes the filter, which the key of the name `clear` clears; or what is so without one, of the
    last seconds.
    """
    if view.log.filter.terms and view.counts.seen:
        return f"no {what} passes the filter: {clear} clears it"
    return view.nothing(f"{otherwise} in the last {figures.seconds(view.span_ns)}")
