"""Frames: whole in any pieces, and one clear error where they are not ebtop's."""

from __future__ import annotations

import math
import struct
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.controls import Control, SetFilter, SetInterval, Stop, Toggle
from probes.disk_sums import Disk, Hist
from probes.lanes import Lanes
from probes.snapshot import Bye, Counts, Exit, Hello, Message, ProbeTick, Snapshot
from probes.wire import HEAD, MOST, Decoder, WireError, controls, encode, messages
from tests.unit.sessions import BOX, HELLO

whole = st.integers(-(1 << 63), (1 << 63) - 1)
cells = st.one_of(st.none(), whole, st.floats(allow_nan=False), st.text(), st.lists(st.text()))
counts = st.builds(Counts, *[st.integers(0, 1 << 60)] * 6)
hists = st.builds(
    Hist,
    st.text(),
    st.sampled_from(["read", "flush"]),
    st.sampled_from(["queue", "device"]),
    st.builds(Lanes, whole, whole, st.binary()),
    whole,
    whole,
    whole,
)
ticks = st.builds(
    ProbeTick,
    st.text(),
    st.sampled_from(["off", "compiling", "on", "failed"]),
    counts,
    st.text(),
    whole,
    st.lists(st.lists(cells, max_size=4), max_size=3),
    st.lists(st.builds(Exit, whole, whole, st.none() | whole, st.none() | st.text(), st.floats(allow_nan=False))),
    st.lists(hists, max_size=2),
    st.lists(st.builds(Disk, st.text(), whole), max_size=2),
    st.none() | whole,
)
snapshots = st.builds(
    Snapshot, whole, whole, st.text(), st.just(BOX), st.lists(ticks, max_size=3).map(tuple), whole, whole
)
any_message = st.one_of(snapshots, st.just(HELLO), st.builds(Bye, st.text()))
any_control = st.one_of(
    st.builds(Toggle, st.text(), st.booleans()),
    st.builds(SetFilter, st.text()),
    st.builds(SetInterval, st.floats(allow_nan=False)),
    st.just(Stop()),
)


def fed(decoder: Decoder[Any], data: bytes) -> tuple[list[Any], WireError | None]:
    """What a decoder makes of bytes: messages, or the one error that there may be."""
    try:
        return decoder.feed(data), None
    except WireError as error:
        return [], error


@given(st.lists(any_message, max_size=4), st.data())
def test_messages_come_whole_in_any_pieces(sent: list[Message], data: st.DataObject) -> None:
    stream = b"".join(map(encode, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder = messages()
    got = [m for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for m in decoder.feed(stream[a:b])]
    assert got == sent
    assert decoder.pending == 0
    assert decoder.offset == len(stream)


@given(st.lists(any_control, max_size=5))
def test_controls_come_byte_by_byte(sent: list[Control]) -> None:
    decoder = controls()
    stream = b"".join(map(encode, sent))
    assert [control for i in range(len(stream)) for control in decoder.feed(stream[i : i + 1])] == sent


@given(any_message, st.data())
def test_a_stream_cut_short_is_known_by_what_is_pending(message: Message, data: st.DataObject) -> None:
    frame = encode(message)
    cut = data.draw(st.integers(1, len(frame) - 1))
    decoder = messages()
    assert decoder.feed(encode(HELLO) + frame[:cut]) == [HELLO]
    assert decoder.pending == cut
    assert decoder.offset == len(encode(HELLO))


@given(any_message, st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_never_taken_for_a_message(message: Message, at: int, change: int) -> None:
    frame = bytearray(encode(message))
    frame[at % len(frame)] ^= change
    decoder = messages()
    got, error = fed(decoder, bytes(frame))
    assert got == []
    if error is None:  # the length grew: the rest is waited for
        assert decoder.pending == len(frame)
    else:
        assert error.offset == 0


@given(st.binary())
@example(b"\x7fELF" + bytes(100))
@example(b"HTTP/1.1 200 OK\r\n\r\n")
@example(b"\n" * 64)
def test_foreign_bytes_give_nothing_but_a_wire_error(data: bytes) -> None:
    for decoder in (messages(), controls()):
        got, error = fed(decoder, data)
        assert got == []
        assert error is None or (0 <= error.offset <= len(data) and "\n" not in str(error))


@given(st.binary())
def test_a_frame_of_anything_gives_nothing_but_a_wire_error(payload: bytes) -> None:
    frame = HEAD.pack(len(payload), zlib.crc32(payload)) + payload
    for decoder in (messages(), controls()):
        _got, error = fed(decoder, frame)
        assert error is None or error.offset == 0


@pytest.mark.parametrize("length", [MOST + 1, 1 << 31, (1 << 32) - 1])
def test_a_claim_of_gigabytes_is_refused_at_once(length: int) -> None:
    decoder = messages()
    with pytest.raises(WireError, match="not a frame of ebtop at byte 0"):
        decoder.feed(HEAD.pack(length, 0))


CLAIMS = {
    "a terabyte of array": b"\xdd\xff\xff\xff\xff",
    "a terabyte of map": b"\xdf\xff\xff\xff\xff",
    "a terabyte of text": b"\xdb\xff\xff\xff\xff",
    "a terabyte of bytes": b"\xc6\xff\xff\xff\xff",
    "arrays within arrays": b"\x91" * 100_000 + b"\xc0",
    "maps within maps": b"\x81\xa1x" * 100_000 + b"\xc0",
    "a tick that claims rows": b"\x82\xa4type\xa4tick\xa6probes\xdd\xff\xff\xff\xff",
    "nothing": b"",
    "two messages in one": msgspec.msgpack.encode(Bye()) * 2,
    "a message of no kind": msgspec.msgpack.encode({"type": "bomb"}),
    "a number": b"\x01",
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_claims_to_be_more_than_it_is(claim: str) -> None:
    payload = CLAIMS[claim]
    frame = HEAD.pack(len(payload), zlib.crc32(payload)) + payload
    for decoder in (messages(), controls()):
        with pytest.raises(WireError, match="unknown message"):
            decoder.feed(frame)


@pytest.mark.parametrize("kind", ["\x1b]0;mine\x07", "a\nb", "\u202e", "x" * 1_000_000])
def test_what_is_told_of_a_strange_message_is_brief_and_in_one_line(kind: str) -> None:
    payload = msgspec.msgpack.encode({"type": kind})
    with pytest.raises(WireError) as refused:
        messages().feed(HEAD.pack(len(payload), zlib.crc32(payload)) + payload)
    told = str(refused.value)
    assert told.isprintable()
    assert told.isascii()
    assert len(told) < 400
    assert "`$.type`" in told


@pytest.mark.parametrize(
    "change",
    [
        {"interval_s": "soon"},
        {"probes": [{"id": 1}]},
        {"budget": 1.5},
        {"host": None},
        {"host": b"\xff"},
        {"time": 1 << 70},
    ],
)
def test_a_message_with_a_field_of_another_kind(change: dict[str, object]) -> None:
    payload = _packed(msgspec.to_builtins(HELLO) | {"type": "hello"} | change)
    with pytest.raises(WireError, match="unknown message"):
        messages().feed(HEAD.pack(len(payload), zlib.crc32(payload)) + payload)


def _packed(value: dict[str, object]) -> bytes:
    """As msgspec packs, and integers that it does not as floats."""
    fields = {key: float(one) if isinstance(one, int) and one >= 1 << 64 else one for key, one in value.items()}
    return msgspec.msgpack.encode(fields)


def test_fields_that_are_not_known_are_ignored() -> None:
    payload = msgspec.msgpack.encode({"type": "bye", "reason": "done", "new": [1]})
    assert messages().feed(HEAD.pack(len(payload), zlib.crc32(payload)) + payload) == [Bye("done")]


def test_what_came_before_the_damage_was_told() -> None:
    good, bad = encode(HELLO), bytearray(encode(Bye("x")))
    bad[-1] ^= 1
    decoder = messages()
    assert decoder.feed(good) == [HELLO]
    with pytest.raises(WireError, match="damaged frame") as found:
        decoder.feed(bytes(bad))
    assert found.value.offset == len(good)


def test_what_came_before_the_damage_in_the_same_piece_is_told_first() -> None:
    bad = bytearray(encode(Bye("x")))
    bad[-1] ^= 1
    decoder = messages()
    assert decoder.feed(encode(HELLO) + bytes(bad)) == [HELLO]
    for _ in range(2):
        with pytest.raises(WireError, match="damaged frame") as found:
            decoder.feed(b"")
        assert found.value.offset == len(encode(HELLO))


@given(any_message, st.integers(0))
def test_what_is_missing_is_never_more_than_the_rest_of_a_message(message: Message, cut: int) -> None:
    frame = encode(message)
    decoder = messages()
    at = cut % len(frame)
    decoder.feed(frame[:at])
    got: list[Message] = []
    while not got:
        step = decoder.missing
        assert 0 < step <= len(frame) - at
        got = decoder.feed(frame[at : at + step])
        at += step
    assert (got, at) == ([message], len(frame))


def test_a_long_stream_takes_linear_time() -> None:
    """Half a megabyte in small pieces would take minutes if each were to copy what came before."""
    stream = encode(Bye("x" * 500_000))
    decoder, got, step = messages(), [], 31
    for at in range(0, len(stream), step):
        got += decoder.feed(stream[at : at + step])
    assert got == [Bye("x" * 500_000)]


def test_numbers_that_are_none_survive() -> None:
    (back,) = controls().feed(encode(SetInterval(math.nan)))
    assert isinstance(back, SetInterval)
    assert math.isnan(back.seconds)


def test_the_head_is_eight_bytes_big_endian() -> None:
    frame = encode(Hello(1, "v", "h", "k", 0, 1.0, ()))
    length, crc = struct.unpack(">II", frame[:8])
    assert length == len(frame) - 8
    assert crc == zlib.crc32(frame[8:])
