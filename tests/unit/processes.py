"""A real process for tests to look at, and what is known of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from probes.facts import ProcessFacts
from probes.process_reader import ProcessReader

WORK = """
import socket, sys, threading
path, fds = sys.argv[1], int(sys.argv[2])
with open("/proc/self/comm", "w") as comm:
    comm.write("bad\\x1b[31mname")
kept = [open(path) for _ in range(fds)]
listening = socket.create_server(("127.0.0.1", 0))
threads = [threading.Thread(target=threading.Event().wait, daemon=True) for _ in range(3)]
for thread in threads:
    thread.start()
print(listening.getsockname()[1], flush=True)
sys.stdin.read()
"""
HOSTILE = b"\x1b]0;owned\x07\xff"


class Child:
    """A process with files, a socket, threads, and a name and an argument that are hostile."""

    def __init__(self, path: Path, fds: int = 3) -> None:
        arguments: Sequence[str | bytes] = [sys.executable, "-c", WORK, str(path), str(fds), HOSTILE]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.pid = self.process.pid

    def end(self, *, reap: bool = True) -> None:
        """Let it end; as a zombie if it is not reaped."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        if reap:
            self.process.wait(timeout=10)
        else:
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)


def known(reader: ProcessReader) -> ProcessFacts:
    found = reader()
    assert isinstance(found, ProcessFacts)
    return found
