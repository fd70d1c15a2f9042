"""One of the two processes is killed, or the terminal goes: nothing is left, and who is left says so."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.faults.left import Whole
from tests.faults.screen import prompt, screen
from tests.live.session import PATIENCE_S
from tui.hangup import HUNG_UP

pytestmark = pytest.mark.live


def test_the_screen_is_killed() -> None:
    with screen() as shown:
        whole = Whole(shown.process.pid)
        shown.process.kill()
        whole.goes()


@pytest.mark.parametrize("signalled", [False, True])
def test_the_terminal_is_closed(signalled: bool) -> None:
    """As when a window is closed or ssh breaks off; with `signalled`, nobody has heard of the hang-up but by signal."""
    with screen() as shown:
        whole = Whole(shown.process.pid)
        if signalled:
            shown.process.send_signal(signal.SIGHUP)
            assert shown.leave(b"")[0] == 0
        else:
            shown.hang_up()
            assert shown.process.wait(PATIENCE_S) == HUNG_UP
        whole.goes()


def test_the_collector_is_killed() -> None:
    """What was seen can still be looked at, history and pages too; probes cannot be asked for; the line that says what
    happened is there until the end and after it.
    """
    with screen() as shown:
        whole, usual = Whole(shown.process.pid), shown.key_ms()
        shown.forget()
        whole.collector.kill()
        shown.shows("the collector ended by signal 9")
        assert prompt(shown.key_ms(), usual)
        for keys, drawn in ((b"1", "the collector is gone"), (b"[", "PAUSED"), (b" p1\r", "Process 1 ")):
            shown.forget()
            shown.type(keys)
            shown.shows(drawn, "the collector ended by signal 9")
        shown.shows("not answered: the collector is gone")
        code, last = shown.leave(b"qq")
        whole.goes()
    assert code == 1
    assert "ebtop: the collector ended by signal 9" in last, last
    assert "Traceback" not in last


def test_both_are_killed_at_once() -> None:
    with screen() as shown:
        whole = Whole(shown.process.pid)
        os.killpg(shown.process.pid, signal.SIGKILL)
        whole.goes()


def test_files_are_as_before(tmp_path: Path) -> None:
    """A session that is killed has written nothing where it was started, nor at home."""
    home = tmp_path / "home"
    home.mkdir()
    env = os.environ | {"TERM": "xterm-256color", "HOME": str(home), "TMPDIR": str(home)}
    with screen(cwd=tmp_path, env=env | {"PYTHONPATH": os.getcwd()}) as shown:  # noqa: PTH109
        whole = Whole(shown.process.pid)
        shown.process.kill()
        whole.goes()
    assert [file for file in tmp_path.rglob("*") if file != home] == []
