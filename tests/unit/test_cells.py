"""A filter made of a selected cell: every column of every table has one, or says why there is none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from probes.columns import Column, Value
from probes.filter import parse, with_term
from probes.probe import get
from probes.registry import PROBES
from tui.keys import COMMANDS
from tui.panes.table import fields
from tui.panes.table.fields import FILTER_KEYS, KEYLESS, NO_TIME, cell
from tui.subject import Cell, Unfit

COLUMNS = [(probe.id, column) for probe in PROBES for column in get(probe.id).info.columns]
ROWS: Mapping[str, Mapping[str, Value]] = {
    "exec": {
        "time": 5, "pid": 7, "ppid": 3, "parent_comm": "sh", "user": "root", "uid": 0, "comm": "a b", "error": None,
        "code": 2, "signal": None, "age_ms": 1234.5678, "filename": "/bin/x y", "interpreter": "/bin/sh",
        "argv": ["x", "--all", 'a "b"'], "argv_note": "cut", "argc": 3, "tid": 7, "ret": 0, "cgroup": "/a/b.service",
        "tree": "3,1",
    },
    "open": {
        "time": 5, "pid": 7, "tid": 8, "ppid": 3, "comm": "x", "user": None, "uid": 99, "fd": 3, "error": None,
        "flags": "O_RDWR|O_CREAT", "latency_us": 0.123, "path": "/srv/x*", "path_note": "relative",
        "cgroup": "/a/b.service", "tree": "1",
    },
    "block": {
        "time": 5, "pid": 7, "tid": 8, "comm": "x", "user": "root", "uid": 0, "cgroup": "/a/b.service", "disk": "vda",
        "op": "read", "flags": "sync|meta", "sector": 1, "bytes": 4096, "queue_us": 5.0, "device_us": 2_000_001.5,
        "error": "EIO",
    },
}  # fmt: skip


@pytest.mark.parametrize(("probe", "column"), COLUMNS, ids=[f"{probe}-{column.id}" for probe, column in COLUMNS])
def test_every_column_makes_a_filter_or_says_why_not(probe: str, column: Column) -> None:
    row = ROWS[probe]
    found = cell(column.id, row, column.title)
    if column.id == "time":
        assert found is NO_TIME
    elif column.id in KEYLESS:
        assert found == Unfit(f"a filter has no key for {column.title}")
    else:
        assert isinstance(found, Cell), column.id
        only, without = (parse(with_term("", found.key, found.value, negated)) for negated in (False, True))
        assert only.matches(row)
        assert not without.matches(row)
        assert without.matches({**row, **CHANGED.get(column.id, {column.id: OTHERS.get(column.kind, "other")})})


OTHERS: Mapping[str, Value] = {"pid": 999, "number": 99, "us": 0.0, "ms": 0.5, "argv": ["other"], "error": "EPERM"}
CHANGED: Mapping[str, Mapping[str, Value]] = {
    "parent_comm": {"ppid": 999}, "user": {"user": "other", "uid": 1}, "uid": {"uid": 1}, "ret": {"ret": -1},
    "tree": {"tree": None, "ppid": 999}, "signal": {"code": 99}, "op": {"op": "write"},
}  # fmt: skip


def test_what_a_row_does_not_tell_is_no_filter() -> None:
    for _, column in COLUMNS:
        found = cell(column.id, {}, column.title)
        assert isinstance(found, Unfit) or found == Cell("err", "none"), column.id


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("latency_us", 1.5, "lat>=1.5us"), ("latency_us", 1500.0, "lat>=1.5ms"), ("latency_us", 0.001, "lat>=0.001us"),
        ("latency_us", 0.0, "lat>=0us"), ("age_ms", 61_000.0, "age>=61s"), ("queue_us", 1_000_000.0, "queue>=1s"),
        ("device_us", 12_345.678, "device>=12.345678ms"),
    ],
)  # fmt: skip
def test_a_time_is_a_bound(column: str, value: float, text: str) -> None:
    found = cell(column, {column: value}, column)
    assert isinstance(found, Cell)
    assert with_term("", found.key, found.value, False) == text
    assert with_term("", found.key, found.value, True) == text.replace(">=", "<")
    assert with_term(text, found.key, found.value, False) == text
    assert with_term(f"pid:1 {text}", found.key, found.value, True) == f"pid:1 {text.replace('>=', '<')}"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e300, "x", None])
def test_what_is_no_time_is_no_bound(value: Value) -> None:
    assert cell("latency_us", {"latency_us": value}, "LAT") == Unfit("there is no LAT here")


def test_what_is_said_instead_names_commands_that_there_are() -> None:
    known = {command.id for command in COMMANDS}
    assert set(NO_TIME.commands) | set(Unfit("").commands) <= known


def test_columns_that_have_no_key_are_told_apart_from_those_that_have() -> None:
    ids = {column.id for _, column in COLUMNS}
    assert set(KEYLESS) == ids - set(FILTER_KEYS) - {"time"}
    assert set(fields.SPANS_NS) == {column.id for _, column in COLUMNS if column.kind in ("us", "ms")}
