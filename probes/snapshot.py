"""The contract between the collector and whoever shows what it collected.

A session is one `Hello`, then a `Snapshot` a tick, then a `Bye`; the other way go `Control` messages.
The same stream, written to a file, is a recording; an `Answer`, which an `Ask` was for, is no part of it.
Everything here is frozen and validated when it is decoded: what does not fit these types is one
`msgspec.ValidationError`, never a half-read value.

Kernel text (comm, paths, argv, disk names) is carried as it was seen, with bytes that are not UTF-8
written as `\\xNN`. It is *not* safe to print: only `tui.text` may turn it into terminal cells.
"""

from __future__ import annotations

from operator import add, sub
from typing import Literal

import msgspec

from probes.columns import ProbeInfo, Row
from probes.controls import Ask
from probes.disk_sums import Aside, Disk, DiskFacts, Hist, Part, Threshold, Work
from probes.facts import Reading

PROTOCOL = 2

State = Literal["off", "compiling", "on", "failed"]


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


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """What it is now."""

    ask: Ask
    reading: Reading


Message = Hello | Snapshot | Bye | Answer
