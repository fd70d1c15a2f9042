"""Readings in a thread: the event loop never waits for /proc or a file system, however long those take to answer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

LEAST_PAUSE_S = 1.0
SHARE = 0.1
"""A reading that takes long is done more seldom: readings take no more than this share of the time."""
MOST_STUCK = 8
"""Threads that may be there at once. One that the kernel does not let go stays until the end of the program."""

Answer = TypeVar("Answer")
_free = threading.BoundedSemaphore(MOST_STUCK)


def pause(took_s: float) -> float:
    """How long to wait after a reading that took so long, in seconds."""
    return max(LEAST_PAUSE_S - took_s, took_s * (1 - SHARE) / SHARE)


class Background(Generic[Answer]):
    """Calls `read` again and again, in a thread of its own, one call after the other, until `stop`.

    `told` is called in the event loop with each answer. `read` must not raise.
    """

    def __init__(self, read: Callable[[], Answer], told: Callable[[Answer], None]) -> None:
        self._read, self._told = read, told
        self._stopped = threading.Event()
        self._since: float | None = None
        self.refused = False

    def start(self) -> None:
        """Begin; where too many threads are stuck already, `refused` is set instead."""
        self.refused = not _free.acquire(blocking=False)
        if not self.refused:
            # Who is told finds the context of who asked, without which Textual makes no timers.
            run, loop = copy_context().run, asyncio.get_running_loop()
            threading.Thread(target=run, args=(self._run, loop), name="reading", daemon=True).start()

    def stop(self) -> None:
        """Tell nothing more. Waits for nothing."""
        self._stopped.set()

    @property
    def waiting_s(self) -> float:
        """For how long the reading that is under way has been; 0 where there is none."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while not self._stopped.is_set():
                self._since = began = time.monotonic()
                answer = self._read()
                took, self._since = time.monotonic() - began, None
                loop.call_soon_threadsafe(self._tell, answer)
                self._stopped.wait(pause(took))
        except RuntimeError:  # the loop was closed: the program ends
            if not loop.is_closed():
                raise
        finally:
            _free.release()

    def _tell(self, answer: Answer) -> None:
        if not self._stopped.is_set():
            self._told(answer)


def once(read: Callable[[], Answer], told: Callable[[Answer], None]) -> bool:
    """Calls `read` once, likewise; whether it has begun: not where too many threads are stuck already."""

    def tell(answer: Answer) -> None:
        reading.stop()
        told(answer)

    reading = Background(read, tell)
    reading.start()
    return not reading.refused
