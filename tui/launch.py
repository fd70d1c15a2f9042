"""Starts the collector with the privileges it needs, and gives up this process's own.

Imports nothing of third parties until that is done: what draws the screen never has more than its user.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import monotonic
from typing import TYPE_CHECKING

from probes import privileges
from tui import __version__
from tui.commands.errors import CommandError

if TYPE_CHECKING:
    from probes.controls import Control
    from probes.snapshot import Hello, Message
    from probes.wire import Decoder

PROMPT = "[sudo] password for %p, to let ebtop read from the kernel: "
DEMO = "`ebtop demo` shows a recording and needs no privileges"
MOST_DIGITS = 10
"""Of the number of a user."""
CLOSING_S = 5.0
"""How long a collector may take to end when it is told to."""


@dataclass(frozen=True)
class Options:
    """What a session begins with. probes: None for all; slow_us: from which latency on block requests are
    rows, None: found by the collector; stats: measure what ebtop's own programs cost in the kernel."""

    probes: tuple[str, ...] | None = None
    filter: str = ""
    interval_s: float = 1.0
    rows: int = 1000
    slow_us: float | None = None
    stats: bool = False


class LaunchError(Exception):
    """There is no session; the text says why and what to do, a line each."""


class LinkError(Exception):
    """The session broke off; the text says why, in one line."""


class Link:
    """A running collector: `fileno` is readable when it has said something."""

    hello: Hello

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        from probes import wire  # noqa: PLC0415  not before privileges are given up

        self._process = process
        self._through_sudo = os.geteuid() != 0 and "SUDO_UID" not in os.environ
        self._in, self._out = (pipe.fileno() if pipe else -1 for pipe in (process.stdin, process.stdout))
        self._decoder: Decoder[Message] = wire.messages()
        self._encode = wire.encode
        self._wire_error = wire.WireError
        self._ended = False

    def fileno(self) -> int:
        return self._out

    def read(self) -> list[Message]:
        """What it has said; waits where it has said nothing. Raises LinkError where it ended without a Bye."""
        return self._take(1 << 18)

    def read_one(self) -> Message:
        """The next message alone: what follows it stays in the pipe, and `fileno` stays readable. As `read`."""
        messages: list[Message] = []
        while not messages:
            messages = self._take(max(self._decoder.missing, 1))
        return messages[0]

    def _take(self, most: int) -> list[Message]:
        from probes.snapshot import Bye  # noqa: PLC0415

        data = os.read(self._out, most)
        if not data:
            raise LinkError(self._epitaph())
        try:
            messages = self._decoder.feed(data)
        except self._wire_error as error:
            raise LinkError(f"the collector said something that is not understood: {error}") from None
        self._ended |= any(isinstance(message, Bye) for message in messages)
        return messages

    def send(self, control: Control) -> None:
        """Tells it something. One that is gone is not told; `read` says so."""
        with suppress(BrokenPipeError):
            os.write(self._in, self._encode(control))

    def close(self) -> None:
        """Ends the session: after this nothing of it is in the kernel."""
        from probes.controls import Stop  # noqa: PLC0415

        if self._process.stdin is None or self._process.stdin.closed:
            return
        if not self._ended:
            self.send(Stop())
        end = monotonic() + CLOSING_S
        with suppress(LinkError, OSError):
            while not self._ended and select.select([self._out], [], [], max(end - monotonic(), 0.0))[0]:
                self.read()
        self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        if self._ended and not self._through_sudo:
            # It has said goodbye and its programs are gone. The kernel keeps the process a little while over closing
            # what they hung on; nobody needs to wait for that.
            self._process.returncode = 0
            return
        try:
            self._process.wait(CLOSING_S)
        except subprocess.TimeoutExpired:  # it was stopped, say; through sudo it is not ours to kill
            with suppress(PermissionError):
                self._process.kill()

    def _epitaph(self) -> str:
        try:
            code = self._process.wait(CLOSING_S)
        except subprocess.TimeoutExpired:
            return "the collector closed the session: start ebtop again"
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        return f"the collector ended {how}, and what it had in the kernel with it: start ebtop again"


def start(options: Options) -> Link:
    """Starts a collector, becomes the user who typed the command, and waits for the collector's greeting.

    Raises LaunchError, and CommandError as `drop_privileges`.
    """
    _ids()  # nothing is started for somebody who is none
    process = _spawn([sys.executable, "-IB", "-m", "probes.collector", _as_json(options)])
    drop_privileges()
    from probes.snapshot import Bye, Hello  # noqa: PLC0415  not before privileges are given up

    link = Link(process)
    try:
        first = link.read_one()
    except LinkError:
        first = None
    if isinstance(first, Hello):
        link.hello = first
        return link
    link.close()
    raise LaunchError(first.reason if isinstance(first, Bye) else _refused())


def drop_privileges() -> None:
    """Becomes the user who typed the command, for good: see probes.privileges.become. Raises CommandError."""
    try:
        privileges.become(*_invoker())
    except OSError as error:
        raise CommandError(f"root cannot be given up: {error.strerror}: run ebtop as yourself, without sudo") from None


def as_invoker(work: Callable[[], bytes]) -> bytes:
    """What `work` makes in a child that has become the user who typed the command; nothing where it fails.

    It is for the user's own files as long as this process is still root, and imports whatever it likes.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            drop_privileges()
            os.write(write, work())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        made = pipe.read()
    os.waitpid(child, 0)
    return made


def _as_json(options: Options) -> str:
    return json.dumps(asdict(options) | {"version": __version__, "debug": bool(os.environ.get("EBTOP_DEBUG"))})


def _spawn(command: list[str]) -> subprocess.Popen[bytes]:
    errors = None
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None:
            raise LaunchError(f"BPF programs need root, and there is no sudo here: run ebtop as root\n{DEMO}")
        # Without a terminal nobody can be asked, and what sudo has to say about that is said better below.
        asking, errors = (["-p", PROMPT], None) if os.isatty(2) else (["-n"], subprocess.DEVNULL)
        command = [sudo, *asking, "--", *command]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)


def _invoker() -> tuple[int, int]:
    """The user and group who typed the command, whose home it is from now on. Raises CommandError."""
    uid, gid = _ids()
    if _under_sudo():
        _at_home(uid)
    return uid, gid


def _ids() -> tuple[int, int]:
    """The user and group who typed the command: under sudo not those that the process has. Raises CommandError."""
    return (_number("SUDO_UID"), _number("SUDO_GID")) if _under_sudo() else (os.getuid(), os.getgid())


def _under_sudo() -> bool:
    return os.geteuid() == 0 and "SUDO_UID" in os.environ


def _number(variable: str) -> int:
    said = os.environ.get(variable, "")
    if said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS and int(said) < privileges.NOBODYS:
        return int(said)
    raise CommandError(
        f"{variable}={said[:MOST_DIGITS]}: no user's number: run ebtop as yourself, it calls sudo itself"
    )


def _at_home(uid: int) -> None:
    """HOME and USER are those of the user from now on: sudo may have left root's."""
    import pwd  # noqa: PLC0415

    with suppress(KeyError):
        about = pwd.getpwuid(uid)
        os.environ |= {"HOME": about.pw_dir, "USER": about.pw_name, "LOGNAME": about.pw_name}


def _refused() -> str:
    if os.geteuid() == 0 or os.environ.get("SUDO_UID"):
        return f"the collector did not start: `ebtop doctor` says what is missing\n{DEMO}"
    return f"BPF programs need root, and sudo did not give it: run `sudo {sys.argv[0]}`\n{DEMO}"
