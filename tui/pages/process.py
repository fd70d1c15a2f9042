"""The page about a process: what it is, where it belongs, what it did. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from probes.disk_sums import Work
from probes.facts import SLACK_S, Files, Gone, Missing, Namespaces, OpenFile, ProcessFacts, Reading
from probes.latency import merge
from probes.unit_names import unit_name
from tui import format as units
from tui.pages import descent, opens
from tui.pages.live import Live
from tui.pages.sections import (
    NO_NOTE,
    TWO_COLUMNS,
    Entry,
    Row,
    Sheet,
    Table,
    fact,
    folded,
    kept,
    listed,
    said,
    section,
    widths,
)
from tui.pages.seen import Exec, Open, Seen
from tui.panes.block import figures
from tui.panes.block.figures import Cell, Field
from tui.subject import File, Process
from tui.tally import Sum, sum_of
from tui.widgets.line import Line, Look, blank

HELD = 5
"""Lines of what it has open, until the rest is asked for."""
MOST_COMMAND = 4
"""Lines of the command line."""
DISKS = Table(
    "disks",
    (
        Field("DISK", 9, 8, 14, right=False),
        Field("OP", 8, 7, right=False),
        Field(figures.IOPS, 7, 5),
        Field("BYTES/s", 6, 7),
        Field(figures.ERRORS, 9, 5),
        Field(figures.AVERAGE, 4, 6),
        Field(figures.MEDIAN, 2, 6),
        Field(figures.P99, 5, 6),
        Field(figures.LONGEST, 3, 6),
    ),
)
FILES = Table(
    "files", (Field("COUNT", 5, 7), Field("FAILED", 6, 7), Field("LAST", 4, 8), Field("PATH", 9, 16, 400, right=False))
)
SOCKETS = Table(
    "sockets",
    (
        Field("PROTO", 5, 5, right=False),
        Field("LOCAL", 7, 21, 52, right=False),
        Field("REMOTE", 8, 21, 52, right=False),
        Field("STATE", 6, 11, right=False),
    ),
    HELD,
)
OPEN_FILES = Table("open files", (Field("FD", 5, 6), Field("FILE", 9, 16, 400, right=False)), HELD)


def lines(look: Look, subject: Process, seen: Seen, live: Live[Reading], width: int) -> Sheet:
    """The page at that width: what it is and has open before what it did."""
    left, right = widths(width)[0], widths(width)[-1]
    known, seen = _known(live), of_its_own(seen, live)
    top = _command(look, width, command(subject, seen, live))
    facts = _process(look, left, subject, seen, live)
    parents = descent.parents(look, left, subject, seen, known)
    did = [*_block(look, right, seen), *_opens(look, right, seen), *descent.execs(look, right, subject, seen)]
    holds = [*_sockets(look, left, known), *_files(look, left, known)]
    if width < TWO_COLUMNS:
        return Sheet(top, ([*facts, *parents, *holds, *did],))
    return Sheet(top, ([*facts, *parents, *holds], did))


def _known(live: Live[Reading]) -> ProcessFacts | None:
    """What it is, or was when it was last there."""
    answer = live.answer.last if isinstance(live.answer, Gone) else live.answer
    return answer if isinstance(answer, ProcessFacts) else None


def of_its_own(seen: Seen, live: Live[Reading]) -> Seen:
    """Its rows, where another process has or had the same pid."""
    known = _known(live)
    if known is None:
        return seen
    gone = live.answer if isinstance(live.answer, Gone) and live.answer.heir else None
    end = int(gone.since * 1e9) if gone else seen.until
    return seen.between(int((known.started - SLACK_S) * 1e9), end)


def command(subject: Process, seen: Seen, live: Live[Reading]) -> str:
    """The command line, quoted: as it is now, or as it was executed; the name in brackets where there is none, and
    where that is not known either, the pid."""
    own, known = descent.last_own(subject, seen), _known(live)
    argv = own.argv if own and not own.error else ()
    if known and not isinstance(known.argv, Missing):
        argv = known.argv
    if argv:
        return units.quoted(list(argv))
    name = known.comm if known else _name(subject, seen)
    return f"[{name}]" if name else f"pid {subject.pid}"


def _name(subject: Process, seen: Seen) -> str:
    """What it is called, as far as rows tell; those of opens name threads."""
    execs = (one.comm if one.pid == subject.pid else one.parent for one in reversed(seen.execs))
    opens_, work = (one.comm for one in seen.opens[-1:]), (one.comm for one in seen.work)
    return subject.comm or next(filter(None, (*execs, *work, *opens_)), "")


def _command(look: Look, width: int, text: str) -> list[Entry]:
    parts = folded(text[: MOST_COMMAND * width + 1], width)
    shown = [Entry(Line(look, width).put(part, "bright").strip()) for part in parts[:MOST_COMMAND]]
    if (hidden := len(text) - MOST_COMMAND * width) > 0:
        shown.append(Entry(Line(look, width).put(f"and {hidden:,} characters more", "dim").strip()))
    return [*shown, Entry(blank(look, width))]


def _process(look: Look, width: int, subject: Process, seen: Seen, live: Live[Reading]) -> list[Entry]:
    answer, own, known = live.answer, descent.last_own(subject, seen), _known(live)
    note = live.note
    body: list[Entry] = []
    if isinstance(answer, Gone):
        note = (f"as it was at {_clock(known.at)}" if known else "gone", "warn")
        body += fact(look, width, "gone", _gone(answer), "warn")
    elif isinstance(answer, Missing):
        note = NO_NOTE
        body += fact(look, width, "now", answer)
    if own and not own.error:
        body += fact(look, width, "ended", descent.ending(own), "warn")
    body += _facts(look, width, known) if known else _told(look, width, subject, seen)
    return section(look, width, "Process", body, note)


def _gone(gone: Gone) -> str:
    since = f"since {_clock(gone.since)}" if gone.last else "it had ended before it was asked for"
    return since + (f"; its pid now belongs to another process, {gone.heir}" if gone.heir else "")


def _facts(look: Look, width: int, known: ProcessFacts) -> list[Entry]:
    """What /proc tells."""
    memory = f"{units.size(known.rss)} resident, {units.percent(known.share)} of all"
    age = f"{units.uptime(max(known.at - known.started, 0))}, since {_clock(known.started)}"
    cpu = "measured with the next reading" if known.cpu is None else f"{units.percent(known.cpu)} of a core"
    unit = known.cgroup if isinstance(known.cgroup, Missing) else unit_name(known.cgroup)
    return [
        *fact(look, width, "state", known.state),
        *fact(look, width, "age", age),
        *fact(look, width, "CPU", cpu, "bright" if known.cpu is not None else "dim"),
        *fact(look, width, "memory", memory, "bright"),
        *fact(look, width, "its share", known.pss if isinstance(known.pss, Missing) else _pss(known.pss)),
        *fact(look, width, "threads", units.count(known.threads)),
        *fact(look, width, "open files", _how_many(known.files)),
        *fact(look, width, "user", known.user, "name"),
        *fact(look, width, "unit", unit, "name"),
        *fact(look, width, "cgroup", "" if known.cgroup == unit else known.cgroup),
        *fact(look, width, "namespaces", _namespaces(known.namespaces)),
    ]


def _told(look: Look, width: int, subject: Process, seen: Seen) -> list[Entry]:
    """What rows tell, where /proc does not."""
    own = descent.last_own(subject, seen)
    rows: list[Exec | Open] = [*([own] if own else []), *seen.opens[-1:]]
    work = seen.work
    user = next((row.user for row in rows if row.user), "")
    cgroup = next((one.cgroup for one in (*rows, *work) if one.cgroup), "")
    return [
        *fact(look, width, "name", own.comm if own else _name(subject, seen), "name"),
        *(_executed(look, width, own) if own else ()),
        *fact(look, width, "user", user or Missing("not known"), "name"),
        *fact(look, width, "unit", unit_name(cgroup) or Missing("not known"), "name"),
    ]


def _executed(look: Look, width: int, own: Exec) -> list[Entry]:
    told = f"{units.clock(own.time)} {own.filename}"
    if own.error:
        return fact(look, width, "failed exec", f"{descent.result(own)} {told}", "bad")
    return fact(look, width, "executed", told)


def _how_many(files: Files | Missing) -> str | Missing:
    if isinstance(files, Missing):
        return files
    return f"more than {len(files.first):,}" if files.total is None else units.count(files.total)


def _pss(pss: int | None) -> str | Missing:
    return Missing("not asked for: it has too much memory") if pss is None else f"{units.size(pss)} (PSS)"


def _namespaces(found: Namespaces | Missing) -> str | Missing:
    if isinstance(found, Missing):
        return found
    whose = f"{found.other}'s"
    return f"{', '.join(found.differ)}: not {whose}" if found.differ else f"{whose}, all of them"


def _block(look: Look, width: int, seen: Seen) -> list[Entry]:
    note = f"of the last {figures.seconds(seen.span_ns)}" if seen.work else ""
    return section(look, width, "Block I/O", _disks(look, width, seen), (note, "dim"))


def _disks(look: Look, width: int, seen: Seen) -> list[Entry]:
    if not seen.work:
        asked = f"it asked no disk for anything in the last {figures.seconds(seen.span_ns)}"
        return said(look, width, asked if "block" in seen.watched else "not watched: the probe is off")
    by_wait = sorted(seen.work, key=lambda one: -one.sum_ns)
    errors = any(one.errors for one in by_wait)
    fields = tuple(field for field in DISKS.fields if errors or field.title != figures.ERRORS)
    rows = (_disk(one, seen.span_ns) for one in by_wait)
    latency = merge(sum_of(one).latency for one in by_wait)
    return [
        *listed(look, width, DISKS._replace(fields=fields), rows, len(by_wait)),
        *opens.histogram(look, width, latency),
        *fact(look, width, "all of it", opens.distribution(latency)),
    ]


def _disk(one: Work, span_ns: int) -> Row:
    done: Sum = sum_of(one)
    cells = figures.figures(done.latency, done.errors, span_ns)
    moved = figures.bytes_per_second(done.bytes, span_ns)
    return Row({**cells, "DISK": (one.disk, "name"), "OP": (one.op, "text"), "BYTES/s": moved})


def _opens(look: Look, width: int, seen: Seen) -> list[Entry]:
    body = opens.told(look, width, seen)
    if seen.opens:
        body += listed(look, width, FILES, *_paths(seen.opens))
    return section(look, width, "Opens", body, kept(seen.opens_since))


def _paths(found: Sequence[Open]) -> tuple[list[Row], int]:
    """The files that it opened, those it opened the most first."""
    counted = Counter(one.path for one in found)
    failed = Counter(one.path for one in found if one.error)
    last = {one.path: one.time for one in found}
    rows = [
        Row(
            {
                "COUNT": (units.count(count), "number"),
                "FAILED": (f"{units.FAILED}{units.count(failed[path])}", "bad") if failed[path] else ("", "text"),
                "LAST": (units.clock(last[path])[:8], "time"),
                "PATH": (path, "path"),
            },
            File(path),
            ("opened", path),
        )
        for path, count in counted.most_common()
    ]
    return rows, len(rows)


def _sockets(look: Look, width: int, known: ProcessFacts | None) -> list[Entry]:
    if known is None:
        return []
    if isinstance(known.sockets, Missing):
        return section(look, width, "Sockets", said(look, width, known.sockets.why))
    first, total = known.sockets.first, known.sockets.total
    rows = [
        Row({
            "PROTO": (one.protocol, "name"),
            "LOCAL": (one.local, "text"),
            "REMOTE": (one.remote, "text"),
            "STATE": (one.state, "dim"),
        })
        for one in first
    ]  # fmt: skip
    body = listed(look, width, SOCKETS, rows, total) if rows else said(look, width, "none")
    return section(look, width, "Sockets", body)


def _files(look: Look, width: int, known: ProcessFacts | None) -> list[Entry]:
    if known is None:
        return []
    if isinstance(known.files, Missing):
        return section(look, width, "Open files", said(look, width, known.files.why))
    first, total = known.files.first, known.files.total
    rows = [_file(one) for one in first]
    body = listed(look, width, OPEN_FILES, rows, total) if rows else said(look, width, "none")
    return section(look, width, "Open files", body)


def _file(one: OpenFile) -> Row:
    """One that has a name can be opened, while it has that."""
    named = one.target.startswith("/") and not one.target.endswith(" (deleted)")
    cells: dict[str, Cell] = {"FD": (str(one.fd), "number"), "FILE": (one.target, "path" if named else "dim")}
    return Row(cells, File(one.target) if named else None, ("fd", one.fd))


def _clock(seconds: float) -> str:
    return units.clock(int(seconds * 1e9))[:8]
