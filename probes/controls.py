"""What the collector can be asked for while it runs. Part of the contract with the UI, see `probes.snapshot`."""

from __future__ import annotations

import msgspec


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """What is the process that had this pid at `seen`, in nanoseconds since the epoch (0: that has it now)?

    started  when that one did, if it was told before, in seconds since the epoch
    """

    pid: int
    seen: int
    started: float | None = None


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
