"""Within tmux, a terminal of its own: its buffer has what is copied, and Esc is Esc however soon a key follows it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.talker import BUSY

PATIENCE_S = 30.0


class Tmux:
    """A server of our own with one window, in which the screen runs."""

    def __init__(self, folder: Path) -> None:
        self._command = ["tmux", "-S", str(folder / "socket"), "-f", os.devnull]
        screen = shlex.join([sys.executable, "-m", "tests.tui.talker", BUSY])
        self("new-session", "-d", "-x", "120", "-y", "40", screen, ";", "set", "-s", "set-clipboard", "on")
        self("set", "-s", "escape-time", "0")

    def __call__(self, *words: str) -> str:
        done = subprocess.run([*self._command, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        return done.stdout

    @property
    def text(self) -> str:
        return self("capture-pane", "-p")

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, self.text


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    made = Tmux(tmp_path)
    made.until(lambda: "web-17" in made.text)
    yield made
    made("kill-server")


def test_a_copied_row_is_in_its_buffer(tmux: Tmux) -> None:
    tmux("send-keys", "k", "y")
    tmux.until(lambda: "\t" in tmux("show-buffer"))
    tmux.until(lambda: "copied" in tmux.text)
    values = tmux("show-buffer").split("\t")
    row = next(line for line in tmux.text.splitlines() if values[1] in line)
    assert values[5] in row


def test_esc_and_the_next_key_at_once(tmux: Tmux) -> None:
    tmux("send-keys", "f", "comm:zzz")
    tmux.until(lambda: "filter: comm:zzz" in tmux.text)
    tmux("send-keys", "Escape", "q")
    tmux.until(lambda: tmux("list-sessions") == "")
