"""A compiled probe: its programs and maps, as plain data that can be cached and loaded without bcc."""

from __future__ import annotations

import msgspec


class MapShape(msgspec.Struct, frozen=True):
    """What a map is made of; sizes in bytes."""

    name: str
    type: int
    key_size: int
    value_size: int
    entries: int
    flags: int


class Program(msgspec.Struct, frozen=True):
    """A program's instructions, 8 bytes each.

    maps  (index of an instruction, index of the map whose fd goes into it)
    """

    name: str
    instructions: bytes
    maps: tuple[tuple[int, int], ...]


class Image(msgspec.Struct, frozen=True):
    """All of one probe."""

    programs: tuple[Program, ...]
    maps: tuple[MapShape, ...]


_DECODER = msgspec.msgpack.Decoder(Image)
"""Made ahead of all threads: msgspec crashes where two of them meet a type for the first time."""


def encode(image: Image) -> bytes:
    """An image as bytes."""
    return msgspec.msgpack.encode(image)


def decode(data: bytes) -> Image:
    """The image in `data`. Raises msgspec.DecodeError where it is none."""
    return _DECODER.decode(data)
