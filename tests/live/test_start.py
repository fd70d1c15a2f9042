"""How a session begins: with nothing compiled yet, with a cache that cannot be trusted, or not at all."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import psutil
import pytest

from probes.kernel.cache import PLACE
from probes.snapshot import Snapshot
from tests.live.kernel import bpf_ids, held
from tests.live.session import EBTOP, PATIENCE_S, ROOT, Dump, collector_of, until
from tui.recording import Reader

pytestmark = pytest.mark.live

Named = Callable[[str, str], str]
OwnCache = tuple[Path, tuple[str, ...]]
ALL = "exec,open,block"


@pytest.fixture
def own_cache() -> Iterator[OwnCache]:
    """A cache of this test's own, empty, and what to put before a command that shall use it."""
    folder = Path(mkdtemp(prefix="ebtop-test-", dir=PLACE.parent))
    folder.chmod(0o755)
    PLACE.mkdir(mode=0o755, exist_ok=True)
    script = f'mount --bind {folder} {PLACE} && exec "$@"'
    yield folder, ("unshare", "-m", "sh", "-c", script, "sh")
    shutil.rmtree(folder)


def run(*words: str, prefix: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """A dump to its end."""
    command = [*prefix, *EBTOP, "dump", "--for", "0s", *words]
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def ready(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The states that a dump began with."""
    states: dict[str, str] = json.loads(done.stdout.splitlines()[0])["probes"]
    return states


def test_a_cold_start_compiles_and_the_next_one_does_not(own_cache: OwnCache, named: Named) -> None:
    folder, prefix = own_cache
    program = named("ends", "ebt-cold")
    with Dump("comm=ebt-cold", probe=ALL, prefix=prefix) as dump:
        subprocess.run([program], check=True)
    assert (dump.code, dump.stderr, dump.total("exec")["shown"]) == (0, "", 1)
    files = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert sorted(name.partition("-")[0] for name in files) == ["block", "exec", "open"]
    assert run(prefix=prefix).returncode == 0
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == files


def test_a_cache_that_was_tampered_with_is_made_anew(own_cache: OwnCache) -> None:
    folder, prefix = own_cache
    assert run(prefix=prefix).returncode == 0
    whole = {file: file.read_bytes() for file in folder.iterdir()}
    for file, data in whole.items():
        file.write_bytes(data[:300] + bytes([data[300] ^ 1]) + data[301:])
    done = run(prefix=prefix)
    assert (done.returncode, done.stderr, set(ready(done).values())) == (0, "", {"on"})
    assert {file: file.read_bytes() for file in folder.iterdir()} == whole


def test_a_cache_that_others_can_write_is_not_used(own_cache: OwnCache) -> None:
    folder, prefix = own_cache
    folder.chmod(0o777)
    done = run("--probe", "open", prefix=prefix)
    assert (done.returncode, done.stderr, ready(done)) == (0, "", {"open": "on"})
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("which", ["dump", "collector"])
def test_killed_while_compiling(own_cache: OwnCache, which: str) -> None:
    _folder, prefix = own_cache
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*prefix, *EBTOP, "dump"], cwd=ROOT, stdout=quiet, stderr=quiet) as dump:
        try:
            until(lambda: compilers(dump.pid), "the compiler")
            collector = collector_of(dump.pid)
            processes = [collector, *compilers(dump.pid)]
            programs = held(collector.pid, "prog_id")
            dump.kill() if which == "dump" else collector.kill()
            dump.wait(PATIENCE_S)
        finally:
            dump.kill()
    until(lambda: not any(alive(process) for process in processes), "all of it to end", 5.0)
    assert not programs & bpf_ids("prog")


def compilers(pid: int) -> list[psutil.Process]:
    """The compilers that a session has started."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        try:
            if "probes.build" in child.cmdline():
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("files", [8, 24, 40, 64])
def test_too_few_file_descriptors_are_told(files: int) -> None:
    done = run(prefix=("sh", "-c", f'ulimit -n {files}; exec "$@"', "sh"))
    assert "Traceback" not in done.stderr
    if done.returncode == 2:
        assert "open files" in done.stderr
        return
    states = ready(done)
    assert done.returncode == (0 if set(states.values()) == {"on"} else 1)
    for state in states.values():
        assert state == "on" or (state.startswith("failed: ") and "open files" in state)


@pytest.mark.parametrize("streams", ["2>&-", "<&- >&- 2>&-"])
def test_a_recording_without_standard_streams(streams: str, tmp_path: Path) -> None:
    """As daemons are started: what is opened first must not become one of them."""
    made = tmp_path / "x.ebtop"
    record = ["sh", "-c", f'exec "$@" {streams}', "sh", *EBTOP, "record", "-o", str(made), "--for", "0s"]
    assert subprocess.run(record, cwd=ROOT, timeout=PATIENCE_S, check=False).returncode == 0
    with Reader(made) as reader:
        assert isinstance(list(reader)[-1], Snapshot)


def test_a_root_without_bpf_is_told() -> None:
    done = run(prefix=("setpriv", "--bounding-set=-bpf,-sys_admin", "--inh-caps=-all"))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2
    assert "CAP_BPF" in done.stderr
    assert "ebtop demo" in done.stderr
