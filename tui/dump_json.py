"""Dump as JSON: one object a line, pure ASCII, so that nothing in it can harm a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import BinaryIO

import msgspec

from probes.columns import ProbeInfo, Row
from probes.disk_sums import DiskFacts, Threshold
from probes.latency import bounds_us
from probes.snapshot import Counts, Exit, Hello
from tui.findings.finding import Finding
from tui.tally import Series, Sort, Sum, Tally, Worker

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, check_circular=False, separators=(",", ":")).encode


def rfc3339(ns: int) -> str:
    """Nanoseconds since the epoch as UTC with microseconds: `2026-11-22T15:00:00.123456Z`."""
    seconds, rest = divmod(ns, 1_000_000_000)
    return f"{_second(seconds)}.{rest // 1000:06}Z"


@lru_cache(256)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class JsonSink:
    """Writes to a stream of bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lines: list[str] = []

    def ready(self, hello: Hello, states: Mapping[str, str]) -> None:
        self._add(type="ready", version=hello.version, host=hello.host, kernel=hello.kernel, probes=dict(states))

    def rows(self, probe: ProbeInfo, rows: Sequence[Row]) -> None:
        keys = [(at, column.id, column.kind == "time") for at, column in enumerate(probe.columns) if not column.later]
        for row in rows:
            line: dict[str, object] = {"type": "row", "probe": probe.id}
            for at, key, is_time in keys:
                value = row[at]
                line[key] = rfc3339(value) if is_time and isinstance(value, int) else value
            self._add(**line)

    def exits(self, probe: ProbeInfo, exits: Sequence[Exit]) -> None:
        for end in exits:
            self._add(
                type="exit", probe=probe.id, pid=end.pid, code=end.code, signal=end.signal, age_ms=round(end.age_ms, 3)
            )

    def counts(self, probe: ProbeInfo, time: int, counts: Counts) -> None:
        self._add(type="counts", probe=probe.id, time=rfc3339(time), **_fields(counts))

    def hist(self, probe: ProbeInfo, time: int | None, series: Series, total: Sum) -> None:
        of = {"disk": series.disk, "op": series.op, "stage": series.stage}
        self._add(type="hist", probe=probe.id, **_at(time), **of, **_sums(total, moved=series.stage == "device"))

    def work(self, probe: ProbeInfo, time: int | None, work: Mapping[Worker, Sum]) -> None:
        for worker, done in sorted(work.items()):
            self._add(type="work", probe=probe.id, **_at(time), **worker._asdict(), **_sums(done))

    def sorts(self, probe: ProbeInfo, time: int | None, sorts: Mapping[Sort, Sum]) -> None:
        for sort, done in sorted(sorts.items()):
            self._add(type="part", probe=probe.id, **_at(time), **sort._asdict(), **_sums(done))

    def disk(self, probe: ProbeInfo, time: int, facts: DiskFacts) -> None:
        known = msgspec.structs.asdict(facts)
        self._add(type="disk", probe=probe.id, **_at(time), disk=known.pop("name"), **known)

    def threshold(self, probe: ProbeInfo, time: int, threshold: Threshold) -> None:
        self._add(type="threshold", probe=probe.id, **_at(time), **msgspec.structs.asdict(threshold))

    def finding(self, finding: Finding, time: int) -> None:
        self._add(
            type="finding",
            state="begins" if finding.until is None else "ends",
            time=rfc3339(time),
            id=finding.id,
            kind=finding.kind,
            severity=finding.severity,
            disk=finding.disk,
            title=finding.title,
            text=finding.text,
            since=rfc3339(finding.since),
            **({} if finding.until is None else {"until": rfc3339(finding.until)}),
            numbers={name: _figure(value) for name, value in finding.numbers.items()},
        )

    def total(self, probe: ProbeInfo, tally: Tally) -> None:
        slow = {"selected": tally.selected, "listed": tally.listed} if probe.view == "latency" else {}
        self._add(type="total", probe=probe.id, **_fields(tally.total), **slow)

    def flush(self) -> None:
        if self._lines:
            self._out.write("".join(self._lines).encode("ascii"))
            self._lines.clear()
            self._out.flush()

    def _add(self, /, **line: object) -> None:
        # ASCII ends with DEL, which JSON does not escape by itself; it can only stand within a string.
        self._lines.append(_encode(line).replace("\x7f", "\\u007f") + "\n")


def _at(time: int | None) -> dict[str, str]:
    return {} if time is None else {"time": rfc3339(time)}


def _sums(total: Sum, *, moved: bool = True) -> dict[str, object]:
    """`moved`: with the bytes that were moved, and the errors."""
    latency = total.latency
    sums: dict[str, object] = {
        "unit": "us",
        "slots": [[*map(_short, bounds_us(slot)), count] for slot, count in sorted(latency.slots.items())],
        "count": latency.count,
        "sum": latency.sum_ns / 1000,
        "max": latency.max_ns / 1000,
    }
    return sums | {"bytes": total.bytes, "errors": total.errors} if moved else sums


def _figure(value: float | str) -> float | str:
    """A figure of a finding, without digits that mean nothing."""
    return round(value, 6) if isinstance(value, float) else value


def _fields(counts: Counts) -> dict[str, int]:
    return {
        "seen": counts.seen,
        "shown": counts.shown,
        "over_budget": counts.over_budget,
        "filtered": counts.filtered,
        "lost": counts.lost,
        "errors": counts.errors,
    }


def _short(number: float) -> float | int:
    return int(number) if number == int(number) else number
