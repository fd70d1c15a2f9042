"""Values that were seen, whatever is filtered: what a filter that is being typed can be completed with. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice

from probes.columns import Value
from probes.disk_sums import OPS
from probes.filter import KEYS, Typed, quoted
from probes.unit_names import container_names, unit_name
from tui.history import ProbeView, View
from tui.widgets.prompt import Completion

MOST_ROWS = 2000
"""The newest rows of a probe are looked through, and so many of the processes that asked disks for something."""
MOST_VALUES = 4000
"""Values that are looked through of a probe: a row may have any number of arguments."""
MOST_CHARACTERS = 200
"""Of an argument that is offered: nobody would complete a whole script."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "pid": ("pid",),
    "tid": ("tid",),
    "ppid": ("ppid",),
    "tree": ("pid", "ppid"),
    "comm": ("comm", "parent_comm"),
    "user": ("user",),
    "unit": ("cgroup",),
    "cgroup": ("cgroup",),
    "container": ("cgroup",),
    "path": ("path", "filename"),
    "arg": ("argv",),
    "err": ("error",),
    "exit": ("code", "signal"),
    "disk": ("disk",),
    "op": ("op",),
    "flags": ("flags",),
}
"""Columns of rows in which the values of a key are found."""
FOLDED = ("path", "cgroup")
"""Keys whose values are in folders: those are offered first, one level at a time."""


def completion(view: View, typed: Typed) -> Completion:
    """What could be typed there: keys, or for a key the values that were seen, the most frequent first."""
    if typed.key is None:
        keys = tuple(f"{key}:" for key in KEYS if key.startswith(typed.prefix)) if typed.prefix else ()
        return Completion(typed.start, typed.end, keys)
    counted = Counter(_values(view, typed.key))
    ranked = _ranked(_folders(counted, typed.prefix), typed.prefix) if typed.key in FOLDED else []
    ranked += _ranked(counted, typed.prefix)
    return Completion(typed.start, typed.end, tuple(quoted(value) for value in ranked if value != typed.prefix))


def _ranked(counted: Mapping[str, int], typed: str) -> list[str]:
    """Those that have in them what is typed: first those that begin with it, then by how often they were seen."""
    wanted = typed.lower()
    found = [value for value in counted if value and wanted in value.lower()]
    return sorted(found, key=lambda value: (not value.lower().startswith(wanted), -counted[value], value))


def _folders(counted: Mapping[str, int], typed: str) -> Counter[str]:
    """The next folders below what is typed, each with how often anything in it was seen."""
    wanted, found = typed.lower(), Counter[str]()
    for path, count in counted.items():
        at = path.lower().find(wanted)
        end = path.find("/", max(at + len(wanted), 1)) if at >= 0 else -1
        if end >= 0:
            found[path[: end + 1]] += count
    return found


def _values(view: View, key: str) -> Iterable[str]:
    for probe in view.probes:
        yield from islice(_of_rows(probe, key), MOST_VALUES)
        for work in islice(probe.work, MOST_ROWS):
            known = {"comm": work.comm, "pid": str(work.pid), "unit": unit_name(work.cgroup), "cgroup": work.cgroup}
            yield known.get(key, "")
        if key == "disk":
            yield from (disk.name for disk in probe.disks)
        if key == "op":
            yield from OPS


def _of_rows(probe: ProbeView, key: str) -> Iterable[str]:
    wanted = [at for at, column in enumerate(probe.info.columns) if column.id in COLUMNS.get(key, ())]
    if not wanted:
        return
    for row in probe.log.newest(MOST_ROWS):
        for value in (row[at] for at in wanted):
            if isinstance(value, list):
                yield from (each if len(each) <= MOST_CHARACTERS else "" for each in value)
            else:
                yield _text(value, key)


def _text(value: Value, key: str) -> str:
    if value is None:
        return ""
    if key == "container":
        return next(iter(container_names(str(value))[1:]), "")
    return unit_name(str(value)) if key == "unit" else str(value)
