"""The time line: every tick is in a column, bursts and findings are seen, and so is the cursor."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.fakes import HELLO, START, Machine
from tui.findings.finding import Finding, Severity
from tui.outline import Outline
from tui.tape import Tape
from tui.theme import load
from tui.widgets.glyphs import ASCII, UNICODE
from tui.widgets.line import look
from tui.widgets.time_line import Moment, before, behind, columns, ending, position, render, spread

LOOK = look(load("dark"), UNICODE)
PLAIN = look(load("dark"), ASCII)


def filled(rows: list[int], found: dict[int, Severity] | None = None, history_s: float = 900) -> Tape:
    machine, tape = Machine(rows=0, disks=0), Tape(HELLO.probes, history_s)
    for n, count in enumerate(rows):
        machine.rows = count
        began = [
            Finding("stuck:sda", "stuck", severity, "sda", "", "", {}, START)
            for at, severity in (found or {}).items()
            if at == n
        ]
        tape.add(machine.tick(), tuple(began), began)
    return tape


def drawn(tape: Tape, cells: int, cursor: int | None = None) -> str:
    return render(columns(tape, cells, {}), cursor, cells, LOOK).text


def test_a_burst_is_seen_although_the_disks_are_always_busy() -> None:
    line = drawn(filled([0] * 10 + [400] + [0] * 9), 20)
    assert line[10] == "█"
    assert all(bar in "▁▂▃▄" for bar in line[:10] + line[11:])


def test_a_burst_among_many_ticks_is_not_averaged_away() -> None:
    assert "█" in drawn(filled([0] * 100 + [400] + [0] * 99), 20)


@pytest.mark.parametrize(("severity", "sign"), [("critical", "X"), ("warning", "!"), ("notice", "i")])
def test_a_finding_has_its_sign_where_it_began(severity: Severity, sign: str) -> None:
    assert drawn(filled([1] * 20, {7: severity}), 20).index(sign) == 7


def test_of_several_findings_the_gravest_is_seen() -> None:
    line = drawn(filled([1] * 40, {8: "notice", 9: "critical"}), 20)
    assert "X" in line
    assert "i" not in line


def test_the_cursor_is_a_sign_of_its_own() -> None:
    tape = filled([1] * 20)
    assert drawn(tape, 20, 12)[12] == UNICODE.down
    assert render(columns(tape, 20, {}), 12, 20, PLAIN).text[12] == "|"


def test_what_it_says_of_time() -> None:
    tape = filled([1] * 400)
    assert before(tape) == "-7m "
    assert behind(tape, Moment(None, tape.mark(399).time)).split()[1] == "newest"
    assert behind(tape, Moment(274, tape.mark(274).time)).endswith(" 2m 05s ago ")


def test_a_tape_that_memory_cut_says_so() -> None:
    machine, tape = Machine(rows=50, disks=0), Tape(HELLO.probes, 900, 50_000)
    for _ in range(60):
        tape.add(machine.tick())
    assert "s: memory " in before(tape)


@given(st.integers(0, 300), st.integers(8, 90), st.integers(1, 200))
def test_every_tick_is_in_one_column_and_what_was_known_stays(ticks: int, cells: int, history_s: int) -> None:
    machine, tape = Machine(rows=0, disks=0), Tape(HELLO.probes, history_s)
    known = columns(tape, cells, {})
    for n in range(ticks):
        tape.add(msgspec.structs.replace(machine.tick(), cpu_ns=n))
        if n % 7 == 0:
            known = columns(tape, cells, known)
    shown = columns(tape, cells, known)
    assert shown == columns(tape, cells, {})
    assert len(shown) <= cells
    assert [number for column in shown for number in column] == list(range(tape.first, tape.end))
    if ticks:
        assert len(shown) > min(len(tape), cells) // 3


def outlined(ticks: int) -> Outline:
    machine, outline = Machine(rows=0, disks=0), Outline(HELLO.probes)
    for _ in range(ticks):
        outline.add(machine.tick())
    return outline


@given(st.integers(1, 300), st.integers(8, 90))
def test_a_recording_fills_the_line_and_every_stretch_is_in_one_column(ticks: int, cells: int) -> None:
    shown = spread(outlined(ticks), cells)
    assert len(shown) == min(ticks, cells)
    assert [number for column in shown for number in column] == list(range(ticks))


def test_what_was_not_played_is_dim() -> None:
    outline = outlined(20)
    for at in range(5):
        outline.play(outline.time(at), "critical" if at == 2 else None)
    strip = render(spread(outline, 20), 4, 20, LOOK)
    assert strip.text[2] == "X"
    assert strip.text[4] == UNICODE.down
    dim = [segment.style == LOOK.styles["dim"] for segment in strip for _ in segment.text]
    assert dim == [False] * 5 + [True] * 15


def test_what_it_says_of_a_recording() -> None:
    outline = outlined(400)
    assert ending(outline) == " 15:13:20+ "
    outline.end(outline.ends)
    assert ending(outline) == " 15:13:20 "
    assert position(outline, outline.time(124)) == " 15:08:45  2m 05s of 7m "
