"""The page of a process: everything that is known, at any size, the important first."""

from __future__ import annotations

import msgspec
import pytest

from probes.facts import Gone, Missing
from tests.unit.disk_views import LOOK
from tests.unit.page_views import FACTS, ME, SEEN, SIZES, an_exec, an_open, file_text, process_text, text
from tests.unit.sessions import SECOND, START
from tui import format as units
from tui.pages import process
from tui.pages.live import Live, recorded
from tui.pages.sections import lay
from tui.pages.seen import Seen
from tui.subject import File, Process

DENIED = Missing("not readable as you: of user root")
HELD_OPEN = File("/dev/null")


@pytest.mark.parametrize("width", SIZES)
def test_all_that_is_known_of_a_process_is_told_at_any_size(width: int) -> None:
    shown = process_text(width)
    for part in (
        "postgres -D '/var/lib/my data'", "sleeping", "2h 01m", "137% of a core", "48.0MiB resident, 3.1% of all",
        "20.0MiB (PSS)", "1,234", "postgresql.service", "pid, net: not init's", "812  bash", "1  systemd",
        "tcp6", "[::1]:5432", "established", "pipe:[33]", "the first 3 of 1,234", "sdb", "IOPS",
        "40 times", "!ENOENT 10", "at most", "p99", "/data/2", "1 its own, 2 of children", "sh -c true",
    ):  # fmt: skip
        assert part in shown, part
    assert "…" not in shown


def test_with_room_facts_stand_beside_what_it_did() -> None:
    lines = process_text(196).splitlines()
    assert any("Process" in line and "Block I/O" in line for line in lines)
    assert not any("Process" in line and "Block I/O" in line for line in process_text(116).splitlines())


def test_the_important_comes_first_where_there_is_little_room() -> None:
    first = "\n".join(process_text(76).splitlines()[:20])
    for part in ("postgres -D", "CPU", "memory", "user", "unit", "systemd"):
        assert part in first


def test_what_may_not_be_read_says_so_and_the_rest_is_there() -> None:
    denied = msgspec.structs.replace(FACTS, files=DENIED, sockets=DENIED, namespaces=DENIED, pss=DENIED, argv=DENIED)
    shown = process_text(answer=denied)
    assert shown.count(DENIED.why) == 5
    assert "sh -c true" in shown.splitlines()[0], "the command line is that of the exec"
    assert "137% of a core" in shown


def test_who_is_gone_stays_with_what_was_known_and_when_and_how_it_ended() -> None:
    shown = process_text(answer=Gone(START / 1e9, FACTS, "vim"))
    assert "exit 3 after 3.50s" in shown
    assert "now belongs to another process, vim" in shown
    assert "as it was at" in shown
    assert "137% of a core" in shown


def test_who_was_never_found_is_told_from_rows() -> None:
    shown = process_text(answer=Gone(START / 1e9, None, ""))
    assert "it had ended before it was asked for" in shown
    assert "/bin/sh" in shown
    assert "postgresql.service" in shown or "db.service" in shown
    assert "1  bash" in shown


def test_of_whom_only_an_exec_that_failed_was_seen_its_row_is_told() -> None:
    failed = an_exec(812, 77, comm="bash", error="ENOENT", user="jo", cgroup="/a/x.service", filename="/opt/no")
    shown = process_text(seen=Seen(execs=(failed,)), answer=None)
    for part in ("77  bash", "jo", "x.service", "!ENOENT", "/opt/no", "[postgres]"):
        assert part in shown, part
    assert "not known" not in shown
    assert "none known" not in shown
    ran = failed._replace(error="", ppid=1, filename="/bin/ran")
    assert "/bin/ran" in process_text(seen=Seen(execs=(ran, failed)), answer=None)


def test_who_is_known_by_pid_alone_is_called_by_what_rows_name_it_or_else_by_that() -> None:
    nameless = Process(812, "", 0)
    for seen, called in (
        (Seen(), "pid 812"),
        (Seen(opens=(an_open(1),)), "[postgres]"),
        (Seen(execs=(an_exec(4711),)), "[bash]"),
        (Seen(work=SEEN.work), f"[{SEEN.work[0].comm}]"),
    ):
        assert process.command(nameless, seen, Live()) == called
        assert called.strip("[]") in text(process.lines(LOOK, nameless, seen, Live(), 196), 196)


def test_rows_of_another_process_with_the_same_pid_are_left_out() -> None:
    later = msgspec.structs.replace(FACTS, started=START / 1e9 - 30)
    assert "40 times" in process_text()
    assert "12 times" in process_text(answer=later)


@pytest.mark.parametrize(
    ("live", "said"),
    [
        ({"answer": None}, "asking"),
        ({}, "now ─"),
        ({"held": True}, "of now, not of the moment that is shown"),
        ({"waiting_s": 12.0}, "no answer for 0m 12s"),
        ({"answer": None, "why": recorded("web-17")}, "recorded on web-17: live figures are not available"),
        ({"answer": Missing("hidden from you")}, "hidden from you"),
    ],
)
def test_it_says_what_the_live_part_is_of(live: dict[str, object], said: str) -> None:
    assert said in process_text(76, **live)


def test_probes_that_are_off_are_not_taken_for_silence() -> None:
    nothing = Seen(span_ns=10 * SECOND, watched=("exec",))
    assert process_text(seen=nothing).count("not watched: the probe is off") == 2
    assert "none is kept" in process_text(seen=nothing)
    assert "not watched" in file_text(seen=nothing)


def test_a_filter_that_was_in_force_is_told() -> None:
    told = "comm:x (since it was set, only rows that pass it are kept)"
    for shown in (process_text, file_text):
        assert " ".join(shown(76, seen=SEEN._replace(filter="comm:x")).split()).count(told) == 2
        assert "since it was set" not in shown()


def test_how_far_back_rows_go_is_told_of_each_probe_and_the_rate_begins_there() -> None:
    shown = process_text(76)
    heading = {line.split()[0]: line for line in shown.splitlines() if "rows kept since" in line}
    execs, opens_ = units.clock(SEEN.execs_since)[:8], units.clock(SEEN.opens_since)[:8]
    assert f"since {execs}" in heading["Execs"]
    assert f"since {opens_}" in heading["Opens"]
    rate = next(line for line in shown.splitlines() if line.startswith("rate"))
    assert f"since {opens_}" in rate


def test_parents_children_and_files_can_be_opened() -> None:
    laid = lay(LOOK, process.lines(LOOK, ME, SEEN, Live(FACTS), 196), 196)
    left, right = ([spot.subject for spot in column] for column in laid.spots)
    assert left == [Process(812, "bash", int(FACTS.at * 1e9)), Process(1, "systemd", int(FACTS.at * 1e9)), HELD_OPEN]
    assert [subject.path for subject in right if isinstance(subject, File)] == ["/data/0", "/data/1", "/data/2"]
    assert [subject.pid for subject in right if isinstance(subject, Process)] == [4712, 4711]
    for column in laid.spots:
        for spot in column:
            shown = laid.lines[spot.line].crop(spot.cells.start, spot.cells.stop).text
            assert str(spot.subject[0]) in shown


def test_a_long_table_is_cut_and_counted_and_its_rest_is_there_for_the_asking() -> None:
    many = SEEN._replace(opens=tuple(an_open(0, f"/{n}") for n in range(1000)))
    shown = process_text(seen=many)
    assert "and 990 more" in shown
    assert "the first 300 of 1,000" not in shown
    whole = process_text(seen=many, whole=["files"])
    assert "and 990 more" not in whole
    assert "the first 300 of 1,000" in whole
    assert len(whole.splitlines()) > len(shown.splitlines()) + 280


def test_one_line_is_not_left_out_for_another() -> None:
    for files, told in ((11, ""), (12, "and 2 more")):
        shown = process_text(seen=SEEN._replace(opens=tuple(an_open(0, f"/{n}") for n in range(files))))
        assert told in shown
        assert ("/10" in shown) == (not told)


def test_many_execs_hide_nothing_on_a_narrow_page() -> None:
    busy = SEEN._replace(execs=tuple(an_exec(n, time=START - n) for n in range(1000, 3000)))
    shown = process_text(76, seen=busy)
    places = [shown.index(part) for part in ("Parents", "Sockets", "Open files", "Block I/O", "Opens", "Execs")]
    assert places == sorted(places)
    assert "and 1,990 more" in shown
    assert len(shown.splitlines()) < 80
