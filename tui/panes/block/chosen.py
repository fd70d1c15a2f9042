"""What a filter on disks and operations leaves of what a pane draws. Live, the collector has seen to most of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import msgspec

from probes.disk_choice import Choice
from tui.history import ProbeView
from tui.window import Key, Moving


def chosen(view: ProbeView) -> ProbeView:
    """The view without what the filter of its log does not ask for."""
    choice = Choice(view.log.filter)
    if not choice:
        return view
    return msgspec.structs.replace(
        view,
        moving=_Among(view.moving, choice),
        disks=tuple(disk for disk in view.disks if choice.has_disk(disk.name)),
        tails={disk: tail for disk, tail in view.tails.items() if choice.has_disk(disk)},
        work=[one for one in view.work if choice.has(one.disk, one.op)],
        parts=[one for one in view.parts if choice.has(one.disk, one.op)],
    )


def asked_for(view: ProbeView) -> Set[str]:
    """The disks of the last hour that are to be seen."""
    choice = Choice(view.log.filter)
    return {disk for disk in view.timeline.disks() if choice.has_disk(disk)}


class _Among(Mapping[Key, Moving]):
    """Those of the histograms that are asked for, still added up only when they are looked at."""

    def __init__(self, whole: Mapping[Key, Moving], choice: Choice) -> None:
        self._whole = whole
        self._keys = frozenset(key for key in whole if choice.has(key.disk, key.op))

    def __getitem__(self, key: Key) -> Moving:
        if key not in self._keys:
            raise KeyError(key)
        return self._whole[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)
