"""A process and a file of which all is known, and their pages as text."""

from __future__ import annotations

from collections.abc import Sequence

from probes.facts import Files, Namespaces, OpenFile, Parent, ProcessFacts, Socket, Sockets
from tests.unit.disk_views import LOOK, SICK_WORK
from tests.unit.sessions import SECOND, START
from tui.pages import file, process
from tui.pages.live import Live
from tui.pages.sections import Sheet, lay
from tui.pages.seen import Exec, Open, Seen
from tui.procfs.file import FileFacts
from tui.subject import File, Process

SIZES = (76, 116, 196)
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
