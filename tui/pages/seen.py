"""What ebtop saw of one process or file: its rows among those that are kept, whatever filter is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from probes.columns import Value
from probes.disk_sums import Work
from probes.facts import Parent
from probes.filter import Filter
from tui.history import ProbeView, View
from tui.lineage import NEWEST
from tui.log import Log, Told
from tui.pages.ancestry import Ancestry
from tui.subject import File, Process

Fields = Mapping[str, Value]
Found = TypeVar("Found")


class Exec(NamedTuple):
    """A program that was started, or was to be; times in nanoseconds since the epoch, None where it has not ended."""

    time: int
    pid: int
    comm: str
    ppid: int
    parent: str
    user: str
    cgroup: str
    filename: str
    argv: tuple[str, ...]
    error: str
    code: int | None
    signal: str
    age_ms: float | None


class Open(NamedTuple):
    """A call of open(2): time in nanoseconds since the epoch; the error is empty where it succeeded."""

    time: int
    pid: int
    comm: str
    user: str
    cgroup: str
    error: str
    flags: str
    latency_us: float
    path: str


class Seen(NamedTuple):
    """What is known of a subject, the oldest first.

    execs_since, opens_since  the time from which rows of that probe are kept: each has its own bound
    until    the last tick; all in nanoseconds since the epoch, 0 if not known
    filter   what rows have to pass to be kept at all, since it was set
    watched  the probes that are on, by their ids
    work     what a process asked of disks in the last `span_ns`
    above    the processes above one, the nearest first; names are empty where no row has them
    """

    execs: tuple[Exec, ...] = ()
    opens: tuple[Open, ...] = ()
    work: tuple[Work, ...] = ()
    span_ns: int = 0
    execs_since: int = 0
    opens_since: int = 0
    until: int = 0
    filter: str = ""
    watched: tuple[str, ...] = ("exec", "open", "block")
    above: tuple[Parent, ...] = ()

    def between(self, begin: int, end: int) -> Seen:
        """Without the rows of others, who had the pid of a process before it or after it."""
        return self._replace(
            execs=tuple(one for one in self.execs if begin <= one.time <= end),
            opens=tuple(one for one in self.opens if begin <= one.time <= end),
        )


class Gathering:
    """Finds what is told of a subject in one view after the other; a row is looked at once, and when it changes."""

    def __init__(self, subject: Process | File) -> None:
        self._subject = subject
        self._execs: dict[int, Told[Exec | None]] = {}
        self._opens: dict[int, Told[Open | None]] = {}
        self._ancestry = Ancestry()

    def take(self, view: View) -> Seen:
        """What is seen at the moment of the view."""
        probes = {probe.info.id: probe for probe in view.probes}
        execs, opens = probes.get("exec"), probes.get("open")
        self._execs = _derived(execs, self._execs, self._exec)
        self._opens = _derived(opens, self._opens, self._open)
        found = tuple(one for _, one in self._execs.values() if one)
        latency = next((probe for probe in view.probes if probe.info.view == "latency"), None)
        return Seen(
            found,
            tuple(found for _, found in self._opens.values() if found),
            self._work(latency) if latency else (),
            latency.span_ns if latency else 0,
            _oldest(execs) if execs else 0,
            _oldest(opens) if opens else 0,
            view.tick.time if view.tick else 0,
            view.tick.filter if view.tick else "",
            tuple(probe.info.id for probe in view.probes if probe.state == "on"),
            self._above(view, execs, found),
        )

    def _above(self, view: View, probe: ProbeView | None, own: Sequence[Exec]) -> tuple[Parent, ...]:
        """Those above a process, at the time of its last exec, or else when it was told of."""
        subject = self._subject
        if probe is None or isinstance(subject, File):
            return ()
        told = subject.time or (view.tick.time if view.tick else NEWEST)
        last = next((one.time for one in reversed(own) if one.pid == subject.pid), told)
        return self._ancestry.above(_whole(probe), probe.info.columns, subject.pid, last)

    def _exec(self, fields: Fields) -> Exec | None:
        subject = self._subject
        if isinstance(subject, File):
            wanted = subject.path in (fields.get("filename"), fields.get("interpreter"))
        else:
            wanted = subject.pid in (fields.get("pid"), fields.get("ppid"))
        return exec_of(fields) if wanted else None

    def _open(self, fields: Fields) -> Open | None:
        key, value = ("path", self._subject.path) if isinstance(self._subject, File) else ("pid", self._subject.pid)
        return open_of(fields) if fields.get(key) == value else None

    def _work(self, probe: ProbeView) -> tuple[Work, ...]:
        subject = self._subject
        return tuple(one for one in probe.work if isinstance(subject, Process) and one.pid == subject.pid)


def exec_of(fields: Fields) -> Exec:
    """A row of the exec probe."""
    argv, age = fields.get("argv"), fields.get("age_ms")
    code = fields.get("code")
    return Exec(
        _number(fields, "time"),
        _number(fields, "pid"),
        _text(fields, "comm"),
        _number(fields, "ppid"),
        _text(fields, "parent_comm"),
        _text(fields, "user"),
        _text(fields, "cgroup"),
        _text(fields, "filename"),
        tuple(argv) if isinstance(argv, list) else (),
        _text(fields, "error"),
        code if isinstance(code, int) else None,
        _text(fields, "signal"),
        age if isinstance(age, int | float) else None,
    )


def open_of(fields: Fields) -> Open:
    """A row of the open probe."""
    latency = fields.get("latency_us")
    return Open(
        _number(fields, "time"),
        _number(fields, "pid"),
        _text(fields, "comm"),
        _text(fields, "user"),
        _text(fields, "cgroup"),
        _text(fields, "error"),
        _text(fields, "flags"),
        latency if isinstance(latency, int | float) else 0.0,
        _text(fields, "path"),
    )


def _whole(probe: ProbeView) -> Log:
    """All rows that are kept, those too that the filter which is shown does not let through."""
    if not probe.log.filter.terms:
        return probe.log
    log = probe.log.copy()
    log.select(Filter())
    return log


def _derived(
    probe: ProbeView | None, known: Mapping[int, Told[Found | None]], of: Callable[[Fields], Found | None]
) -> dict[int, Told[Found | None]]:
    if probe is None:
        return {}
    names = [column.id for column in probe.info.columns]
    return _whole(probe).derive(lambda row: of(dict(zip(names, row, strict=False))), known)


def _oldest(probe: ProbeView) -> int:
    """The time of the first row that is kept."""
    at = next((at for at, column in enumerate(probe.info.columns) if column.id == "time"), None)
    first = next((row for _, row in _whole(probe).rows(0, 1)), None)
    time = first[at] if first and at is not None else None
    return time if isinstance(time, int) else 0


def _number(fields: Fields, name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) else 0


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
