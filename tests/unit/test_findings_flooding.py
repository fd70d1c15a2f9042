"""A process or a unit that floods a disk for others, and who suffers from it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from probes.disk_sums import Work
from probes.lanes import lanes
from tests.distributions.load import Doing
from tests.distributions.shapes import lognormal
from tests.unit.watched_disks import one
from tui.findings.finding import Finding
from tui.findings.watch import Watch


def work(pid: int, comm: str, count: int, each_ms: float, cgroup: str = "") -> Work:
    return Work(
        pid,
        comm,
        cgroup,
        False,
        "sda",
        "read",
        lanes({100: count}),
        count,
        round(count * each_ms * 1e6),
        1,
        count * 4096,
    )


def of_the_kernel(pid: int, comm: str, count: int, each_ms: float, cgroup: str = "") -> Work:
    return msgspec.structs.replace(work(pid, comm, count, each_ms, cgroup), kernel=True)


def flooded(*moments: Sequence[Work]) -> list[Finding]:
    """What is found where that work is done by turns on a disk that is busy."""
    session = one(1, {"read": Doing(lognormal(30, 0.3), 30)}, busy=0.97, depth=3.0)
    watch = Watch()
    return [finding for at in range(10) for finding in watch.take(session.tick(work=moments[at % len(moments)]))]


VICTIM = work(11, "nginx", 5, 45, "/system.slice/nginx.service")


def test_a_process_that_floods_a_disk_for_others() -> None:
    flood = work(10, "fio", 90, 30)
    (finding,) = flooded([flood, VICTIM])
    assert (finding.id, finding.severity) == ("flooding:sda:10", "notice")
    assert "fio (pid 10) makes 95 % of the requests" in finding.text
    assert finding.text.endswith("; nginx (pid 11, nginx.service) waits 45 ms on average")
    assert finding.numbers["sufferer_us"] == pytest.approx(45_000)
    assert flooded([flood]) == []
    assert flooded([flood, work(11, "nginx", 5, 1)]) == []
    assert flooded([work(10, "fio", 50, 30), work(11, "nginx", 50, 45)]) == []


def test_a_process_is_one_whatever_its_threads_are_called() -> None:
    by_turns = [[work(10, name, 90, 30), VICTIM] for name in ("reader", "writer", "compactor")]
    (finding,) = flooded(*by_turns)
    assert (finding.id, finding.title) == ("flooding:sda:10", f"{finding.numbers['comm']} floods sda")
    assert finding.numbers["request_share"] == pytest.approx(90 / 95)


def test_the_processes_of_a_unit_are_one_flood() -> None:
    workers = [work(20 + at, "postgres", 25, 30, "/system.slice/pg.service") for at in range(4)]
    (finding,) = flooded([*workers, VICTIM])
    assert (finding.id, finding.title) == ("flooding:sda:pg.service", "pg.service floods sda")
    assert finding.text.startswith("pg.service (4 processes, most of it postgres) makes 95 % of the requests")
    assert finding.text.endswith("; nginx (pid 11, nginx.service) waits 45 ms on average")
    assert finding.numbers["processes"] == 4
    assert "pid" not in finding.numbers
    assert flooded(workers) == []
    nobodys = [msgspec.structs.replace(one, cgroup="") for one in workers]
    assert flooded([*nobodys, VICTIM]) == []


def test_what_the_kernel_writes_is_the_flood_of_its_owner() -> None:
    writers = [of_the_kernel(20 + at, f"kworker/u8:{at}", 30, 30, "/backup.service") for at in range(3)]
    (finding,) = flooded([*writers, VICTIM])
    assert finding.title == "backup.service floods sda"


def test_the_kernels_own_queue_floods_nothing_and_suffers_nothing() -> None:
    flood, queue = work(10, "fio", 90, 30), of_the_kernel(58, "kworker/1:1H", 5, 160)
    assert flooded([flood, queue]) == []
    assert flooded([of_the_kernel(58, "kworker/1:1H", 90, 160), VICTIM]) == []
    (finding,) = flooded([flood, queue, VICTIM])
    assert finding.numbers["sufferer_comm"] == "nginx"
    (journal,) = flooded([flood, of_the_kernel(59, "jbd2/sda1-8", 5, 160)])
    assert journal.numbers["sufferer_comm"] == "jbd2/sda1-8"


@pytest.mark.parametrize(
    ("text", "known"),
    [("disk:sda", True), ("comm:fio", False), ("disk:sda pid:10", False), ("op:read disk:sdb", True), ("(", False)],
)
def test_of_what_a_filter_lets_through_no_share_is_told(text: str, known: bool) -> None:
    """All that is seen of the disk may be one process or one operation, because nothing else was asked for."""
    session = one(1, {"flush": Doing(lognormal(8, 0.2), 100)}, busy=0.97, depth=3.0)
    session.filter = text
    watch = Watch()
    for _ in range(10):
        watch.take(session.tick(work=[work(10, "fio", 90, 30), VICTIM]))
    assert {finding.kind for finding in watch.current} == ({"flooding", "flush-storm"} if known else set())
    session.filter = ""
    for _ in range(5):
        assert watch.take(session.tick()) == (), "of the last ten seconds some are not known"
