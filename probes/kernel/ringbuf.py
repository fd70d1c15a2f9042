"""Reads a BPF ring buffer by its memory, on a timer, without being woken.

Layout (Documentation/bpf/ringbuf.rst): a page with the consumer's position, a page with the producer's,
then the data, mapped twice in a row so that no record is ever split. A record is an 8-byte head, whose
first 32 bits are its length, a busy bit and a discard bit, and its bytes, padded to 8.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Iterator

BUSY, DISCARD = 1 << 31, 1 << 30
_HEAD = struct.Struct("=I")


class RingBuffer:
    """A ring buffer map: `fd` of the map, `size` its bytes of data (a power of two)."""

    def __init__(self, fd: int, size: int) -> None:
        page = mmap.PAGESIZE
        self._size = size
        self._consumer_page = mmap.mmap(fd, page, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE, offset=0)
        self._data = mmap.mmap(fd, page + 2 * size, mmap.MAP_SHARED, mmap.PROT_READ, offset=page)
        self._consumed = ctypes.c_uint64.from_buffer(self._consumer_page)

    def drain(self) -> Iterator[bytes]:
        """The records that are complete now, oldest first. A record's place is free once the next is asked for."""
        page, mask = mmap.PAGESIZE, self._size - 1
        at = self._consumed.value
        (produced,) = struct.unpack_from("=Q", self._data)
        while at < produced:
            start = page + (at & mask)
            (head,) = _HEAD.unpack_from(self._data, start)
            if head & BUSY:
                break
            length = head & (DISCARD - 1)
            if not head & DISCARD:
                yield self._data[start + 8 : start + 8 + length]
            at += (length + 8 + 7) & ~7
            self._consumed.value = at

    def close(self) -> None:
        del self._consumed
        self._consumer_page.close()
        self._data.close()
