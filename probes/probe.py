"""What a probe is: to add one, write `NAME.bpf.c` and `NAME.py` with a `PROBE`, and list it in the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

from probes.columns import Column, ProbeInfo, Row
from probes.disk_sums import Disk, DiskFacts, Hist, Part, Threshold, Work
from probes.kernel.btf import Btf
from probes.kernel.loader import Hook, Loaded
from probes.snapshot import Exit, Tally

FOLDER = Path(__file__).parent


class Findings(NamedTuple):
    """What a reader took out of the kernel since the last time.

    undecodable  records that were no rows: counted as shown by the kernel, they are lost
    unfinished   events that began, and of whose end the kernel did not tell: lost, and not counted by it
    kin          of processes above those in rows, the parent of each
    """

    rows: list[Row]
    exits: list[Exit]
    undecodable: int = 0
    unfinished: int = 0
    kin: Mapping[int, int] = MappingProxyType({})


class Totals(NamedTuple):
    """What a reader added up since the last time; see `snapshot.ProbeTick`. `selected` is since it was loaded.

    tallies  filled in by probes.attached, whoever reads the rest
    """

    hists: Sequence[Hist] = ()
    disks: Sequence[Disk] = ()
    parts: Sequence[Part] = ()
    work: Sequence[Work] = ()
    facts: Sequence[DiskFacts] | None = None
    thresholds: Sequence[Threshold] | None = None
    selected: int = 0
    tallies: Sequence[Tally] | None = None


class Reader(Protocol):
    """Decodes what a loaded probe put into its maps. Called by the collector alone, never concurrently."""

    def drain(self) -> Findings:
        """Empties the probe's rings; cheap, and called several times a second."""

    def totals(self) -> Totals:
        """What was added up since the last call; called once a tick."""

    def set_slow(self, us: float | None) -> None:
        """From which latency on events are picked out as rows; None: the reader finds it."""

    def settle(self) -> None:
        """Called before the probe is taken out, while it still counts: what can be known only now."""

    def close(self) -> None:
        """Gives back what the reader mapped."""


class Probe(NamedTuple):
    """A probe.

    info     what the screen needs to know of it
    hooks    its programs and where they go, in the order of attaching
    facts    macros for its C source, made of this kernel's types; raises BtfError
    reader   makes the reader of a loaded probe
    entries  sizes of maps that depend on the machine, by name
    counting its programs that count what is seen: when the kernel passes one over, an event is lost
    """

    info: ProbeInfo
    hooks: tuple[Hook, ...]
    facts: Callable[[Btf], dict[str, int]]
    reader: Callable[[Loaded], Reader]
    counting: tuple[str, ...]
    entries: Callable[[], Mapping[str, int]] = dict

    def sources(self) -> tuple[bytes, ...]:
        """The C that makes the probe, to be compiled as one text."""
        shared = ("common.bpf.h", "tallies.bpf.h") if self.info.view == "rows" else ("common.bpf.h",)
        return tuple((FOLDER / name).read_bytes() for name in (*shared, f"{self.info.id}.bpf.c"))


def get(id_: str) -> Probe:
    """The probe of that id. Raises KeyError for an id that is not in the registry."""
    from probes.registry import BY_ID  # noqa: PLC0415

    probe: Probe = import_module(f"probes.{BY_ID[id_].id}").PROBE
    return probe


def offsets(btf: Btf, wanted: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """Macros for the offsets of struct members: name to (struct, member)."""
    return {name: btf.offset(*where) for name, where in wanted.items()}


PARENT = {
    "TASK_REAL_PARENT": ("task_struct", "real_parent"),
    "TASK_TGID": ("task_struct", "tgid"),
    "TASK_SIGNAL": ("task_struct", "signal"),
    "SIGNAL_LIVE": ("signal_struct", "live"),
}
"""What common.bpf.h needs to find a task's parent, and its end."""

PLACE = (
    Column("cgroup", "CGROUP", "text", 0, "cgroup of the process"),
    Column("tree", "TREE", "word", 0, "processes above it, of those that a filter asked to follow"),
)
"""Columns of where a process belongs."""
