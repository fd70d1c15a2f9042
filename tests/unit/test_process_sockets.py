"""Sockets of a process: those of another network, and names that forge lines of the kernel's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from probes.facts import Missing
from probes.process_reader import ProcessReader
from tests.unit.processes import known

NETWORK = """
import os, socket, sys
try:
    os.unshare(os.CLONE_NEWNET)
except (AttributeError, PermissionError):
    import ctypes
    if ctypes.CDLL(None).unshare(0x40000000):
        sys.exit("no new namespace")
kept = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)]
kept.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
kept[0].bind(("::", 5353))
kept[1].bind("\\0a b\\x1b")
kept[1].listen()
print(flush=True)
sys.stdin.read()
"""


def test_sockets_of_another_network_are_found_there_and_none_is_left_out() -> None:
    made = subprocess.Popen(
        [sys.executable, "-c", NETWORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert made.stdout
    if not made.stdout.readline():
        made.wait()
        pytest.skip("no new namespace can be made here")
    found = known(ProcessReader(made.pid, 0)).sockets
    made.communicate()
    assert not isinstance(found, Missing)
    assert found.total == 3
    assert [(one.protocol, one.local, one.state) for one in found.first[:2]] == [
        ("udp6", "[::]:5353", ""),
        ("unix", "@a b\x1b", "listen"),
    ]
    assert found.first[2].protocol == "other"


LISTENING = "0: 00000002 00000000 00010000 0001 01 %d /run/FORGED"


def all_sockets() -> dict[str, tuple[str, str]]:
    """What is told of those of this process, by name: what they are, and whether they listen."""
    found = known(ProcessReader(os.getpid(), 0)).sockets
    assert not isinstance(found, Missing)
    return {one.local: (one.protocol, one.state) for one in found.first}


@contextmanager
def named(name: str) -> Iterator[int]:
    """A listening socket with that abstract name; its inode."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"\0{name}")
        made.listen()
        yield os.fstat(made.fileno()).st_ino


def test_a_name_with_a_line_feed_is_no_line_of_the_kernels() -> None:
    with named(f"ebt-{os.getpid()}\nhello"), named(f"ebt-{os.getpid()}\nx: y z 0 a b c\x85 \x1c8"):
        assert ("unix", "listen") in all_sockets().values()


def test_a_name_is_told_to_its_last_blank() -> None:
    with named(f" ebt-{os.getpid()}\x1c\u2028 "):
        assert f"@ ebt-{os.getpid()}\x1c\u2028 " in all_sockets()


@pytest.mark.parametrize(
    ("family", "kind", "told"),
    [
        (socket.AF_UNIX, socket.SOCK_STREAM, "unix"),
        (socket.AF_INET, socket.SOCK_STREAM, "other"),  # neither bound nor connected
        (socket.AF_NETLINK, socket.SOCK_RAW, "other"),
    ],
)
def test_nobody_names_the_socket_of_somebody_else(family: int, kind: int, told: str) -> None:
    """A name may hold a whole line, well formed, about any socket: between two lines the true one cannot be told."""
    with socket.socket(family, kind) as victim:
        inode = os.fstat(victim.fileno()).st_ino
        with named(f"ebt-{os.getpid()}\n{LISTENING % inode}"):
            listed = all_sockets()
    assert "/run/FORGED" not in listed
    assert listed[f"socket:[{inode}]"] == (told, "")
