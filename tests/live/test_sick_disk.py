"""Of three disks as siblings the sick one is found and named; of three that are alike, none is."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.sick_disk import Sickness, sick_disks
from tests.live.disks import name_of
from tests.live.session import Dump, Line

pytestmark = [pytest.mark.live, pytest.mark.slow]

FOUND_WITHIN_S = 10.0
Workload = Callable[[str], Path]

MIXED = ("--rw=randrw", "--rwmixread=70", "--bssplit=4k/80:16k/20", "--fsync=50", "--rate_iops=200,90")
"""What a busy server does: reads and writes of several sizes, made durable now and then. Of larger ones these disks do
so few that too few of them are slow within ten seconds.
"""


@contextmanager
def load(devices: Sequence[str], *options: str) -> Iterator[None]:
    """The same load on each of several disks, by a process each."""
    command = ["fio", "--direct=1", "--ioengine=psync", "--bs=4k", "--time_based", "--runtime=10m", *options]
    for device in devices:
        command += [f"--name={name_of(device)}", f"--filename={device}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as fio:
        try:
            yield
            assert fio.poll() is None, "the load ended by itself"
        finally:
            fio.terminate()


def begun(dump: Dump, devices: Sequence[str]) -> list[Line]:
    """What was found so far of these disks."""
    names = set(map(name_of, devices))
    return [line for line in dump.lines if line["type"] == "finding" and line["disk"] in names]


def odd(line: Line) -> bool:
    return (line["type"], line.get("kind"), line.get("state")) == ("finding", "odd-one-out", "begins")


@pytest.mark.parametrize(
    "options",
    [("--rw=randread",), ("--rw=randread", "--rate_iops=100"), (*MIXED, "--rate_iops=300,90")],
    ids=["reads", "few reads", "mixed"],
)
def test_the_sick_one_is_found_and_named(compiled: Workload, tmp_path: Path, options: tuple[str, ...]) -> None:
    how = Sickness(sick=frozenset([1]), share=0.02, ms=(20, 60))
    with sick_disks(compiled("slowfs"), tmp_path / "disks", how) as devices, Dump(probe="block") as dump:
        with load(devices, *options):
            begun_at = time.monotonic()
            finding = dump.wait_for(odd)
            took = time.monotonic() - begun_at
        dump.stop()
        findings = begun(dump, devices)
    sick = name_of(devices[1])
    assert took < FOUND_WITHIN_S
    assert finding["disk"] == sick
    assert finding["severity"] == "critical"
    assert all(name_of(device) in finding["text"] for device in devices)
    assert str(tmp_path / "disks") in finding["text"]
    assert 0.005 < finding["numbers"]["share"] < 0.06
    assert {line["disk"] for line in findings if line["kind"] == "odd-one-out"} == {sick}


@pytest.mark.parametrize(("share", "ms"), [(0.02, (20.0, 60.0)), (1.0, (2.0, 4.0))], ids=["stalls", "slow as a whole"])
def test_it_is_named_too_where_its_slowness_leaves_it_less_to_do(
    compiled: Workload, tmp_path: Path, share: float, ms: tuple[float, float]
) -> None:
    """Fast disks of one model, each read again as soon as it has answered: the sick one answers a fraction as often."""
    how = Sickness(sick=frozenset([1]), share=share, ms=ms, base_us=50)
    with sick_disks(compiled("slowfs"), tmp_path / "disks", how) as devices, Dump(probe="block") as dump:
        with load(devices, "--rw=randread"):
            begun_at = time.monotonic()
            finding = dump.wait_for(odd)
            took = time.monotonic() - begun_at
        dump.stop()
        findings = begun(dump, devices)
    assert took < FOUND_WITHIN_S
    sick = name_of(devices[1])
    assert {line["disk"] for line in findings if line["kind"] == "odd-one-out"} == {finding["disk"]} == {sick}


@pytest.mark.parametrize("looked_at", [0, 1], ids=["a sibling", "the sick one"])
def test_it_is_named_too_where_one_disk_alone_is_looked_at(compiled: Workload, tmp_path: Path, looked_at: int) -> None:
    how = Sickness(sick=frozenset([1]), share=0.02, ms=(20, 60))
    with sick_disks(compiled("slowfs"), tmp_path / "disks", how) as devices:
        seen = name_of(devices[looked_at])
        with Dump(f"disk:{seen}", probe="block") as dump, load(devices, "--rw=randread"):
            finding = dump.wait_for(odd)
            dump.stop()
    assert finding["disk"] == name_of(devices[1])
    assert {line["disk"] for line in dump.hists()} == {seen}


def test_nothing_is_found_in_healthy_ones(compiled: Workload, tmp_path: Path) -> None:
    how = Sickness(sick=frozenset())
    with (
        sick_disks(compiled("slowfs"), tmp_path / "disks", how) as devices,
        Dump("--for", "120s", probe="block") as dump,
    ):
        with load(devices, *MIXED):
            dump.process.wait(150)
        dump.wait()
        assert begun(dump, devices) == []
        assert all(sum(line["count"] for line in dump.hists(disk=name_of(device))) > 10_000 for device in devices)


def test_three_that_are_equally_slow_have_no_odd_one(compiled: Workload, tmp_path: Path) -> None:
    how = Sickness(sick=frozenset(range(3)))
    with (
        sick_disks(compiled("slowfs"), tmp_path / "disks", how) as devices,
        Dump("--for", "30s", probe="block") as dump,
    ):
        with load(devices, "--rw=randread"):
            dump.process.wait(60)
        dump.wait()
        assert [line for line in begun(dump, devices) if line["kind"] == "odd-one-out"] == []
        for device in devices:
            (hist,) = dump.hists(disk=name_of(device), op="read", stage="device")
            assert hist["max"] > 20_000
