"""What a filter on disks and operations leaves of what a pane draws. Live, the collector has seen to most of it."""

from __future__ import annotations

from collections.abc import Set

import msgspec

from probes.disk_choice import Choice
from tui.history import ProbeView


def chosen(view: ProbeView) -> ProbeView:
    """The view without what the filter of its log does not ask for."""
    choice = Choice(view.log.filter)
    if not choice:
        return view
    return msgspec.structs.replace(
        view,
        moving=view.moving.among(choice.has),
        disks=tuple(disk for disk in view.disks if choice.has_disk(disk.name)),
        tails={disk: tail for disk, tail in view.tails.items() if choice.has_disk(disk)},
        work=[one for one in view.work if choice.has(one.disk, one.op)],
        parts=[one for one in view.parts if choice.has(one.disk, one.op)],
    )


def asked_for(view: ProbeView) -> Set[str]:
    """The disks of the last hour that are to be seen."""
    choice = Choice(view.log.filter)
    return {disk for disk in view.timeline.disks() if choice.has_disk(disk)}
