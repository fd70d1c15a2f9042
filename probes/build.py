"""Compiles a probe in a process of its own: `python -m probes.build ID` answers on its standard output.

A process of its own, because LLVM takes its 60 MB with it when it is done, because the collector goes on
meanwhile, and because whatever bcc and clang print goes into the answer instead of onto the screen.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from threading import Thread

import msgspec

from probes import privileges, probe
from probes.kernel import cache, compile
from probes.kernel.btf import Btf, BtfError
from probes.kernel.image import Image

NO_BCC = "bcc is missing\ninstall python3-bpfcc (Debian, Ubuntu), python3-bcc (Fedora, RHEL) or python-bcc (Arch)"
LAST_LINES = 2
KEPT = (privileges.CAP_DAC_READ_SEARCH, privileges.CAP_BPF)
"""Reading its own files wherever they are, and making maps, which bcc does while it compiles."""


class Answer(msgspec.Struct, frozen=True):
    """The image, or None and why there is none, with the remedy, a line each."""

    image: Image | None
    error: str = ""


class Build:
    """A compilation that is under way: readable at `fileno` once there is an answer."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        command = [sys.executable, "-IB", "-m", "probes.build", id_]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._output_fd = self._process.stdout.fileno() if self._process.stdout else -1
        self._output = bytearray()

    def fileno(self) -> int:
        return self._output_fd

    def read(self) -> Answer | None:
        """The answer, or None while there is more to come."""
        data = os.read(self.fileno(), 1 << 20)
        self._output += data
        if data:
            return None
        self.close()
        try:
            return msgspec.msgpack.decode(self._output, type=Answer)
        except msgspec.DecodeError:
            return Answer(None, f"the compiler ended without an answer ({self._process.returncode})\ntry again")

    def close(self) -> None:
        """Ends it if it has not ended, and waits for it."""
        if self._process.poll() is None and self._process.stdout is not None and not self._output:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


def build(id_: str) -> Answer:
    """Compiles a probe for this kernel, and keeps it in the cache."""
    wanted = probe.get(id_)
    try:
        facts = wanted.facts(Btf())
    except BtfError as error:
        return Answer(None, f"{error}\na kernel built with CONFIG_DEBUG_INFO_BTF=y is needed")
    try:
        image = compile.compile_image(b"".join(wanted.sources()).decode(), facts)
    except ImportError:
        return Answer(None, NO_BCC)
    cache.store(id_, cache.key(id_, wanted.sources()), image)
    return Answer(image)


def _end_with_who_asked() -> None:
    """The input is the other end of a pipe of the collector's, which writes nothing: it closes when that is gone."""
    os.read(0, 1)
    os._exit(1)


def main() -> None:
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        Thread(target=_end_with_who_asked, daemon=True).start()
    out = os.dup(1)
    if os.geteuid() == 0:
        privileges.keep_only(KEPT)
        privileges.hide()
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        try:
            answer = build(sys.argv[1])
        except Exception as error:  # bcc raises Exception itself, and the collector wants the words
            said.seek(0)
            lines = [line.strip() for line in said.read().decode("utf-8", "replace").split("\n") if "error" in line]
            why = "; ".join([*lines[:LAST_LINES], str(error)])
            answer = Answer(None, f"bcc cannot compile it: {why}\nsee `ebtop doctor`")
    with os.fdopen(out, "wb") as stream:
        stream.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
