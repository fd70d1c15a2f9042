"""The contract between the collector and whoever shows what it collected.

A session is one `Hello`, then a `Snapshot` a tick, then a `Bye`; the other way go `Control` messages.
The same stream, written to a file, is a recording; an `Answer`, which an `Ask` was for, is no part of it.
Everything here is frozen and validated when it is decoded: what does not fit these types is one
`msgspec.ValidationError`, never a half-read value.

Kernel text (comm, paths, argv, disk names) is carried as it was seen, with bytes that are not UTF-8
written as `\\xNN`. It is *not* safe to print: only `tui.text` may turn it into terminal cells.

What comes by the thousand goes without the names of its fields (array_like), and is out of the garbage collector's
sight (gc=False): it holds numbers and text, no cycles.
"""

from __future__ import annotations

from operator import add, sub
from typing import Literal, get_args

import msgspec

from probes.facts import Reading
from probes.lanes import Lanes

PROTOCOL = 2

Kind = Literal[
    "time",  # int, nanoseconds since the epoch
    "pid",  # int, process or thread id
    "number",  # int
    "bytes",  # int
    "us",  # float, microseconds
    "ms",  # float, milliseconds
    "word",  # str from the kernel, short (comm, user, flags)
    "error",  # str, an errno name, or None for success
    "text",  # str from the kernel, long (paths)
    "argv",  # list[str], the arguments of a process
]
"""How a column's values are typed, and so how they are formatted and sorted."""

Value = int | float | str | list[str] | None
"""One cell of a row. Which of them it is follows from the column's kind; any may be None."""

Row = list[Value]
"""One event, a value for each of the probe's columns, in their order."""

State = Literal["off", "compiling", "on", "failed"]
Op = Literal["read", "write", "flush", "discard", "other"]
OPS: tuple[Op, ...] = get_args(Op)
"""In the order of their numbers in block.bpf.c."""
Stage = Literal["queue", "device"]
Flag = Literal["sync", "meta", "readahead", "fua", "prio"]


class Column(msgspec.Struct, frozen=True):
    """A column of a probe's rows: `id` is its JSON key and filter field, `title` its heading.

    width     cells it wants on the screen; 0 means that it is not shown unless asked for
    grow      takes a share of what room is left
    later     None when the row is made, filled by an `Exit`
    priority  where there is no room for all columns, those with a higher one stay longer
    """

    id: str
    title: str
    kind: Kind
    width: int
    help: str
    grow: bool = False
    later: bool = False
    priority: int = 0


class ProbeInfo(msgspec.Struct, frozen=True):
    """What a probe is: `view` tells whether it makes rows (exec, open) or histograms (block).

    What makes histograms has rows as well, of the single events that its kernel side picks out: slow requests.
    """

    id: str
    title: str
    question: str
    view: Literal["rows", "latency"]
    columns: tuple[Column, ...] = ()


class Counts(msgspec.Struct, frozen=True):
    """Events of the session so far, counted in the kernel; switching a probe off and on does not begin anew.

    seen = shown + over_budget + filtered + lost, always; `errors` counts failures among the seen
    that passed the filter (for block: requests that ended with an error). For a probe that makes rows, `shown` is
    exactly how many rows the session has had up to and with this tick; for block, how many requests its histograms of
    the device stage have told of.
    """

    seen: int = 0
    shown: int = 0
    over_budget: int = 0
    filtered: int = 0
    lost: int = 0
    errors: int = 0

    def fields(self) -> tuple[int, ...]:
        """All of them, in their order."""
        return (self.seen, self.shown, self.over_budget, self.filtered, self.lost, self.errors)

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(add, self.fields(), other.fields()))

    def __sub__(self, other: Counts) -> Counts:
        return Counts(*map(sub, self.fields(), other.fields()))

    def hiding(self, events: int, errors: int) -> Counts:
        """The same once so many of those shown, `errors` of them failures, are filtered out by whoever reads them."""
        return self + Counts(shown=-events, filtered=events, errors=-min(errors, self.errors))


class Exit(msgspec.Struct, frozen=True, gc=False):
    """The end of a process whose row was shown: fills the `later` columns of that row.

    row     the number of the row (see `ProbeTick.first`)
    code    exit code, None where a signal ended it
    signal  name of the signal, None where it exited
    age_ms  from the fork of the process to its end
    """

    row: int
    pid: int
    code: int | None
    signal: str | None
    age_ms: float


class Hist(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Latencies of one tick, of one disk, operation and stage. See `probes.latency` for slots.

    lanes   how many in each slot
    sum_ns, max_ns  in nanoseconds; bytes and errors are counted at the device stage only
    """

    disk: str
    op: Op
    stage: Stage
    lanes: Lanes
    count: int
    sum_ns: int
    max_ns: int
    bytes: int = 0
    errors: int = 0


class Part(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Device times of one tick once more, by what kind of request it was: the parts of a disk and operation
    add up to its `Hist` of the device stage.

    size        the class of its size: at most so many bytes, one of SIZES; 0 for larger ones
    sequential  it began where the request before it on that disk had ended
    """

    disk: str
    op: Op
    flags: tuple[Flag, ...]
    size: int
    sequential: bool
    lanes: Lanes
    count: int
    sum_ns: int
    max_ns: int
    bytes: int = 0
    errors: int = 0


SIZES = (4096, 32768, 262144)
"""Classes of request sizes, by their upper bounds in bytes."""


class Work(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one process asked of one disk with one operation in one tick, by the process that submitted it.

    comm    name of the process, which is that of its first thread; a pid of 0: it is not known which
    cgroup  its path below the root of cgroup v2, e.g. `/system.slice/nginx.service`; empty where it is not known
    kernel  a kernel thread submitted it: `cgroup` is then the owner of the pages that it wrote, where known
    lanes, sum_ns, max_ns  from submission to completion: time in the queue and in the device
    thread  name of the thread that asked lately: filters on `comm` are of threads
    """

    pid: int
    comm: str
    cgroup: str
    kernel: bool
    disk: str
    op: Op
    lanes: Lanes
    count: int
    sum_ns: int
    max_ns: int
    bytes: int = 0
    errors: int = 0
    thread: str = ""


class Tally(msgspec.Struct, frozen=True, gc=False):
    """How many events of a probe that makes rows one process had in one tick, counted in the kernel: all that passed
    the filter, also those for whose rows there was no budget. A pid of 0 stands for those who could not be told apart.

    ppid, parent_comm  0 and empty where they are not known
    cgroup  as in `Work`
    error   what they failed with; None: they did not
    timed   of how many of them it is known how long they took
    sum_ns, max_ns  of those; max_ns is no less than the longest of them
    """

    pid: int
    ppid: int
    comm: str
    parent_comm: str
    uid: int
    user: str
    cgroup: str
    error: str | None
    count: int
    timed: int = 0
    sum_ns: int = 0
    max_ns: int = 0


class Disk(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A disk in this tick.

    in_flight  requests issued and not completed at its end; `oldest_us` the age of the oldest of them
    busy       share of the tick in which it had something to do, 0..1, as iostat's %util; None if not known
    depth      requests that were there on average, waiting or in the device, as iostat's aqu-sz; None if not known
    """

    name: str
    in_flight: int
    oldest_us: int = 0
    busy: float | None = None
    depth: float | None = None


class DiskFacts(msgspec.Struct, frozen=True):
    """What is known of a disk, from sysfs and udev. Empty strings are what is not known.

    model  what it is; disks of the same model can be compared with each other
    slot   where it is plugged in, as a person would look for it: `enclosure slot 7`, `pci 0000:00:1f.2 ata3`
    sets   the sets of disks that it is a member of, directly or below others: `md0`, `LVM vg0/data`, `btrfs home`,
           `zfs tank`; only sets of several disks
    """

    name: str
    model: str = ""
    serial: str = ""
    slot: str = ""
    rotational: bool | None = None
    size: int = 0
    sets: tuple[str, ...] = ()


class Threshold(msgspec.Struct, frozen=True):
    """From which latency on single requests of a disk and operation are rows.

    why  hump: there the second hump begins; tail: it is the p99.9; set: the user said so
    """

    disk: str
    op: Op
    us: float
    why: Literal["hump", "tail", "set"]


class Aside(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a filter on disks and operations left out of a tick: not to be shown nor counted, but what a disk is like
    can only be told beside its siblings.
    """

    hists: list[Hist] = []
    disks: list[Disk] = []
    parts: list[Part] = []
    work: list[Work] = []


class ProbeTick(msgspec.Struct, frozen=True):
    """What one probe saw in one tick.

    message  for `failed`: why, and the remedy, in one line each
    first    number of the first of `rows`; rows are numbered consecutively from 0 in a session
    bpf_ns   time that the probe's programs ran in the kernel in this tick, measured or, once enough was measured,
             reckoned from its events; None if not known
    selected, rows   of a probe that makes histograms: how many events of the session were to be rows, and those that
             found room in the budget
    facts, thresholds  None where nothing has changed since the tick before
    tallies  None where they were not asked for, or the kernel does not test all of the filter
    aside    None where nothing was left out
    kin      of processes above those in rows, the parent of each: what a tree is made of where they did nothing else
    """

    id: str
    state: State
    counts: Counts = Counts()
    message: str = ""
    first: int = 0
    rows: list[Row] = []
    exits: list[Exit] = []
    hists: list[Hist] = []
    disks: list[Disk] = []
    bpf_ns: int | None = None
    parts: list[Part] = []
    work: list[Work] = []
    selected: int = 0
    facts: list[DiskFacts] | None = None
    thresholds: list[Threshold] | None = None
    tallies: list[Tally] | None = None
    aside: Aside | None = None
    kin: dict[int, int] = {}


class Box(msgspec.Struct, frozen=True):
    """The machine at the moment of the tick. cpu: busy share of all cores since the last tick, 0..1."""

    uptime_s: float
    load: tuple[float, float, float]
    cpu: float
    cores: int
    memory_used: int
    memory_total: int


class Snapshot(msgspec.Struct, frozen=True, tag="tick"):
    """One tick: everything since the last one.

    time     end of the tick, nanoseconds since the epoch
    span_ns  how long the tick really was
    filter   the filter in force, as typed
    cpu_ns   CPU time that the collector itself used in this tick
    merged   ticks that were merged into this one because the reader was slow (1: none)
    """

    time: int
    span_ns: int
    filter: str
    box: Box
    probes: tuple[ProbeTick, ...]
    cpu_ns: int
    merged: int = 1


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """Opens a session. `probes` lists every probe there is, whether on or not."""

    protocol: int
    version: str
    host: str
    kernel: str
    time: int
    interval_s: float
    probes: tuple[ProbeInfo, ...]
    budget: int = 1000


class Bye(msgspec.Struct, frozen=True, tag="bye"):
    """Ends a session in order. `reason` is empty where the reader asked for it."""

    reason: str = ""


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """What is the process that had this pid at `seen`, in nanoseconds since the epoch (0: that has it now)?

    started  when that one did, if it was told before, in seconds since the epoch
    """

    pid: int
    seen: int
    started: float | None = None


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """What it is now."""

    ask: Ask
    reading: Reading


Message = Hello | Snapshot | Bye | Answer


class Toggle(msgspec.Struct, frozen=True, tag="toggle"):
    """Attach or detach a probe. Detached means that its programs have left the kernel."""

    probe: str
    on: bool


class SetFilter(msgspec.Struct, frozen=True, tag="filter"):
    """Put a filter in force, in the language of `probes.filter`; empty for none."""

    text: str


class SetInterval(msgspec.Struct, frozen=True, tag="interval"):
    """Change the length of a tick, in seconds."""

    seconds: float


class SetSlow(msgspec.Struct, frozen=True, tag="slow"):
    """From which latency on single block requests are rows, in microseconds; None: found by the collector."""

    us: float | None


class SetTallies(msgspec.Struct, frozen=True, tag="tallies"):
    """Count the events of a probe by who did them, or do so no longer."""

    probe: str
    on: bool


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End the session: detach, drain, send a last snapshot with the exact totals, then `Bye`."""


Control = Toggle | SetFilter | SetInterval | SetSlow | SetTallies | Ask | Stop
