"""Groups as the kernel counted them: of all events, however few of their rows are kept."""

from __future__ import annotations

from probes.filter import explain
from probes.merge import OTHERS
from probes.unit_names import unit_name
from tui import format as units
from tui.exact import COLUMNS, Exact, Sum
from tui.history import ProbeView
from tui.panes.rows.groups import By, Group, Groups, Shared


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


def groups(counted: Exact, by: By) -> Groups:
    """The groups, the largest first."""
    found: dict[Shared, Group] = {}
    recent = counted.recent(by.column)
    for value, total in counted.of(by.column).items():
        key = unit_name(value) or None if by.name == "unit" and isinstance(value, str) and value != OTHERS else value
        hz = recent.get(value, 0) * 1e9 / counted.recent_ns if counted.recent_ns else None
        made = _group(key, total, hz)
        found[key] = _joined(found[key], made) if key in found else made
    said = f"exact, since {units.clock(counted.since or 0)[:8]}"
    if OTHERS in found:
        said += f", {units.count(found[OTHERS].events)} not told apart"
    return Groups(by, sorted(found.values(), key=lambda group: -group.events), 0, said)


def _group(key: Shared, total: Sum, hz: float | None) -> Group:
    return Group(
        key, total.beside, total.events, total.failed, total.timed, total.sum_ns / 1000, total.max_ns / 1000, hz
    )


def _joined(a: Group, b: Group) -> Group:
    """Cgroups that make one unit."""
    return Group(
        a.key,
        b.beside,
        a.events + b.events,
        a.failed + b.failed,
        a.timed + b.timed,
        a.sum_us + b.sum_us,
        max(a.max_us, b.max_us),
        None if a.hz is None or b.hz is None else a.hz + b.hz,
    )
