"""Who draws, records or replays has no privileges, and cannot get any; the checks have those that SECURITY.md says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from probes import checks
from tests.faults.screen import LIVE, screen
from tests.live.kernel import status
from tests.live.session import EBTOP, ROOT, until
from tests.live.test_privileges import NONE, SETS, someone, through_sudo
from tests.live.test_settings_under_sudo import home

__all__ = ["home"]

pytestmark = pytest.mark.live

DEMO = ROOT / "tui" / "demo.ebtop"
TERMINAL = {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}


def environment(sudo: bool) -> dict[str, str]:
    return (through_sudo() if sudo else dict(os.environ)) | TERMINAL


@contextmanager
def recording(folder: Path, sudo: bool) -> Iterator[int]:
    """The pid of `ebtop record` that has begun."""
    file = folder / "x.ebtop"
    command = [*EBTOP, "record", "-o", str(file)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(sudo), stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: file.exists() and file.stat().st_size > 4096, "the recording to begin")
            yield process.pid
        finally:
            process.send_signal(signal.SIGINT)
    assert process.returncode == 0


@contextmanager
def drawing(*words: str, sudo: bool) -> Iterator[int]:
    """The pid of a screen that draws."""
    with screen(*words, env=environment(sudo), live=LIVE[:1]) as shown:
        yield shown.process.pid
        assert shown.leave()[0] == 0


@pytest.mark.parametrize("sudo", [False, True])
@pytest.mark.parametrize("what", ["screen", "record", "replay"])
def test_who_draws_records_or_replays_has_none(home: Path, what: str, sudo: bool) -> None:
    uid, gid = someone() if sudo else (0, 0)
    os.chown(home, uid, gid)  # without capabilities root writes to its own folders alone
    session = {
        "screen": lambda: drawing(sudo=sudo),
        "record": lambda: recording(home, sudo),
        "replay": lambda: drawing("replay", str(DEMO), sudo=sudo),
    }[what]
    with session() as pid:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            about = int(thread.name)
            assert status(about, "Uid").split() == [str(uid)] * 4
            assert status(about, "Gid").split() == [str(gid)] * 4
            assert [status(about, f"Cap{name}") for name in ("Eff", "Prm", "Inh", "Amb")] == [NONE] * 4
            assert status(about, "NoNewPrivs") == "1"
            if sudo:
                assert status(about, "Groups") == ""
                assert status(about, "CapBnd") == NONE


def test_the_checks_of_the_doctor_have_what_they_need() -> None:
    kept = f"{sum(1 << number for number in checks.KEPT):016x}"
    with subprocess.Popen([*EBTOP, "doctor"], cwd=ROOT, stdout=subprocess.DEVNULL) as doctor:
        found: list[psutil.Process] = []

        def caught() -> bool:
            found[:] = [one for one in psutil.Process(doctor.pid).children() if "probes.checks" in one.cmdline()]
            return bool(found) and status(found[0].pid, "CapPrm") == kept

        until(caught, "the checks to give up the rest")
        pid = found[0].pid
        assert [status(pid, f"Cap{name}") for name in SETS] == [kept, kept, kept, NONE, NONE]
        assert status(pid, "NoNewPrivs") == "1"
    assert doctor.returncode == 0


INJECTED = """
import ctypes, errno, json, os, signal, sys
LIBC = ctypes.CDLL(None, use_errno=True)
ALL = ctypes.create_string_buffer(b"\\xff" * 8 + bytes(16))
VERSION_3 = ctypes.create_string_buffer((0x20080522).to_bytes(4, sys.byteorder) + bytes(4))
def capset():
    if LIBC.capset(VERSION_3, ALL): raise OSError(ctypes.get_errno(), "")
def said(attempt):
    try: attempt()
    except OSError as error: return errno.errorcode[error.errno]
    return "done"
def writing(path): return lambda: os.close(os.open(path, os.O_WRONLY))
def on_signal(*_):
    attempts = {
        "become user 0": lambda: os.setresuid(0, 0, 0), "become group 0": lambda: os.setresgid(0, 0, 0),
        "join group 0": lambda: os.setgroups([0]), "take capabilities": capset,
        "core_pattern": writing("/proc/sys/kernel/core_pattern"), "shadow": writing("/etc/shadow"),
        "signal": lambda: os.kill(1, 0), "memory": writing("/proc/1/mem"),
    }
    os.write(int(os.environ["EBT_SAID"]), json.dumps({name: said(one) for name, one in attempts.items()}).encode())
signal.signal(signal.SIGUSR1, on_signal)
from tui.cli import main
sys.exit(main(sys.argv[4:]))
"""
"""Run by the process of the screen itself, when it gets a signal. Python, -m and tui.cli come before its arguments."""


def test_the_screen_cannot_become_root_again() -> None:
    if someone()[0] == 0:
        pytest.skip("this project is root's alone: nobody else can run it")
    read, write = os.pipe()
    env = environment(True) | {"EBT_SAID": str(write)}
    with screen(prefix=(sys.executable, "-c", INJECTED), env=env, pass_fds=(write,)) as shown:
        os.close(write)
        shown.process.send_signal(signal.SIGUSR1)
        said = json.loads(os.read(read, 4096))
        os.close(read)
        assert shown.leave()[0] == 0
    denied = {"core_pattern": "EACCES", "shadow": "EACCES", "memory": "EACCES"}
    assert said == dict.fromkeys(said, "EPERM") | denied
    assert len(said) == 8
