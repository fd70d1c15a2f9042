"""The page of a file; and of any page, that its lines fit, count every call, and show nothing hostile."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import Work
from probes.facts import Files, Gone, Missing, OpenFile, Parent, Reading, Socket, Sockets
from tests.unit.disk_views import LOOK, PLAIN
from tests.unit.page_views import CGROUP, FACTS, ME, SEEN, SIZES, THERE, an_exec, an_open, file_text
from tui.pages import file, opens, process
from tui.pages.live import Live
from tui.pages.sections import folded, lay
from tui.subject import File, Process


@pytest.mark.parametrize("width", SIZES)
def test_every_line_is_as_wide_as_the_page(width: int) -> None:
    for look, sheet in (
        (LOOK, process.lines(LOOK, ME, SEEN, Live(FACTS), width)),
        (PLAIN, file.lines(PLAIN, File("/data/1"), SEEN, Live(THERE), width)),
    ):
        laid = lay(look, sheet, width)
        assert {strip.cell_length for strip in laid.lines} == {width}


# What a file is


@pytest.mark.parametrize("width", SIZES)
def test_all_that_is_known_of_a_file_is_told_at_any_size(width: int) -> None:
    shown = file_text(width)
    for part in (
        "/data/1", "regular file, 121KiB (123,456 bytes)", "-rw-r--r--, root:adm, 2 links", "1m 00s ago",
        "/etc, ext4 of /dev/sda1", "40 times", "!ENOENT 10", "O_RDONLY 40", "avg 41.0us", "Opened by  1 process",
        "812", "postgres", "Run as a program",
    ):  # fmt: skip
        assert part in shown, part


def test_openers_are_told_apart_and_who_came_last_is_first() -> None:
    found = file.openers([an_open(1), an_open(2, pid=9), an_open(3), an_open(59, pid=7, error="")])
    assert [(one.pid, len(one.calls)) for one in found] == [(7, 1), (812, 2), (9, 1)]


def test_a_file_that_is_not_there_says_so() -> None:
    assert "it does not exist" in file_text(answer=Missing("it does not exist"))


def test_a_container_has_files_of_its_own() -> None:
    contained = SEEN._replace(opens=(an_open(1, cgroup=CGROUP),))
    assert file.IN_CONTAINERS in " ".join(file_text(116, seen=contained).split())
    assert "a process in a container" not in file_text()


# How often


@given(st.lists(st.integers(0, 1000)), st.integers(1, 50))
def test_every_call_is_in_one_stretch(times: Sequence[int], stretches: int) -> None:
    counts = opens.per_stretch(times, 0, 1000, stretches)
    assert sum(counts) == len(times)
    assert len(counts) == stretches


@given(st.lists(st.floats(0, 1e7), min_size=1))
def test_latencies_are_all_counted(times_us: list[float]) -> None:
    latency = opens.latency_of([an_open(0, latency_us=us) for us in times_us])
    assert sum(latency.slots.values()) == latency.count == len(times_us)
    assert latency.max_ns == int(max(times_us) * 1000)


# What is hostile


@given(st.text(), st.integers(2, 40))
def test_folding_loses_nothing_but_blanks_and_fits(text: str, cells: int) -> None:
    lines = folded(text, cells)
    assert all(len(line) <= cells or not line.isascii() for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(folded(text, 10_000)).replace(" ", "")


HOSTILE = st.text(max_size=40) | st.sampled_from(("\x1b[2J\x1b]0;x\x07", "a\nb\r", "\u202eevil", "\udcff", "家" * 50))


@given(HOSTILE, st.sampled_from(SIZES))
def test_nothing_hostile_reaches_the_screen(text: str, width: int) -> None:
    facts = msgspec.structs.replace(
        FACTS, comm=text, argv=(text, text), parents=(Parent(1, text),), user=text, cgroup=f"/{text}",
        files=Files((OpenFile(1, f"/{text}"),), None), sockets=Sockets((Socket("unix", text, text, text),), 1),
    )  # fmt: skip
    exec_ = an_exec(812, comm=text, parent=text, filename=text, argv=(text,), error=text, user=text, cgroup=text)
    open_ = an_open(1, text, comm=text, user=text, cgroup=text, error=text, flags=text)
    work: tuple[Work, ...] = (msgspec.structs.replace(SEEN.work[0], disk=text),)
    seen = SEEN._replace(execs=(exec_, exec_._replace(pid=5)), opens=(open_,), work=work, filter=text)
    answers: list[Reading] = [facts, Gone(1.0, None, text), Gone(1.0, facts, text), Missing(text)]
    sheets = [process.lines(LOOK, Process(812, text, 0), seen, Live(answer), width) for answer in answers]
    link = msgspec.structs.replace(THERE, link=text, owner=text, mount=(text, text, text))
    sheets.append(file.lines(LOOK, File(text), seen, Live(link), width))
    for sheet in sheets:
        strips = lay(LOOK, sheet, width).lines
        assert all(strip.text.isprintable() and strip.cell_length == width for strip in strips)
