"""The same workload as others see it: libbpf-tools, where they are right, and the kernel's own counts."""

from __future__ import annotations

import math
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pytest

from probes.latency import fold_powers_of_two, slot_of
from tests.live.disks import fio, name_of, queued, slow_disk
from tests.live.opens import opens
from tests.live.session import Dump, Line, all_there, until

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
N = 60
WITH_TRACEFS = 'mountpoint -q /sys/kernel/tracing || mount -t tracefs t /sys/kernel/tracing; exec "$@"'


class Peer:
    """A tool that is running; `text` is what it has said, all of it once it has ended."""

    def __init__(self, process: subprocess.Popen[bytes], out: IO[bytes]) -> None:
        self._process, self._out = process, out

    @property
    def text(self) -> str:
        self._out.seek(0)
        return self._out.read().decode(errors="replace")

    def stop(self) -> str:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)
        return self.text


@contextmanager
def peer(tool: str, *options: str) -> Iterator[Peer]:
    """A tool of libbpf-tools, in a mount namespace that has tracefs."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is missing: install libbpf-tools")
    command = ["unshare", "-m", "sh", "-c", WITH_TRACEFS, "sh", "stdbuf", "-oL", path, *options]
    with TemporaryFile() as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process:
        try:
            yield Peer(process, out)
        finally:
            process.kill()


def count(text: str, comm: str) -> int:
    """Lines of a tool that name a process."""
    return len(re.findall(rf"(?m)(?:^|\s){re.escape(comm)}\s", text))


def test_execsnoop_counts_the_same(named: Named) -> None:
    caller, program, sign = named("execs", "ebt-caller"), named("ends", "ebt-peer"), named("ends", "ebt-sign")
    with peer("execsnoop") as other, Dump("comm=ebt-peer", probe="exec") as dump:
        until(lambda: subprocess.run([sign], check=True) and "ebt-sign" in other.text, "execsnoop to begin")
        subprocess.run([caller, "plain", str(N), program], check=True)
        until(lambda: count(other.text, "ebt-peer") >= N, "execsnoop to say everything")
        said = other.stop()
    assert dump.total("exec")["shown"] == len(dump.rows("exec")) == count(said, "ebt-peer") == N
    pids = {int(pid) for pid in re.findall(r"(?m)^ebt-peer\s+(\d+)", said)}
    assert {row["pid"] for row in dump.rows("exec")} == pids


def test_opensnoop_counts_the_same(named: Named, tmp_path: Path) -> None:
    program, sign, path = named("opens", "ebt-peer"), named("opens", "ebt-sign"), tmp_path / "file"
    path.touch()
    with peer("opensnoop") as other, Dump("comm=ebt-peer", probe="open") as dump:
        until(lambda: opens(sign) and "ebt-sign" in other.text, "opensnoop to begin")
        # openat alone: whether it sees open depends on where tracefs is mounted; creat and handles it never sees.
        opens(program, "times", str(N), "openat", path, "openat", tmp_path / "nowhere")
        until(lambda: count(other.text, "ebt-peer") >= 2 * N + 2, "opensnoop to say everything")
        said = other.stop()
    assert dump.total("open")["shown"] == count(said, "ebt-peer") == 2 * N + 2
    theirs = re.findall(rf"(?m)^\d+\s+ebt-peer\s+(-?\d+)\s+(\d+)\s+({re.escape(str(tmp_path))}\S*)", said)
    mine = [
        (row["fd"], row["error"], row["path"]) for row in dump.rows("open") if row["path"].startswith(str(tmp_path))
    ]
    assert len(theirs) == len(mine) == 2 * N
    # Its buffers are one a CPU: where the workload moves to another one, lines change places.
    theirs.sort(key=lambda line: line[2])
    mine.sort(key=lambda row: row[2])
    for (fd, number, name), (my_fd, my_error, my_path) in zip(theirs, mine, strict=True):
        assert (int(fd), name) == (-1 if my_fd is None else my_fd, my_path)
        assert (int(number) == 2) == (my_error == "ENOENT")


@pytest.mark.parametrize("options", [(), ("--ioengine=libaio", "--iodepth=6")], ids=["one", "six"])
def test_biolatency_draws_the_same(compiled: Callable[[str], Path], tmp_path: Path, options: tuple[str, ...]) -> None:
    with slow_disk(compiled("slowfs"), tmp_path / "disk", delay=350, every=10, slow=3000) as device:
        dump, theirs, asked = measured_by_both(device, "-D", options=options)
    (hist,) = dump.hists(disk=name_of(device), op="read", stage="device")
    all_there(dump, hist["count"], asked)
    assert drawn_the_same(hist, theirs)


def test_biolatency_draws_the_same_with_the_time_in_the_queue(compiled: Callable[[str], Path], tmp_path: Path) -> None:
    """Where there is a scheduler, its -Q is from insertion to completion. So are the times that ebtop tells of each
    process; those that it tells of the two stages add up to the same.
    """
    how = {"delay": 350, "every": 10, "slow": 3000}
    with slow_disk(compiled("slowfs"), tmp_path / "disk", **how) as device, queued(device, 4):
        options = ("--ioengine=libaio", "--iodepth=32")
        dump, theirs, asked = measured_by_both(device, "-Q", "-D", options=options)
    by_stage = {line["stage"]: line for line in dump.hists(disk=name_of(device), op="read")}
    (whole,) = dump.work(disk=name_of(device), op="read")
    all_there(dump, whole["count"], asked)
    assert drawn_the_same(whole, theirs)
    assert not drawn_the_same(by_stage["device"], theirs)  # they did wait
    assert by_stage["queue"]["count"] == by_stage["device"]["count"] == whole["count"]
    assert by_stage["queue"]["sum"] + by_stage["device"]["sum"] == pytest.approx(whole["sum"], abs=1)


def measured_by_both(device: str, *flags: str, options: tuple[str, ...]) -> tuple[Dump, dict[int, int], int]:
    """Reads a disk while ebtop and biolatency look on: what they say of it, and how many reads there were."""
    with peer("biolatency", *flags) as other, Dump(probe="block") as dump:
        until(lambda: "Hit Ctrl-C" in other.text, "biolatency to begin")
        said = fio(device, "randread", "--number_ios=2000", *options)
        text = other.stop()
    return dump, powers(text, name_of(device)), said["read"].requests


def drawn_the_same(hist: Line, theirs: dict[int, int]) -> bool:
    """Whether ebtop's histogram is theirs, folded to powers of two."""
    mine = fold_powers_of_two({slot_of(round(low * 1000)): n for low, _high, n in hist["slots"]})
    # The two take their times some hundred nanoseconds apart: what lies on a border may be on either side of it.
    moved = sum(abs(mine.get(power, 0) - theirs.get(power, 0)) for power in mine.keys() | theirs.keys())
    missing = abs(sum(theirs.values()) - hist["count"])  # it misses some ends as well
    return missing <= 0.002 * hist["count"] and moved <= 0.02 * hist["count"]


def powers(text: str, disk: str) -> dict[int, int]:
    """A disk's part of what biolatency says, by power of two of a microsecond."""
    part = re.search(rf"disk = {disk}\s*\n(.*?)(?:\n\s*\n|\Z)", text, re.DOTALL)
    assert part is not None, text
    bars = re.findall(r"(?m)^\s*(\d+) -> \d+\s*:\s*(\d+)", part[1])
    return {int(math.log2(max(int(low), 1))): int(number) for low, number in bars if int(number)}


def test_the_kernel_counts_the_same_requests(compiled: Callable[[str], Path], tmp_path: Path) -> None:
    with slow_disk(compiled("slowfs"), tmp_path / "disk", delay=200) as device, Dump(probe="block") as dump:
        file = Path("/sys/block") / device.removeprefix("/dev/") / "stat"
        before = [int(number) for number in file.read_text().split()]
        fio(device, "randrw", "--number_ios=500", "--fsync=10", "--bs=8k")
        after = [int(number) for number in file.read_text().split()]
        grown = [b - a for a, b in zip(before, after, strict=True)]
    by_op = {line["op"]: line for line in dump.hists(disk=device.removeprefix("/dev/"), stage="device")}
    # Documentation/block/stat.rst: reads 0, sectors read 2, writes 4 (with what asked for a flush), sectors written 6,
    # flushes 15
    all_there(dump, by_op["read"]["count"], grown[0])
    all_there(dump, by_op["write"]["count"], grown[4] - grown[15])
    all_there(dump, by_op["flush"]["count"], grown[15])
    if dump.total("block")["lost"] == 0:
        assert (by_op["read"]["bytes"], by_op["write"]["bytes"]) == (grown[2] * 512, grown[6] * 512)
