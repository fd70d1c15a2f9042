"""What disks did in a tick, added up, and what is known of them. Part of the contract with the UI: see `snapshot`.

What comes by the thousand goes without the names of its fields (array_like), and is out of the garbage collector's
sight (gc=False): it holds numbers and text, no cycles.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from probes.lanes import Lanes

Op = Literal["read", "write", "flush", "discard", "other"]
OPS: tuple[Op, ...] = get_args(Op)
"""In the order of their numbers in block.bpf.c."""
Stage = Literal["queue", "device"]
Flag = Literal["sync", "meta", "readahead", "fua", "prio"]


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
