"""Groups as the kernel counted them: of all events, however few of their rows are kept."""

from __future__ import annotations

from collections.abc import Iterable

from probes.filter import explain
from probes.merge import OTHERS
from probes.unit_names import unit_name
from tui import format as units
from tui.exact import COLUMNS, Exact, Sum
from tui.history import ProbeView
from tui.panes.rows.groups import By, Group, Groups, Shared, together


def can_count(by: By) -> bool:
    """Whether the kernel can tell such groups apart."""
    return by.column in COLUMNS


def exact(view: ProbeView, by: By) -> Exact | None:
    """What was counted, where it is of just what passes the filter."""
    found, chosen = view.exact, view.log.filter
    if found is None or found.since is None or not can_count(by):
        return None
    return found if not chosen.terms or chosen.text.strip() == found.filter.strip() else None


def why_not(view: ProbeView, by: By) -> str:
    """Why that cannot be had, where it is worth saying."""
    chosen = view.log.filter
    if not can_count(by) or view.cursor is not None or not chosen.terms:
        return ""
    left = [part for part in explain(chosen, view.info.id) if part.where == "collector"]
    return f"the kernel does not test {chosen.text[left[0].start : left[0].end]}" if left else ""


def groups(counted: Exact, by: By, before: Iterable[Group]) -> Groups:
    """The groups, with those of rows that came before it was counted."""
    recent = counted.recent(by.column)
    # Before the first whole tick nobody knows how many there are a second.
    found = [group._replace(hz=0.0 if counted.recent_ns else None) for group in before]
    said = f"exact since {units.clock(counted.since or 0)[:8]}"
    if found:
        said += ", of the rows kept before"
    for value, total in counted.of(by.column).items():
        hz = recent.get(value, 0) * 1e9 / counted.recent_ns if counted.recent_ns else None
        found.append(_group(_key(by, value), total, hz))
        if value == OTHERS:
            said += f", {units.count(total.events)} not told apart"
    return Groups(by, together(found), 0, said)


def _key(by: By, value: Shared) -> Shared:
    """Cgroups that make one unit are one group."""
    return unit_name(value) or None if by.name == "unit" and isinstance(value, str) and value != OTHERS else value


def _group(key: Shared, total: Sum, hz: float | None) -> Group:
    return Group(
        key, total.beside, total.events, total.failed, total.timed, total.sum_ns / 1000, total.max_ns / 1000, hz
    )
