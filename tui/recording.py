"""A session in a file: eight bytes that say what it is, then the same frames that go through a pipe.

A recording is complete when it ends with a `Bye`. Whatever happens to the writer or to the file later, every whole
frame before the damage can be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from probes import wire
from probes.snapshot import PROTOCOL, Bye, Hello, Message, Snapshot
from tui.skim import Skimmer
from tui.verify import MOST, hello_problem, snapshot_problem

MAGIC = b"\x89ebtop\r\n"
"""Not text, and changed by whatever takes it for text."""
CHUNK = 64 << 10


class RecordingError(Exception):
    """A recording that cannot be written or read: one line with the place and the remedy."""


class Writer:
    """Writes a new recording, message by message; what was written can be read whatever comes next.

    Raises RecordingError where the file is there already, cannot be made, or cannot grow.
    """

    def __init__(self, path: Path, hello: Hello) -> None:
        self._path = path
        self._good = 0
        self._ended = False
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._fd = os.open(path, flags, 0o600)
        except FileExistsError:
            raise RecordingError(f"{path} is there already: choose another name, or remove it first") from None
        except (OSError, ValueError) as error:
            raise RecordingError(f"cannot write {path}: {_reason(error)}: choose another place with -o") from None
        try:
            self._append(MAGIC + wire.encode(hello))
        except RecordingError:
            os.close(self._fd)
            path.unlink(missing_ok=True)
            raise

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._good

    def write(self, message: Message) -> None:
        """Adds a message. Raises RecordingError, after which all that went before is whole, and closed."""
        try:
            self._append(wire.encode(message))
        except RecordingError as error:
            self.close(str(error))
            raise
        self._ended = isinstance(message, Bye)

    def close(self, reason: str = "") -> None:
        """Ends the recording in order, with `reason` where it ended early. Does nothing the second time."""
        if self._fd < 0:
            return
        try:
            if not self._ended:
                self._append(wire.encode(Bye(reason)))
        except RecordingError:
            pass  # No room for the end mark: the reader will say that the recording is cut short, as it is.
        finally:
            os.close(self._fd)
            self._fd = -1

    def _append(self, data: bytes) -> None:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
            self._good += len(data)
        except OSError as error:
            # Half a frame is worth nothing, and its room may hold the end mark.
            os.ftruncate(self._fd, self._good)
            os.lseek(self._fd, self._good, os.SEEK_SET)
            kept = "what was recorded so far can be replayed" if self._good else "nothing was recorded"
            raise RecordingError(f"cannot write {self._path}: {_reason(error)}: make room; {kept}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close("" if kind is None else "the recorder was stopped")


class Reader:
    """Reads a recording in a streaming way: `hello` at once, then its snapshots; each iteration begins at the start.

    hello    the opening of the session
    cut      after the last snapshot: None where the recording is whole, else one line that tells what is missing
    seconds  how much of the session was read so far
    since    ticks that ended before that time, in nanoseconds since the epoch, come without rows and sums; see `whole`
    Raises RecordingError from the constructor only: a recording that begins well is shown as far as it goes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut: str | None = None
        self.seconds = 0.0
        self.since = 0
        self._skimmer = Skimmer()
        self._skimmed: tuple[Snapshot, bytes] | None = None
        try:
            self._file = path.open("rb", buffering=CHUNK)
        except (OSError, ValueError) as error:
            raise RecordingError(f"cannot read {path}: {_reason(error)}: give a file made by ebtop record") from None
        try:
            self.hello = self._begin()
        except BaseException:
            self._file.close()
            raise
        self._infos = {probe.id: probe for probe in self.hello.probes}
        self._at_start = True

    @property
    def once(self) -> bool:
        """Whether it can be read only once, as what comes through a pipe."""
        return not self._file.seekable()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Snapshot]:
        if not self._at_start:
            self._file.seek(0)
            self._begin()
        self._at_start = False
        self.cut = None
        self.seconds = 0.0
        try:
            while (message := self._read()) is not None:
                if isinstance(message, Bye):
                    return
                if not isinstance(message, Snapshot):
                    raise _DamageError("what is no part of a recording")
                if problem := snapshot_problem(message, self._infos):
                    raise _DamageError(problem)
                self.seconds = max(self.seconds, (message.time - self.hello.time) / 1e9)
                yield message
            how = "is cut short"
        except (wire.WireError, _DamageError) as error:
            how = f"is damaged ({error})"
        except MemoryError:
            how = "is damaged (a tick that unpacks to more memory than there is for it)"
        except OSError as error:
            how = f"cannot be read further ({_reason(error)})"
        self.cut = f"recording {self.path} {how} after {self.seconds:.1f} s: everything before it is shown"

    def skimmed(self) -> Iterator[Snapshot]:
        """All its ticks without rows and sums, read from a place of its own; none where the file is there no more."""
        with suppress(RecordingError), Reader(self.path) as again:
            again.since = MOST + 1
            yield from again

    def _begin(self) -> Hello:
        """Reads the head of the file. Raises RecordingError where it is not one of a recording."""
        self._messages = wire.messages()
        foreign = RecordingError(f"{self.path} is not a recording of ebtop: give a file made by ebtop record")
        try:
            magic = self._file.read(len(MAGIC))
            frame = self._frame()
        except OSError as error:
            raise RecordingError(f"cannot read {self.path}: {_reason(error)}") from None
        if magic != MAGIC:
            raise foreign
        if (protocol := _protocol(frame)) not in (None, PROTOCOL):
            raise RecordingError(
                f"{self.path} speaks protocol {protocol}, this ebtop protocol {PROTOCOL}: "
                f"{'update ebtop' if protocol > PROTOCOL else 'record it again'}"
            )
        try:
            message = self._next(frame)
        except (wire.WireError, MemoryError):
            raise foreign from None
        if message is None:
            raise RecordingError(f"{self.path} is cut short before anything was recorded: record it again")
        if not isinstance(message, Hello) or hello_problem(message):
            raise foreign
        return message

    def whole(self, tick: Snapshot) -> Snapshot:
        """A tick as it was recorded, if it is the last one that was read, and came without rows and sums."""
        skimmed, self._skimmed = self._skimmed, None
        if skimmed is None or skimmed[0] is not tick:
            return tick
        with suppress(wire.WireError, MemoryError):
            message = self._next(skimmed[1])
            if isinstance(message, Snapshot) and not snapshot_problem(message, self._infos):
                return message
        return tick

    def _read(self) -> Message | None:
        """The next message, None at the end of the file. Raises WireError."""
        frame = self._frame()
        if self.since and (tick := self._skimmer.tick(frame, self.since)):
            self._skimmed = tick, frame
            return tick
        return self._next(frame)

    def _frame(self) -> bytes:
        """The bytes of the next frame, fewer at the end of the file."""
        head = self._file.read(wire.HEAD.size)
        length = wire.HEAD.unpack(head)[0] if len(head) == wire.HEAD.size else 0
        return head + self._file.read(length) if length <= wire.MOST else head

    def _next(self, frame: bytes) -> Message | None:
        """The message in a frame, None where it is not whole. Raises WireError."""
        return next(iter(self._messages.feed(frame)), None)


class _DamageError(Exception):
    """A message that decodes and still makes no sense."""


class _Opening(msgspec.Struct):
    """As much of a `Hello` as every version of the protocol has."""

    protocol: int


def _protocol(frame: bytes) -> int | None:
    """The protocol that a first frame claims, or None where that cannot be told."""
    try:
        return msgspec.msgpack.decode(frame[wire.HEAD.size :], type=_Opening).protocol
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _reason(error: OSError | ValueError) -> str:
    """Why the system refused, in words: `no such file or directory`."""
    code = getattr(error, "errno", None)
    return os.strerror(code).lower() if code else str(error)
