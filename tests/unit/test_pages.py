"""Pages about processes and files: everything that is known, at any size, and nothing hostile on the screen."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.disk_sums import Work
from probes.facts import (
    Files,
    Gone,
    Missing,
    Namespaces,
    OpenFile,
    Parent,
    ProcessFacts,
    Reading,
    Socket,
    Sockets,
)
from tests.unit.disk_views import LOOK, PLAIN, SICK_WORK
from tests.unit.sessions import SECOND, START
from tui import format as units
from tui.pages import file, opens, process
from tui.pages.live import Live, recorded
from tui.pages.sections import Sheet, folded, lay
from tui.pages.seen import Exec, Open, Seen
from tui.procfs.file import FileFacts
from tui.subject import File, Process

SIZES = (76, 116, 196)
DENIED = Missing("not readable as you: of user root")
CGROUP = f"/system.slice/docker-{'0123456789abcdef' * 4}.scope"
FACTS = ProcessFacts(
    at=START / 1e9,
    started=START / 1e9 - 7265,
    comm="postgres",
    state="sleeping",
    argv=("postgres", "-D", "/var/lib/my data"),
    parents=(Parent(812, "bash"), Parent(1, "systemd")),
    user="postgres",
    cgroup="/system.slice/postgresql.service",
    namespaces=Namespaces(("pid", "net"), "init"),
    cpu=1.37,
    rss=48 << 20,
    share=0.031,
    pss=20 << 20,
    threads=7,
    files=Files((OpenFile(0, "/dev/null"), OpenFile(1, "pipe:[33]"), OpenFile(9, "/data/x (deleted)")), 1234),
    sockets=Sockets((Socket("tcp6", "[::1]:5432", "[::1]:40000", "established"),), 1),
)
THERE = FileFacts(
    START / 1e9,
    "regular file",
    "-rw-r--r--",
    "root:adm",
    123_456,
    2,
    START / 1e9 - 60,
    "",
    ("/etc", "ext4", "/dev/sda1"),
)
HELD_OPEN = File("/dev/null")
ME = Process(812, "postgres", START)


def an_exec(pid: int, ppid: int = 812, **fields: object) -> Exec:
    made = Exec(START, pid, "sh", ppid, "bash", "db", "", "/bin/sh", ("sh", "-c", "true"), "", None, "", None)
    return made._replace(**fields)  # type: ignore[arg-type]


def an_open(number: int, path: str = "/etc/hosts", **fields: object) -> Open:
    error = "ENOENT" if number % 4 == 3 else ""
    time = START - (60 - number % 60) * SECOND
    made = Open(time, 812, "postgres", "db", "/system.slice/db.service", error, "O_RDONLY", 2.0 * (1 + number), path)
    return made._replace(**fields)  # type: ignore[arg-type]


SEEN = Seen(
    execs=(an_exec(812, 1, code=3, age_ms=3500.0), an_exec(4711), an_exec(4712, error="ENOENT")),
    opens=tuple(an_open(n, f"/data/{n % 3}") for n in range(40)),
    work=tuple(one for one in SICK_WORK if one.pid == 812),
    span_ns=10 * SECOND,
    execs_since=START - 90 * SECOND,
    opens_since=START - 60 * SECOND,
    until=START,
)


def text(sheet: Sheet, width: int, whole: Sequence[str] = ()) -> str:
    return "\n".join(strip.text for strip in lay(LOOK, sheet, width, whole).lines)


def process_text(width: int = 196, seen: Seen = SEEN, whole: Sequence[str] = (), **live: object) -> str:
    shown = Live(**({"answer": FACTS} | live))  # type: ignore[arg-type]
    return text(process.lines(LOOK, ME, seen, shown, width), width, whole)


def file_text(width: int = 196, seen: Seen = SEEN, **live: object) -> str:
    shown = Live(**({"answer": THERE} | live))  # type: ignore[arg-type]
    return text(file.lines(LOOK, File("/data/1"), seen, shown, width), width)


# What a process is


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


@pytest.mark.parametrize("width", SIZES)
def test_every_line_is_as_wide_as_the_page(width: int) -> None:
    for look, sheet in (
        (LOOK, process.lines(LOOK, ME, SEEN, Live(FACTS), width)),
        (PLAIN, file.lines(PLAIN, File("/data/1"), SEEN, Live(THERE), width)),
    ):
        laid = lay(look, sheet, width)
        assert {strip.cell_length for strip in laid.lines} == {width}


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
