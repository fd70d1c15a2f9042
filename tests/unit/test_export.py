"""Exports: nothing is overwritten, nothing in them is a formula or harms a terminal, everything can be read back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Column
from tui import export
from tui.subject import Contents

COLUMNS = (
    Column("time", "TIME", "time", 12, ""),
    Column("pid", "PID", "pid", 7, ""),
    Column("comm", "COMM", "word", 15, ""),
    Column("latency_us", "LAT", "us", 8, ""),
    Column("argv", "ARGS", "argv", 24, ""),
)
TIME = 1_795_367_006_123_456_789


def contents(*rows: list[object]) -> Contents:
    return Contents("exec", COLUMNS, [list(row) for row in rows])  # type: ignore[arg-type]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_csv_has_a_heading_and_what_the_rows_have() -> None:
    made = read(export.as_csv(contents([TIME, 7, "nginx", 12.5, ["nginx", "-g", "a b"]], [TIME, 8, "x", None, None])))
    assert made == [
        ["time", "pid", "comm", "latency_us", "argv"],
        ["2026-11-22T18:43:26.123456Z".replace("18:43:26", made[1][0][11:19]), "7", "nginx", "12.5", "nginx -g a b"],
        [made[1][0], "8", "x", "", ""],
    ]


def test_json_has_the_values_themselves() -> None:
    made = json.loads(export.as_json(contents([TIME, 7, "ng\x1b[0m\x7f", 12.5, ["a", "b"]])))
    assert made[0] | {"time": ""} == {
        "time": "", "pid": 7, "comm": "ng\x1b[0m\x7f", "latency_us": 12.5, "argv": ["a", "b"]
    }  # fmt: skip
    assert json.loads(export.as_json(contents())) == []


@given(st.text(), st.lists(st.text(), max_size=3))
def test_nothing_is_a_formula_or_reaches_a_terminal(comm: str, argv: list[str]) -> None:
    whole = contents([TIME, 1, comm, None, list(argv)])
    made = export.as_csv(whole)
    for field in read(made)[1]:
        assert not field.startswith(export.FORMULA)
    for text in (made, export.as_json(whole)):
        assert all(character == "\n" or character.isprintable() for character in text)
    assert export.as_json(whole).isascii()


@pytest.mark.parametrize("comm", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_formulas_are_told_as_text(comm: str) -> None:
    assert read(export.as_csv(contents([TIME, 1, comm, None, None])))[1][2] == f"'{comm}"


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine")
    (tmp_path / "a-2.csv").symlink_to(tmp_path / "elsewhere")
    path = export.write_new(tmp_path, "a", "csv", b"new")
    assert (path.name, path.read_bytes(), path.stat().st_mode & 0o777) == ("a-3.csv", b"new", 0o600)
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        export.write_new(tmp_path / "gone", "a", "csv", b"")
