"""A recording that is there: dumped by its own clock, under filters, up to its damage, and never written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from probes.snapshot import Bye, Counts, ProbeTick
from tests.unit.dumps import BUSY, COMPILING, LAST, READY, of
from tests.unit.sessions import EXEC, HELLO, FakeLink, Outcome, exec_row, exec_tick, snapshot
from tui.recording import Writer

Ebtop = Callable[..., Outcome]
Install = Callable[[FakeLink], list[Any]]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "x.ebtop"
    with Writer(path, HELLO) as writer:
        for message in (COMPILING, READY, BUSY, LAST, Bye()):
            writer.write(message)
    return path


def test_every_adds_counts_and_histograms_that_sum_up_to_the_totals(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "--every")
    assert done.code == 0
    counts = [line for line in of(done.out, "counts") if line["probe"] == "open"]
    assert [line["time"] for line in counts] == [f"2026-11-22T15:00:0{n}.000000Z" for n in (1, 2, 3, 4)]
    total = next(line for line in of(done.out, "total") if line["probe"] == "open")
    for key in ("seen", "shown", "over_budget", "filtered", "lost", "errors"):
        assert sum(line[key] for line in counts) == total[key]
    hists = [line for line in of(done.out, "hist") if line["stage"] == "device"]
    assert [line["count"] for line in hists] == [4, 1, 5]
    assert ["time" in line for line in hists] == [True, True, False]


@pytest.mark.parametrize("words", [("comm:sh",), ("disk:vda",), ("comm:sh", "--probe", "exec")])
def test_what_a_filter_cannot_narrow_is_told_where_it_was_recorded(
    ebtop: Ebtop, recorded: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    without = tmp_path / "without.ebtop"
    with Writer(without, HELLO) as writer:
        off = tuple(msgspec.structs.replace(tick, state="off") for tick in READY.probes if tick.id == "block")
        writer.write(msgspec.structs.replace(READY, probes=(*READY.probes[:2], *off)))
    told = words == ("comm:sh",)
    assert ebtop("dump", str(recorded), *words).err.count("all that was recorded") == told
    assert ebtop("dump", str(without), *words).err == ""


def test_a_file_needs_no_slash(ebtop: Ebtop, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(recorded.parent)
    recorded.rename("nginx")
    assert len(of(ebtop("dump", "nginx").out, "total")) == 3


def test_a_column_may_have_any_other_name(ebtop: Ebtop, tmp_path: Path) -> None:
    columns = tuple(
        msgspec.structs.replace(column, id=name)
        for column, name in zip(EXEC.columns, ("self", "line", "out", "/", "", "time"), strict=True)
    )
    hello = msgspec.structs.replace(HELLO, probes=(msgspec.structs.replace(EXEC, columns=columns), *HELLO.probes[1:]))
    path = tmp_path / "named.ebtop"
    with Writer(path, hello) as writer:
        writer.write(snapshot(1, exec_tick([exec_row(10)], 1)))
    done = ebtop("dump", str(path))
    assert done.code == 0, done.err
    assert of(done.out, "row")[0]["line"] == 10


def test_text_has_a_heading_streams_rows_and_is_safe(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "--format", "text")
    assert done.code == 0
    out = done.out.splitlines()
    heading = next(line for line in out if line.startswith("TIME"))
    row = out[out.index(heading) + 1]
    assert row.index("sh") == heading.index("COMM")
    assert row.endswith("sh -c true")
    assert any("vda read, device time: 5 requests" in line for line in out)
    assert "15 seen = 1 shown + 9 over budget + 3 filtered + 2 lost; 5 errors" in done.out
    assert "\x1b" not in done.out


def test_a_filter_on_a_file_moves_rows_from_shown_to_filtered(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "comm=sh")
    assert [line["pid"] for line in of(done.out, "row")] == [10]
    assert [line["pid"] for line in of(done.out, "exit")] == [10]
    total = of(done.out, "total")[0]
    assert (total["seen"], total["shown"], total["filtered"]) == (2, 1, 1)
    for total in of(done.out, "total"):
        assert total["seen"] == total["shown"] + total["over_budget"] + total["filtered"] + total["lost"]


@pytest.mark.parametrize("words", [("dump",), ("dump", "FILE"), ("record", "-o", "FILE2")])
def test_how_processes_end_cannot_be_asked_where_rows_are_written_at_once(
    ebtop: Ebtop, collector: Install, recorded: Path, words: tuple[str, ...]
) -> None:
    collector(FakeLink([[READY]]))
    done = ebtop(*(word.replace("FILE", str(recorded)) for word in words), "!exit:0")
    assert (done.code, done.out) == (2, "")
    assert "exit: is known long after a row is written" in done.err
    assert done.err.count("\n") == 1


def test_the_clock_of_a_file_is_that_of_the_recording(ebtop: Ebtop, recorded: Path) -> None:
    done = ebtop("dump", str(recorded), "--for", "1s", "--probe", "open")
    assert of(done.out, "total")[0]["seen"] == 10  # ready at 2 s, ended by the tick at 3 s


@pytest.mark.parametrize(("text", "said"), [("tree:1", True), ("pid:1", False)])
def test_how_far_a_tree_is_known_in_a_recording_is_said(ebtop: Ebtop, recorded: Path, text: str, said: bool) -> None:
    done = ebtop("dump", str(recorded), "--probe", "exec", text)
    assert done.code == 0
    assert ("tree: of a recording goes by the parents" in done.err) is said


def test_a_damaged_file_is_dumped_up_to_the_damage(ebtop: Ebtop, recorded: Path) -> None:
    recorded.write_bytes(recorded.read_bytes()[:-60])
    done = ebtop("dump", str(recorded))
    assert done.code == 2
    assert len(of(done.out, "total")) == 3
    assert done.err == f"ebtop: recording {recorded} is cut short after 3.0 s: everything before it is shown\n"


def test_counts_go_on_when_a_probe_is_attached_anew(ebtop: Ebtop, tmp_path: Path) -> None:
    path = tmp_path / "toggled.ebtop"
    seen = [("on", 5), ("on", 8), ("off", 9), ("off", 9), ("compiling", 9), ("on", 20), ("on", 21)]
    with Writer(path, HELLO) as writer:
        for n, (state, number) in enumerate(seen, 1):
            tick = ProbeTick("open", "on", Counts(seen=number, filtered=number))
            writer.write(snapshot(n, msgspec.structs.replace(tick, state=state)))
    done = ebtop("dump", str(path), "--probe", "open")
    assert of(done.out, "total")[0]["seen"] == 21


def test_record_refuses_a_file_that_is_there(ebtop: Ebtop, collector: Install, recorded: Path) -> None:
    before = recorded.read_bytes()
    link = FakeLink([[READY]])
    collector(link)
    done = ebtop("record", "-o", str(recorded))
    assert done.code == 2
    assert "is there already: choose another name" in done.err
    assert recorded.read_bytes() == before
    assert link.closed
