"""What either half of ebtop may do: the collector little, the rest nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence

import msgspec
import pytest

from probes import build, onlooker
from tests.live.kernel import status
from tests.live.session import PATIENCE, ROOT, Dump

pytestmark = pytest.mark.live

DAC_READ_SEARCH, SYS_PTRACE, SYS_ADMIN, PERFMON, BPF = 2, 19, 21, 38, 39
KEPT = f"{sum(1 << number for number in (DAC_READ_SEARCH, SYS_PTRACE, PERFMON, BPF)):016x}"
NONE = f"{0:016x}"


def someone() -> tuple[int, int]:
    """A user and group other than root, who can read this project."""
    others = all(place.stat().st_mode & stat.S_IXOTH for place in (ROOT, *ROOT.parents))
    about = ROOT.stat()
    return (65534, 65534) if others else (about.st_uid, about.st_gid)


def through_sudo() -> dict[str, str]:
    """The environment that sudo leaves."""
    uid, gid = someone()
    return os.environ | {"SUDO_UID": str(uid), "SUDO_GID": str(gid), "SUDO_USER": "someone"}


@pytest.mark.parametrize("sudo", [False, True])
def test_the_collector_keeps_four_capabilities(sudo: bool) -> None:
    with Dump(env=through_sudo() if sudo else None) as dump:
        pid = dump.collector.pid
        sets = [status(pid, f"Cap{name}") for name in ("Eff", "Prm", "Bnd", "Inh", "Amb")]
        assert sets == [KEPT, KEPT, KEPT, NONE, NONE]
        assert status(pid, "NoNewPrivs") == "1"
    assert dump.code == 0


@pytest.mark.parametrize("sudo", [False, True])
def test_the_rest_keeps_none(sudo: bool) -> None:
    uid, gid = someone() if sudo else (0, 0)
    with Dump(env=through_sudo() if sudo else None) as dump:
        pid = dump.process.pid
        assert status(pid, "Uid").split() == [str(uid)] * 4
        assert status(pid, "Gid").split() == [str(gid)] * 4
        assert [status(pid, f"Cap{name}") for name in ("Eff", "Prm", "Inh", "Amb")] == [NONE] * 4
        assert status(pid, "NoNewPrivs") == "1"
        if sudo:
            assert status(pid, "Groups") == ""
            assert status(pid, "CapBnd") == NONE
    assert (dump.code, dump.stderr) == (0, "")


IMPORTS = """
import json, os, sys
seen = {}
def watch(event, arguments):
    name = arguments[0].partition(".")[0] if event == "import" else ""
    if name in ("msgspec", "psutil", "rich", "textual", "bcc"):
        seen.setdefault(name, os.geteuid())
sys.addaudithook(watch)
from tui.cli import main
code = main(json.loads(sys.argv[1]))
print(json.dumps(seen), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "words", [("dump", "--for", "0s", "--probe", "open", "comm=ebt-none"), ("doctor",), ("config",), ("man",)]
)
def test_nothing_of_third_parties_is_imported_by_root(words: Sequence[str]) -> None:
    command = [sys.executable, "-c", IMPORTS, json.dumps(words)]
    done = subprocess.run(
        command, cwd=ROOT, env=through_sudo(), capture_output=True, text=True, check=True, timeout=60 * PATIENCE
    )
    seen = json.loads(done.stderr)
    assert "msgspec" in seen or words[0] == "man"
    assert set(seen.values()) == {someone()[0]}


def test_the_collector_is_not_to_be_looked_into_by_its_user() -> None:
    uid, _gid = someone()
    with Dump(env=through_sudo()) as dump:
        look = ["setpriv", f"--reuid={uid}", "--clear-groups", "cat", f"/proc/{dump.collector.pid}/environ"]
        assert subprocess.run(look, capture_output=True, check=False).returncode != 0 or uid == 0


SETS = ("Eff", "Prm", "Bnd", "Inh", "Amb")
FROM_COLLECTOR = """
import os, sys
from probes import privileges
privileges.settle()
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""
"""Executes a script with what the collector has when it starts other processes."""


def said_from_collector(script: str) -> bytes:
    command = [sys.executable, "-c", FROM_COLLECTOR, script]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout


def told(lines: str) -> dict[str, str]:
    """What a file `status` of /proc says."""
    return dict(line.split(":\t", 1) for line in lines.split("\n") if ":\t" in line)


def test_the_compiler_may_make_maps_and_read() -> None:
    watched = "import sys, probes.build as b; b.build = lambda _: b.Answer(None, open('/proc/self/status').read())"
    said = said_from_collector(f"{watched}; sys.argv = ['', 'open']; b.main()")
    about = told(msgspec.msgpack.decode(said, type=build.Answer).error)
    kept = f"{1 << DAC_READ_SEARCH | 1 << BPF:016x}"
    assert [about[f"Cap{name}"] for name in SETS] == [kept, kept, KEPT, NONE, NONE]
    assert about["NoNewPrivs"] == "1"


@pytest.mark.parametrize("module", ["build", "onlooker"])
def test_what_is_executed_from_there_gets_nothing_back_from_the_bounding_set(module: str) -> None:
    execute = "os.execvp('cat', ['cat', '/proc/self/status'])"
    script = f"import os; from probes import privileges, {module}; privileges.keep_only({module}.KEPT); {execute}"
    about = told(said_from_collector(script).decode())
    kept = sum(1 << number for number in {"build": build.KEPT, "onlooker": onlooker.KEPT}[module])
    assert about["Uid"].split() == ["0"] * 4
    assert int(about["CapPrm"], 16) & ~kept == 0
    assert [about[f"Cap{name}"] for name in ("Bnd", "Inh", "Amb")] == [KEPT, NONE, NONE]


BROKER = """
import json, os, psutil
from pathlib import Path
from probes import broker
from probes.kernel import tracefs
if tracefs.events() is None:
    tracefs.mount_privately()
tracepoint = tracefs.tracepoint_id("sched/sched_process_exec")
open_event = broker.start({tracepoint})
(child,) = psutil.Process().children()
about = dict(line.split(":\\t", 1) for line in Path(f"/proc/{child.pid}/status").read_text().splitlines())
told = {"fds": child.num_fds(), **about}
os.close(open_event(tracepoint))
try:
    open_event(tracepoint + 1)
except PermissionError as error:
    told["refused"] = str(error)
print(json.dumps(told))
"""


def test_who_opens_events_keeps_what_that_needs_and_opens_only_those_it_was_started_for() -> None:
    done = subprocess.run([sys.executable, "-c", BROKER], cwd=ROOT, capture_output=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    kept = f"{1 << PERFMON | 1 << SYS_ADMIN:016x}"
    assert [told[f"Cap{name}"] for name in ("Eff", "Prm", "Bnd")] == [kept] * 3
    assert (told["NoNewPrivs"], told["fds"]) == ("1", 1)
    assert "Operation not permitted" in told["refused"]
