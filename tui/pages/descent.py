"""Where a process comes from, what it was, and what it started. Pure."""

from __future__ import annotations

from probes.facts import Parent, ProcessFacts
from tui import format as units
from tui.pages.sections import Entry, Row, Table, kept, listed, passed, said, section
from tui.pages.seen import Exec, Seen
from tui.panes.block.figures import Cell, Field
from tui.subject import Process
from tui.widgets.line import Line, Look

PID = 7
EXECS = Table(
    "execs",
    (
        Field("TIME", 6, 8),
        Field("PID", 9, PID),
        Field("COMM", 8, 8, 15, right=False),
        Field("END", 10, 8, 16, right=False),
        Field("COMMAND", 7, 12, 400, right=False),
    ),
)


def last_own(subject: Process, seen: Seen) -> Exec | None:
    """The program that the process runs, if its start was seen; or else the one that it tried to run, if that was."""
    own = [one for one in reversed(seen.execs) if one.pid == subject.pid]
    return next((one for one in own if not one.error), own[0] if own else None)


def ending(own: Exec) -> str:
    """How it ended, empty where that is not known."""
    how = result(own)
    return f"{how} after {units.duration(own.age_ms * 1e6)}" if how and own.age_ms is not None else how


def result(one: Exec) -> str:
    """What became of an exec: an error, a signal, an exit code; empty where nothing has yet."""
    if one.error:
        return f"{units.FAILED}{one.error}"
    if one.signal:
        return f"{units.FAILED}{one.signal}"
    return "" if one.code is None else f"exit {one.code}"


def parents(look: Look, width: int, subject: Process, seen: Seen, known: ProcessFacts | None) -> list[Entry]:
    """All above it, the nearest first: of now, or as far as they are known from rows."""
    own = last_own(subject, seen)
    told = seen.above or ((Parent(own.ppid, own.parent),) if own and own.ppid else ())
    above = known.parents if known else told
    when = int(known.at * 1e9) if known else own.time if own else 0
    body = [_parent(look, width, parent, when) for parent in above]
    return section(look, width, "Parents", body or said(look, width, "none known"))


def _parent(look: Look, width: int, parent: Parent, when: int) -> Entry:
    line = Line(look, width).cell(str(parent.pid), PID, "number", right=True).put("  ").put(parent.comm, "name")
    return Entry(line.strip(), Process(parent.pid, parent.comm, when), ("parent", parent.pid))


def execs(look: Look, width: int, subject: Process, seen: Seen) -> list[Entry]:
    """The programs that it ran itself and that its children did, the newest first."""
    body = passed(look, width, seen.filter)
    if not seen.execs:
        body += said(look, width, "none is kept" if "exec" in seen.watched else "not watched: the probe is off")
        return section(look, width, "Execs", body, kept(seen.execs_since))
    own = sum(one.pid == subject.pid for one in seen.execs)
    rows = (row(one, openable=one.pid != subject.pid) for one in reversed(seen.execs))
    body += listed(look, width, EXECS, rows, len(seen.execs))
    note = f"{own:,} its own, {len(seen.execs) - own:,} of children"
    return section(look, width, "Execs", body, kept(seen.execs_since, note))


def row(one: Exec, *, openable: bool = True) -> Row:
    """An exec as a row of a table of EXECS."""
    end = result(one)
    cells: dict[str, Cell] = {
        "TIME": (units.clock(one.time)[:8], "time"),
        "PID": (str(one.pid), "number"),
        "COMM": (one.comm, "name"),
        "END": (end, "bad" if end.startswith(units.FAILED) else "dim"),
        "COMMAND": (units.quoted(list(one.argv)) or one.filename, "path"),
    }
    return Row(cells, Process(one.pid, one.comm, one.time) if openable else None, ("exec", one.time, one.pid))
