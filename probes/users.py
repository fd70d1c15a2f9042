"""Names of users by their numbers, without waiting for a name service: one in the network may be slow, or down."""

from __future__ import annotations

import pwd
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Thread

from probes.facts import readable

PASSWD = Path("/etc/passwd")
PATIENCE_S = 0.02
"""How long the first answer of a service is waited for; while it owes one, none is."""
MOST_ASKED, MOST_KNOWN = 64, 4096
"""Numbers that are asked for at a time; those whose names are remembered."""


class Users:
    """Those of /etc/passwd are known at once. All others are asked for in a thread: until there is an answer, a user is
    called by the number, and for good where there is no name.
    """

    def __init__(self, ask: Callable[[int], str], passwd: Path = PASSWD) -> None:
        self._ask, self._passwd = ask, passwd
        self._known = local(passwd)
        self._asked: set[int] = set()
        self._wanted: SimpleQueue[int] = SimpleQueue()
        self._answered = Condition()
        self._thread: Thread | None = None

    def name(self, uid: int) -> str:
        """The name of a user as far as it is known."""
        return self._known.get(uid) or self._look_up(uid)

    def _look_up(self, uid: int) -> str:
        with self._answered:
            quick = not self._asked
            if uid not in self._asked and len(self._asked) < MOST_ASKED:
                self._asked.add(uid)
                self._wanted.put(uid)
                self._begin()
            if quick:
                self._answered.wait_for(lambda: uid in self._known, PATIENCE_S)
            return self._known.get(uid, str(uid))

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._go_on, name="users", daemon=True)
            self._thread.start()

    def _go_on(self) -> None:
        while True:
            uid = self._wanted.get()
            name = self._ask(uid)
            with self._answered:
                if len(self._known) >= MOST_KNOWN:
                    self._known = local(self._passwd)
                self._known[uid] = name
                self._asked.discard(uid)
                self._answered.notify_all()


def by_name_service(uid: int) -> str:
    """The name that the system has for a user, by nsswitch.conf(5); the number where it has none. May take long."""
    with suppress(KeyError, OverflowError):
        return readable(pwd.getpwuid(uid).pw_name)
    return str(uid)


def local(passwd: Path) -> dict[int, str]:
    """The names in a file like passwd(5), by number: the first of each."""
    found: dict[int, str] = {}
    with suppress(OSError):
        for line in readable(passwd.read_bytes()).split("\n"):
            name, *rest = line.split(":")
            if len(rest) > 1 and name and rest[1].isdecimal():
                found.setdefault(int(rest[1]), name)
    return found
