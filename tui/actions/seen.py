"""Values that were seen: what a filter that is being typed can be completed with. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice

from probes.filter import KEYS, Typed, quoted
from probes.snapshot import Value
from probes.unit_names import unit_name
from tui.history import ProbeView, View
from tui.widgets.prompt import Completion

MOST_ROWS = 2000
"""The newest rows of a probe are looked through, and so many of the processes that asked disks for something."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "pid": ("pid",),
    "tid": ("tid",),
    "ppid": ("ppid",),
    "tree": ("pid", "ppid"),
    "comm": ("comm", "parent_comm"),
    "user": ("user",),
    "unit": ("cgroup",),
    "cgroup": ("cgroup",),
    "path": ("path", "filename"),
    "err": ("error",),
    "disk": ("disk",),
    "op": ("op",),
}
"""Columns of rows in which the values of a key are found."""


def completion(view: View, typed: Typed) -> Completion:
    """What could be typed there: keys, or for a key the values that were seen, the most frequent first."""
    if typed.key is None:
        keys = tuple(f"{key}:" for key in KEYS if key.startswith(typed.prefix)) if typed.prefix else ()
        return Completion(typed.start, typed.end, keys)
    wanted = typed.prefix.lower()
    counted = Counter(value for value in _values(view, typed.key) if value and wanted in value.lower())
    ranked = sorted(counted, key=lambda value: (not value.lower().startswith(wanted), -counted[value], value))
    return Completion(typed.start, typed.end, tuple(quoted(value) for value in ranked if value != typed.prefix))


def _values(view: View, key: str) -> Iterable[str]:
    for probe in view.probes:
        yield from _of_rows(probe, key)
        for work in islice(probe.work, MOST_ROWS):
            known = {"comm": work.comm, "pid": str(work.pid), "unit": unit_name(work.cgroup), "cgroup": work.cgroup}
            yield known.get(key, "")
        if key == "disk":
            yield from (disk.name for disk in probe.disks)


def _of_rows(probe: ProbeView, key: str) -> Iterable[str]:
    wanted = [at for at, column in enumerate(probe.info.columns) if column.id in COLUMNS.get(key, ())]
    if not wanted:
        return
    end = len(probe.log)
    for _, row in probe.log.rows(end - MOST_ROWS, end):
        for at in wanted:
            yield _text(row[at], key)


def _text(value: Value, key: str) -> str:
    if value is None or isinstance(value, list):
        return ""
    return unit_name(str(value)) if key == "unit" else str(value)
