"""Messages as bytes: the same frames go through a pipe, into a recording, and over ssh.

A frame is a length and a CRC-32 (both unsigned 32 bit, big endian), then that many bytes of MessagePack.
"""

from __future__ import annotations

import struct
import zlib
from typing import Generic, TypeVar

import msgspec

from probes.controls import Ask, Control
from probes.snapshot import Answer, Message

HEAD = struct.Struct(">II")
MOST = 64 << 20
"""Longest payload that is believed, in bytes: a stream that claims more is foreign or damaged."""
MOST_SAID = 120
"""Characters of what is told of a message that is refused."""

T = TypeVar("T")


class WireError(Exception):
    """The bytes are not a stream of ebtop. `offset` is where, in bytes from the start of the stream."""

    def __init__(self, why: str, offset: int) -> None:
        super().__init__(f"{why} at byte {offset}")
        self.offset = offset


def encode(message: Message | Control) -> bytes:
    """One message as one frame. Text that cannot be encoded goes as it would be written out: no name ends a session."""
    try:
        payload = msgspec.msgpack.encode(message)
    except UnicodeEncodeError:
        payload = msgspec.msgpack.encode(_encodable(msgspec.to_builtins(message, builtin_types=(bytes,))))
    return HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def _encodable(value: object) -> object:
    """The value with `\\udcff` where half a character or a byte that is no text stands in it."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {key: _encodable(one) for key, one in value.items()}
        case list() | tuple():
            return [_encodable(one) for one in value]
    return value


class Decoder(Generic[T]):
    """Cuts a stream of bytes into messages, whatever the pieces in which it comes.

    `pending` is the number of bytes of a frame that is not whole yet: not 0 at the end of a file
    means that the file is cut short.
    """

    def __init__(self, decoder: msgspec.msgpack.Decoder[T]) -> None:
        self._decode = decoder.decode
        self._buffer = bytearray()
        self._error: WireError | None = None
        self.offset = 0

    @property
    def pending(self) -> int:
        return len(self._buffer)

    @property
    def missing(self) -> int:
        """How many bytes the next message still lacks, as far as is known: of its head, if that is not there yet."""
        have = len(self._buffer)
        return HEAD.size - have if have < HEAD.size else HEAD.size + HEAD.unpack_from(self._buffer)[0] - have

    def feed(self, data: bytes) -> list[T]:
        """The messages that `data` completes.

        Raises WireError where the stream does not fit; what was whole before that place is returned first, and the
        error is raised by the next call.
        """
        if self._error is not None:
            raise self._error
        self._buffer += data
        messages: list[T] = []
        at = 0
        try:
            while len(self._buffer) - at >= HEAD.size:
                length, crc = HEAD.unpack_from(self._buffer, at)
                if length > MOST:
                    raise WireError("not a frame of ebtop", self.offset + at)
                end = at + HEAD.size + length
                if len(self._buffer) < end:
                    break
                messages.append(self._payload(bytes(self._buffer[at + HEAD.size : end]), crc, self.offset + at))
                at = end
        except WireError as error:
            self._error = error
            if not messages:
                raise
        finally:
            del self._buffer[:at]
            self.offset += at
        return messages

    def _payload(self, payload: bytes, crc: int, offset: int) -> T:
        if zlib.crc32(payload) != crc:
            raise WireError("damaged frame", offset)
        try:
            return self._decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise WireError(f"unknown message ({_brief(error)})", offset) from None


def _brief(error: Exception) -> str:
    """Why a payload was refused, which may quote it: anything, of any length."""
    said = str(error)
    if len(said) > MOST_SAID:
        said = f"{said[: MOST_SAID // 2]}...{said[-MOST_SAID // 2 :]}"
    return said.encode("unicode_escape").decode()


def messages() -> Decoder[Message]:
    """Decodes what a collector says."""
    return Decoder(msgspec.msgpack.Decoder(Message))


def controls() -> Decoder[Control]:
    """Decodes what a collector is told."""
    return Decoder(msgspec.msgpack.Decoder(Control))


def questions() -> Decoder[Ask]:
    """Decodes what the onlooker is asked."""
    return Decoder(msgspec.msgpack.Decoder(Ask))


def answers() -> Decoder[Answer]:
    """Decodes what the onlooker answers."""
    return Decoder(msgspec.msgpack.Decoder(Answer))
