"""What a filter on disks and operations leaves of what a pane draws. Live, the collector has seen to most of it."""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec

from probes.disk_choice import Choice
from probes.lanes import latency_of
from tui.history import ProbeView
from tui.tails import TAIL, Tail
from tui.window import Moving


def chosen(view: ProbeView, choice: Choice) -> ProbeView:
    """The view without what the filter of its log, which `choice` is of, does not ask for."""
    if not choice:
        return view
    moving = view.moving.among(choice.has)
    return msgspec.structs.replace(
        view,
        moving=moving,
        disks=tuple(disk for disk in view.disks if choice.has_disk(disk.name)),
        tails=_tails(view.tails, moving, choice),
        work=[one for one in view.work if choice.has(one.disk, one.op)],
        parts=[one for one in view.parts if choice.has(one.disk, one.op)],
    )


def _tails(tails: Mapping[str, Tail], moving: Moving, choice: Choice) -> Mapping[str, Tail]:
    """Those that are known are of all operations: of a disk of which some are left they are found anew."""
    left: dict[str, Tail] = {}
    for disk in filter(choice.has_disk, tails):
        if choice.ops(disk) is None:
            left[disk] = tails[disk]
        elif (latency := latency_of(*moving.of(disk, "device", None))).count:
            left[disk] = Tail(latency.count, latency.percentile_ns(TAIL))
    return left


def asked_for(view: ProbeView, choice: Choice) -> Set[str]:
    """The disks of the last hour that are to be seen."""
    return {disk for disk in view.timeline.disks() if choice.has_disk(disk)}
