"""Looks at single processes for the screen, which may not: `python -I -m probes.onlooker`.

A process of its own, for what it asks can take long: a kernel that does not let go of one process must not stop
the counting of all. It is there only while a page about a process is open. Of the collector's capabilities it
keeps the two that let it read /proc.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from probes import privileges, wire
from probes.controls import Ask
from probes.facts import Missing, Reading
from probes.snapshot import Answer

KEPT = (privileges.CAP_DAC_READ_SEARCH, privileges.CAP_SYS_PTRACE)
IDLE_S = 30.0
"""After so long without a question there is no such process any more."""
PATIENCE_S = 3.0
"""Who asks about another process does not wait longer than that for the answer about the one before."""
LETS_GO_S = 0.2
"""How long the end of a process is waited for."""
MOST_STUCK = 4
"""Processes that may be there because the kernel does not let go of them."""
REFUSED = Missing("not asked: too many earlier questions wait for an answer of the kernel")
ENDED = Missing("not answered: what reads it has ended, go back and open the page again")


class Onlooker:
    """The collector's end. The selector tells of it, as the data of a key, when there is an answer to `read`."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._process: subprocess.Popen[bytes] | None = None
        self._stuck: list[subprocess.Popen[bytes]] = []
        self._answers = wire.answers()
        self._asked: Ask | None = None
        self._since = 0.0

    def ask(self, question: Ask) -> Answer | None:
        """Ask; the same question is not asked again while it waits. Answers at once where it cannot be asked."""
        if self._asked == question:
            return None
        if self._asked and time.monotonic() > self._since + PATIENCE_S:
            self.close()
        self._stuck = [process for process in self._stuck if process.poll() is None]
        if len(self._stuck) >= MOST_STUCK:
            return Answer(question, REFUSED)
        try:
            process = self._process or self._start()
        except OSError as error:  # no room for another process
            return Answer(question, Missing(f"not asked: {os.strerror(error.errno or 0).lower()}"))
        self._asked, self._since = question, time.monotonic()
        with suppress(BrokenPipeError, BlockingIOError):  # `read` finds that it has ended; who asks asks again
            os.write(_fd(process.stdin), wire.encode(question))
        return None

    def read(self) -> list[Answer]:
        """What it has answered."""
        data = os.read(_fd(self._process.stdout), 1 << 18) if self._process else b""
        try:
            answers = self._answers.feed(data)
        except wire.WireError:
            data, answers = b"", []
        if not data:
            asked = self._asked
            self.close()
            return [Answer(asked, ENDED)] if asked else []
        if any(answer.ask == self._asked for answer in answers):
            self._asked = None
        return answers

    def rest(self) -> None:
        """End it where it has not been asked for long."""
        if self._process and not self._asked and time.monotonic() > self._since + IDLE_S:
            self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-IB", "-m", "probes.onlooker"]
        self._process = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(_fd(self._process.stdin), False)
        self._selector.register(_fd(self._process.stdout), selectors.EVENT_READ, self)
        return self._process

    def close(self) -> None:
        """End it."""
        if self._process:
            self._selector.unregister(_fd(self._process.stdout))
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LETS_GO_S)
            self._stuck.append(self._process)
        self._process, self._asked, self._answers = None, None, wire.answers()


def _fd(pipe: IO[bytes] | None) -> int:
    return pipe.fileno() if pipe else -1


def serve(input_fd: int, output_fd: int) -> None:
    """Answers until nobody asks any more. One process is kept in mind, for its use of the CPU since the last time."""
    from probes.process_reader import ProcessReader  # noqa: PLC0415  psutil is for this process alone

    questions, asked = wire.questions(), Ask(0, 0)
    reader = ProcessReader(0, 0)
    while data := os.read(input_fd, 1 << 16):
        for ask in questions.feed(data):
            if (ask.pid, ask.seen) != (asked.pid, asked.seen):
                reader = ProcessReader(ask.pid, ask.seen, ask.started)
            asked = ask
            _write(output_fd, _answer(ask, reader))


def _answer(ask: Ask, reader: Callable[[], Reading]) -> bytes:
    """Whatever anyone had the kernel say of a process: there is an answer, and who answers goes on."""
    try:
        return wire.encode(Answer(ask, reader()))
    except Exception as error:
        why = f"not understood: something that the kernel says of it ({type(error).__name__}): please report that"
        return wire.encode(Answer(ask, Missing(why)))


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.nice(5)
    privileges.keep_only(KEPT)
    privileges.hide()
    with suppress(BrokenPipeError):
        serve(0, 1)


if __name__ == "__main__":
    main()
