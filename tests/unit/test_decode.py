"""Kernel values as text: names, flags, users, bytes that are no text."""

from __future__ import annotations

import errno
import os
import pwd
import signal
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import decode
from probes.exec import signal_name


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"bash\0\0\0", "bash"),
        (b"bash", "bash"),
        (b"", ""),
        (b"\0bash", ""),
        (b"a\0b\0", "a"),
        ("é".encode(), "é"),
        (b"\xff\xc3", "\\xff\\xc3"),
        (b"a\nb", "a\nb"),
    ],
)
def test_text_ends_with_its_first_nul(raw: bytes, text: str) -> None:
    assert decode.text(raw) == decode.comm(raw) == text


@given(st.binary())
def test_any_bytes_are_text(raw: bytes) -> None:
    text = decode.text(raw)
    assert "\0" not in text
    text.encode()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_text_survives(text: str) -> None:
    assert decode.text(text.encode() + b"\0rest") == text


def test_users_have_names_where_they_have_one() -> None:
    assert decode.user(0) == pwd.getpwuid(0).pw_name
    unknown = next(uid for uid in range(61_000, 65_000) if uid not in {user.pw_uid for user in pwd.getpwall()})
    assert decode.user(unknown) == str(unknown)
    assert decode.user((1 << 32) - 1) == str((1 << 32) - 1)


def test_errors_have_names() -> None:
    assert decode.error_name(errno.ENOENT) == "ENOENT"
    assert decode.error_name(11) in ("EAGAIN", "EWOULDBLOCK")
    assert decode.error_name(512) == "ERESTARTSYS"
    assert decode.error_name(9999) == "errno 9999"


def test_signals_have_names() -> None:
    assert [signal_name(number) for number in (9, 11, 15)] == ["SIGKILL", "SIGSEGV", "SIGTERM"]
    assert signal_name(signal.SIGRTMIN + 3) == "SIGRTMIN+3"
    assert signal_name(signal.SIGRTMAX) == "SIGRTMAX"
    assert signal_name(32).endswith("32")


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (0, "O_RDONLY"),
        (1, "O_WRONLY"),
        (2, "O_RDWR"),
        (3, "O_ACCMODE"),
        (os.O_CREAT | os.O_WRONLY | os.O_TRUNC, "O_WRONLY|O_CREAT|O_TRUNC"),
        (os.O_SYNC, "O_RDONLY|O_SYNC"),
        (os.O_DSYNC, "O_RDONLY|O_DSYNC"),
        (os.O_TMPFILE | os.O_RDWR, "O_RDWR|O_TMPFILE"),
        (os.O_DIRECTORY, "O_RDONLY|O_DIRECTORY"),
        (os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, "O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_PATH"),
        (decode.O_LARGEFILE, "O_RDONLY|O_LARGEFILE"),
        (1 << 40, "O_RDONLY|0x10000000000"),
        (1 << 63 | os.O_EXCL, "O_RDONLY|O_EXCL|0x8000000000000000"),
    ],
)
def test_flags_have_names(flags: int, names: str) -> None:
    assert decode.open_flags(flags) == names


def value_of(name: str) -> int:
    """The bits that a name stands for."""
    known = {"O_LARGEFILE": decode.O_LARGEFILE, "O_ACCMODE": 3}
    return int(name, 16) if name.startswith("0x") else known.get(name) or getattr(os, name)


@given(st.integers(0, (1 << 64) - 1))
def test_no_flag_is_told_twice_and_none_is_forgotten(flags: int) -> None:
    values = [value_of(name) for name in decode.open_flags(flags).split("|")]
    assert sum(values) == flags


def test_kernel_times_become_wall_clock_times() -> None:
    assert abs(time.monotonic_ns() + decode.wall_offset_ns() - time.time_ns()) < 50_000_000


@pytest.mark.parametrize(
    ("status", "name"), [(0, None), (10, "EIO"), (7, "ENODATA"), (200, "status 200"), (-5, "EIO"), (-110, "ETIMEDOUT")]
)
def test_errors_of_block_requests_whether_by_status_or_by_errno(status: int, name: str | None) -> None:
    assert decode.block_error(status) == name
