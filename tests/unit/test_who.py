"""Who asks for it: everyone's own figures, those who wait the most first, those who suffer marked."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import Op, Threshold
from probes.filter import Filter, parse
from tests.unit.disk_views import LOOK, PLAIN, SICK_WORK, THRESHOLDS, view, work
from tests.unit.drawing import drawn
from tui.panes.block import who
from tui.panes.block.who import WhoSheet, processes, suffers_on
from tui.subject import Cell, Disk, Process

HEADING = 1
LIMITS: dict[tuple[str, Op], Threshold] = {(limit.disk, limit.op): limit for limit in THRESHOLDS}
EVERYONE = ["postgres", "backup", "kworker/u8:1", "jbd2/sda1-8", "(others)", "vim"]


def texts(width: int = 200, height: int = 20, top: int = 0, filter_text: str = "", **fields: object) -> list[str]:
    shown = view(filter_text, **({"work": list(SICK_WORK), "thresholds": THRESHOLDS} | fields))
    return [strip.text for strip in drawn(WhoSheet(shown, "F"), LOOK, width, height, top)]


def line_of(comm: str, width: int = 200) -> str:
    return next(text for text in texts(width) if comm in text)


def test_a_process_is_one_line_over_all_disks_and_operations() -> None:
    found = processes(SICK_WORK, Filter())
    assert [process.comm for process in found] == EVERYONE
    assert len(found[0].work) == 3
    assert found[0].waited_ns == sum(one.sum_ns for one in SICK_WORK if one.pid == 812)
    assert len(WhoSheet(view(work=list(SICK_WORK)), "F")) == len(EVERYONE)


def test_a_line_has_the_figures_of_the_whole_process() -> None:
    line = line_of("postgres")
    # 1,000 + 990 reads and 200 writes of 16 KiB each in ten seconds.
    assert line.split()[:7] == ["812", "postgres", "postgresql.service", "!sdb", "47.1ms", "sda", "219"]
    assert "3.11MiB" in line
    assert "320KiB" in line


def test_shares_of_the_waiting_add_up_to_the_whole() -> None:
    shares = [float(text.split("%")[0].split()[-1]) for text in texts()[HEADING:]]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert shares == sorted(shares, reverse=True)


def test_kernel_threads_are_marked_and_work_for_the_owner_of_the_pages() -> None:
    assert "[kworker/u8:1]" in line_of("kworker")
    assert "for nginx.service" in line_of("kworker")
    assert "[jbd2/sda1-8]" in line_of("jbd2")
    assert " kernel " in line_of("jbd2")


def test_a_kernel_thread_has_a_line_for_each_owner() -> None:
    mine = [work(33, "kworker", "sda", "write", (800, 10), kernel=True, cgroup=f"/{name}.service") for name in "ab"]
    assert {who.unit(process) for process in processes(mine, Filter())} == {"for a.service", "for b.service"}
    assert who.unit(processes([msgspec.structs.replace(mine[0], cgroup="/")], Filter())[0]) == "kernel"
    assert WhoSheet(view(work=mine), "F").cell(0, "unit") in {Cell("unit", "a.service"), Cell("unit", "b.service")}


def test_whoever_suffers_is_marked_where_he_suffers() -> None:
    slow = {process.comm: set(suffers_on(process, LIMITS)) for process in processes(SICK_WORK, Filter())}
    assert slow == {comm: {"sdb"} if comm == "postgres" else set() for comm in EVERYONE}


def test_few_requests_beyond_a_tail_that_somebody_must_be_in_prove_nothing() -> None:
    few, many = (processes([work(7, "x", "sda", "read", (5000, n))], Filter())[0] for n in (99, 100))
    assert not suffers_on(few, LIMITS)
    assert suffers_on(many, LIMITS)
    one = processes([work(7, "x", "sdb", "read", (45_000, 1))], Filter())[0]
    assert suffers_on(one, LIMITS)


def test_the_name_of_a_process_is_the_one_it_asked_with_most() -> None:
    mine = [work(7, "sh", "sda", "read", (300, 2)), work(7, "fio", "sda", "read", (300, 9))]
    assert [process.comm for process in processes(mine, Filter())] == ["fio"]


@pytest.mark.parametrize(
    ("text", "comms"),
    [
        ("pid:812", ["postgres"]),
        ("comm:post", ["postgres"]),
        ("!comm=backup", [comm for comm in EVERYONE if comm != "backup"]),
        ("user:nobody ppid:1", EVERYONE),
        ("user:nobody pid:4711", ["backup"]),
    ],
)
def test_a_filter_hides_who_does_not_pass_as_far_as_it_can_be_told(text: str, comms: list[str]) -> None:
    assert [process.comm for process in processes(SICK_WORK, parse(text))] == comms
    assert len(texts(filter_text=text)) == HEADING + len(comms)


def test_what_is_not_there_is_said() -> None:
    assert "no process passes the filter: F clears it" in texts(filter_text="pid:1")[HEADING]
    assert "no process asked for block I/O in the last 10 s: waiting" in texts(work=[])[HEADING]


def test_a_row_has_the_figures_as_numbers_and_what_it_can_be_filtered_by() -> None:
    sheet = WhoSheet(view(work=list(SICK_WORK)), "F")
    row = dict(zip((column.id for column in sheet.columns), sheet.row(0), strict=True))
    assert (row["pid"], row["comm"], row["unit"], row["iops"]) == (812, "postgres", "postgresql.service", 219.0)
    assert isinstance(row["p99_us"], float)
    assert isinstance(row["wait"], float)
    assert sheet.cell(0, "unit") == Cell("unit", "postgresql.service")
    assert sheet.cell(0, "wait") == Cell("pid", "812")
    assert sheet.cell(0, "disk") == Cell("disk", row["disk"])
    assert sheet.subject(0, "comm") == Process(812, "postgres", 0)
    assert isinstance(sheet.subject(0, "disk"), Disk)


def test_errors_have_a_column_once_there_are_any() -> None:
    assert "ERR" not in texts()[0]
    failed = texts(work=[work(7, "x", "sda", "read", (300, 10), errors=3), *SICK_WORK])
    assert "ERR" in failed[0]
    assert sum("!3" in text for text in failed) == 1


def test_it_scrolls_and_stops_at_the_last_page() -> None:
    assert len(texts(height=3)) == 3
    assert "backup" in texts(height=3, top=1)[1]
    assert texts(height=3, top=99) == texts(height=3, top=4)


def test_an_ordinary_terminal_keeps_what_matters() -> None:
    heading = texts(78, 9)[0].split()
    assert heading == ["PID", "COMM", "UNIT", "DISKS", "IOPS", "READ/s", "WRITE/s", "P99", "WAIT"]
    assert texts(40)[0].split()[:2] == ["PID", "COMM"]
    assert "!sdb 47.1ms " in line_of("postgres", 78)


@given(
    st.lists(st.builds(work, st.integers(0, 1 << 40), st.text(max_size=20), st.text(max_size=20), st.just("read"),
                       st.just((300.0, 1)), cgroup=st.text(max_size=99), kernel=st.booleans()), max_size=5),
    st.integers(1, 220), st.integers(1, 12), st.integers(0, 9),
)  # fmt: skip
def test_whatever_the_names_the_lines_fit(done: list[who.Work], width: int, height: int, top: int) -> None:
    for look in (LOOK, PLAIN):
        strips = drawn(WhoSheet(view(work=done), "F"), look, width, height, top)
        assert {strip.cell_length for strip in strips} == {width}
        assert all(strip.text.isprintable() for strip in strips)
        assert len(strips) <= max(height, HEADING + 1)
    assert all(strip.text.isascii() for strip in strips)
