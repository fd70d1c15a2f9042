"""Filters of what calls return, and those of which the kernel tests only a part: exactly."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.counted import LIBRARIES, ROOMY, N, counted
from tests.live.disks import fio
from tests.live.opens import opens
from tests.live.session import Dump, Line, until

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
SlowDisk = Callable[..., str]


class TestResults:
    def workload(self, program: str, where: Path) -> None:
        nowhere = where / "nowhere"
        opens(program, "times", str(N), "openat", where, "openat", nowhere, "open", nowhere, "openat", where / "file/x")

    @pytest.fixture
    def where(self, tmp_path: Path) -> Path:
        (tmp_path / "file").touch()
        return tmp_path

    @pytest.mark.parametrize(
        ("filter_", "passed"),
        [
            ("err:ENOENT", 2 * N),
            ("err:ENOTDIR", N),
            ("err:ENOENT,ENOTDIR", 3 * N),
            ("err:*", 3 * N),
            ("err:none", N + LIBRARIES),
            ("!err:*", N + LIBRARIES),
            ("!err:ENOENT", 2 * N + LIBRARIES),
            ("ret<0 !ret:-2", N),
            ("ret>=0", N + LIBRARIES),
            ("(err:ENOENT or err:ENOTDIR)", 3 * N),
            ("lat>10s", 0),
            ("lat<10s", 4 * N + LIBRARIES),
            ("lat>=0us err:ENOENT", 2 * N),
        ],
    )
    @pytest.mark.parametrize("rows", [ROOMY, ("--rows", "0")])
    def test_of_opens(self, named: Named, where: Path, filter_: str, passed: int, rows: tuple[str, ...]) -> None:
        program = named("opens", "ebt-result")
        found = counted(f"comm=ebt-result {filter_}", lambda: self.workload(program, where), rows=rows)
        assert found.passed == passed
        if rows == ROOMY:
            assert found.total["errors"] == len([row for row in found.rows if row["error"]])

    def test_of_execs(self, named: Named, tmp_path: Path) -> None:
        caller = named("execs", "ebt-results")

        def workload() -> None:
            subprocess.run([caller, "plain", str(N), tmp_path / "nowhere"], check=False, stdout=subprocess.DEVNULL)

        found = counted("comm=ebt-results err:ENOENT", workload, probe="exec")
        assert (found.passed, found.total["errors"]) == (N, N)
        assert {row["ret"] for row in found.rows} == {-2}
        assert counted("comm=ebt-results ret:0", workload, probe="exec").passed == 1


class TestRest:
    """What the kernel does not test: the collector does, on the rows."""

    @pytest.mark.parametrize(
        ("filter_", "passed"),
        [
            ("path:*/wanted*", 2 * N),
            ("path:/wanted-1", N),
            ("!path:*/wanted-?", N + LIBRARIES),
            (r"path~wanted-\d$", 2 * N),
            ("path:wanted-2 err:ENOENT", N),
            ("(path:wanted-2 or path:wanted-1)", 2 * N),
            ("(path:wanted-2 or path:wanted-1) !(err:* path:wanted)", N),
            ("wanted", 2 * N),
            ("disk:sda", 0),
            ("!disk:sda path:wanted", 2 * N),
            ("(disk:sda or path:wanted)", 2 * N),
        ],
        ids=map(str, range(11)),  # the text would be in the path
    )
    def test_of_opens(self, named: Named, tmp_path: Path, filter_: str, passed: int) -> None:
        program = named("opens", "ebt-rest")
        for name in ("wanted-1", "other"):
            (tmp_path / name).touch()

        def workload() -> None:
            names = ("wanted-1", "other", "wanted-2")
            opens(program, "times", str(N), *(word for name in names for word in ("openat", str(tmp_path / name))))

        found = counted(f"comm=ebt-rest {filter_}", workload)
        assert found.passed == passed
        assert found.total["filtered"] >= 3 * N + LIBRARIES - passed
        assert found.total["errors"] == len([row for row in found.rows if row["error"]])

    def test_what_is_wanted_is_not_starved(self, named: Named, tmp_path: Path) -> None:
        """Four unwanted rows for each wanted one: all of those find room, and not one more than was asked for."""
        program = named("opens", "ebt-starved")
        for name in ("wanted", "other"):
            (tmp_path / name).touch()
        words = ["openat", str(tmp_path / "wanted"), *["openat", str(tmp_path / "other")] * 3]

        def workload() -> None:
            opens(program, *words * N)

        found = counted("comm=ebt-starved path:*/wanted", workload, rows=("--rows", str(N)))
        assert len(found.rows) == found.passed == N
        assert found.total["filtered"] >= 3 * N
        found = counted("comm=ebt-starved path:*/wanted", workload, rows=("--rows", str(N // 2)))
        assert len(found.rows) <= N // 2 + 1

    def test_ends_are_those_of_the_rows(self, named: Named) -> None:
        program = named("ends", "ebt-ended")
        with Dump("comm=ebt-ended", "arg:exit", "arg=3,5", probe="exec") as dump:
            for code in (1, 3, 4, 5):
                subprocess.run([program, "exit", str(code)], check=False)
            until(lambda: len(dump.exits()) == 2, "their ends")
        assert [(end["code"], end["pid"]) for end in dump.exits()] == [
            (int(row["argv"][-1]), row["pid"]) for row in dump.rows("exec")
        ]

    def test_a_filter_on_threads(self, named: Named, tmp_path: Path) -> None:
        script = f"times {N} openat {tmp_path} thread {tmp_path}"
        with subprocess.Popen(
            [named("opens", "ebt-tid"), "wait", *script.split()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            found = counted(f"tid:{process.pid}", lambda: process.communicate("!"))
        assert found.passed == N

    def test_of_slow_requests(self, slow: SlowDisk) -> None:
        device = slow(delay=3000)
        name = os.path.basename(device)  # noqa: PTH119

        def listed(*filter_: str) -> list[Line]:
            with Dump(*filter_, "--slow", "1ms", "--rows", "100000", probe="block") as dump:
                fio(device, "randread", f"--number_ios={N}", "--io_size=100m")
            total = dump.total("block")
            assert total["selected"] == total["listed"] == len(dump.rows("block"))
            return dump.rows("block")

        assert len(listed("comm=fio", f"disk:{name}", "op:read", "lat>1ms")) >= N - 1
        # It may have to read its own program from another disk.
        assert name not in {row["disk"] for row in listed("comm=fio", f"!disk:{name}")}
        assert listed("comm=fio", "lat>10s") == []
