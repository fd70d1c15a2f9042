"""The page about a file: who opens it, how that goes, and what is there now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from probes.facts import Missing
from probes.unit_names import container_names, unit_name
from tui import format as units
from tui.pages import descent, opens
from tui.pages.live import Live
from tui.pages.sections import (
    TWO_COLUMNS,
    Entry,
    Row,
    Sheet,
    Table,
    fact,
    folded,
    kept,
    listed,
    passed,
    said,
    section,
    widths,
)
from tui.pages.seen import Open, Seen
from tui.panes.block.figures import Cell, Field
from tui.procfs.file import FileFacts
from tui.subject import File, Process
from tui.widgets.line import Line, Look, blank

MOST_PATH = 6
"""Lines of the path; the kernel's longest takes more than that of a narrow terminal."""
OPENERS = Table(
    "openers",
    (
        Field("PID", 9, 7),
        Field("COMM", 10, 8, 15, right=False),
        Field("USER", 5, 8, right=False),
        Field("UNIT", 4, 12, 44, right=False),
        Field("COUNT", 8, 6),
        Field("FAILED", 7, 6, 22, right=False),
        Field("AVG", 3, 6),
        Field("MAX", 2, 6),
        Field("LAST", 6, 8),
    ),
)
LARGE = 1024
"""Bytes from which on they are told in larger units as well."""
IN_CONTAINERS = "a process in a container opened it: what is there by that name is another file, and not this one"


class Opener(NamedTuple):
    """A process, and all its calls, the oldest first."""

    pid: int
    comm: str
    calls: tuple[Open, ...]


def openers(found: Sequence[Open]) -> list[Opener]:
    """Who opened it, the one who did so last first."""
    by_process: dict[tuple[int, str], list[Open]] = {}
    for one in found:
        by_process.setdefault((one.pid, one.comm), []).append(one)
    made = [Opener(pid, comm, tuple(calls)) for (pid, comm), calls in by_process.items()]
    return sorted(made, key=lambda opener: -opener.calls[-1].time)


def lines(look: Look, subject: File, seen: Seen, live: Live[FileFacts | Missing], width: int) -> Sheet:
    """The page at that width."""
    left, right = widths(width)[0], widths(width)[-1]
    path = folded(subject.path, width)[:MOST_PATH]
    top = [*(Entry(Line(look, width).put(part, "bright").strip()) for part in path), Entry(blank(look, width))]
    now, opened = _file(look, left, seen, live), _opened(look, left, seen)
    who = [*_who(look, right, seen), *_runs(look, right, seen)]
    if width < TWO_COLUMNS:
        return Sheet(top, ([*now, *opened, *who],))
    return Sheet(top, ([*now, *opened], who))


def _file(look: Look, width: int, seen: Seen, live: Live[FileFacts | Missing]) -> list[Entry]:
    body: list[Entry] = []
    if isinstance(live.answer, Missing):
        body = said(look, width, live.answer.why, "text")
    elif live.answer:
        body = _facts(look, width, live.answer)
    if live.answer and any(container_names(one.cgroup) for one in seen.opens):
        body += said(look, width, IN_CONTAINERS, "warn")
    return section(look, width, "File", body, live.note)


def _facts(look: Look, width: int, found: FileFacts) -> list[Entry]:
    exactly = f" ({found.size:,} bytes)" if found.size > LARGE else ""
    changed = f"{units.uptime(max(found.at - found.changed, 0))} ago"
    mount = "{}, {} of {}".format(*found.mount) if found.mount else Missing("not known")
    links = f"{found.links:,} links" if found.links > 1 else "1 link"
    return [
        *fact(look, width, "what", f"{found.kind}, {units.size(found.size)}{exactly}", "bright"),
        *fact(look, width, "leads to", found.link, "path"),
        *fact(look, width, "mode", f"{found.mode}, {found.owner}, {links}"),
        *fact(look, width, "changed", changed),
        *fact(look, width, "mount", mount),
    ]


def _opened(look: Look, width: int, seen: Seen) -> list[Entry]:
    return section(look, width, "Opens", opens.told(look, width, seen), kept(seen.opens_since))


def _who(look: Look, width: int, seen: Seen) -> list[Entry]:
    found = openers(seen.opens)
    if not found:
        return []
    rows = map(_opener, found)
    note = f"{len(found):,} process{'es' if len(found) > 1 else ''}"
    return section(look, width, "Opened by", listed(look, width, OPENERS, rows, len(found)), (note, "dim"))


def _opener(opener: Opener) -> Row:
    last = opener.calls[-1]
    latency = opens.latency_of(opener.calls)
    cells: dict[str, Cell] = {
        "PID": (str(opener.pid), "number"),
        "COMM": (opener.comm, "name"),
        "USER": (last.user, "text"),
        "UNIT": (unit_name(last.cgroup), "text"),
        "COUNT": (units.count(len(opener.calls)), "bright"),
        "FAILED": (opens.failures(opener.calls), "bad"),
        "AVG": (units.duration(latency.average_ns), "text"),
        "MAX": (units.duration(latency.max_ns), "tail"),
        "LAST": (units.clock(last.time)[:8], "time"),
    }
    return Row(cells, Process(opener.pid, opener.comm, last.time), ("opener", opener.pid, opener.comm))


def _runs(look: Look, width: int, seen: Seen) -> list[Entry]:
    """Where it is a program: who ran it."""
    if not seen.execs:
        return []
    rows = (descent.row(one) for one in reversed(seen.execs))
    body = [*passed(look, width, seen.filter), *listed(look, width, descent.EXECS, rows, len(seen.execs))]
    return section(look, width, "Run as a program", body, kept(seen.execs_since, f"{len(seen.execs):,} times"))
