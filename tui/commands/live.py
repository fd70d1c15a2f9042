"""A live session: started, followed to its end, and stopped so that its totals are exact.

Imports stand where they are needed: under sudo, nothing of third parties may be loaded before `launch.start`
has given root up.
"""

from __future__ import annotations

import os
import select
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.commands.arguments import filter_text
from tui.commands.errors import CommandError

if TYPE_CHECKING:
    from probes.filter import Filter
    from probes.snapshot import Bye, Snapshot
    from tui import launch
    from tui.commands.stopping import Stopping
    from tui.launch import Link

PATIENCE_S = 10.0
"""How long a collector may take to detach and to send the last counts."""
TOO_LATE = "{}: is known long after a row is written: leave it out here, or ask for it in ebtop or ebtop replay"
"""For commands that write rows as they come: they set `at_once`."""


@contextmanager
def session(args: Namespace, *, stats: bool = False) -> Iterator[Link]:
    """The collector that `args` ask for, ended when left. Raises CommandError.

    `stats` asks it to measure what its own programs cost in the kernel, which itself costs a little.
    """
    from tui import launch

    early = not (os.geteuid() == 0 and "SUDO_UID" in os.environ)
    if early:
        check(args)
    try:
        link = launch.start(options(args, stats))
    except launch.LaunchError as error:
        raise CommandError(*str(error).split("\n")) from None
    try:
        if not early:
            check(args)  # only now: it takes third-party packages, and until here this process was root for someone
        yield link
    except launch.LinkError as error:
        raise CommandError(str(error)) from None
    finally:
        link.close()


def options(args: Namespace, stats: bool) -> launch.Options:
    """What a collector is to do; what was not said is the default."""
    from tui.launch import Options

    said = {"interval_s": args.interval, "rows": args.rows, "slow_us": None if args.slow == "auto" else args.slow}
    given = {name: value for name, value in said.items() if value is not None}
    return Options(probes=args.probe, filter=filter_text(args.words), stats=stats, **given)


def asked(link: Link, args: Namespace) -> tuple[str, ...]:
    """The ids of the probes asked for, all there are by default."""
    return args.probe or tuple(probe.id for probe in link.hello.probes)


def check(args: Namespace) -> None:
    """Raises CommandError where the filter or the theme asked for cannot be used."""
    from probes.filter import parse_local

    read_filter(args, parse_local)
    if getattr(args, "theme", None) is not None:
        theme_checked(args.theme)


def read_filter(args: Namespace, parse: Callable[[str], Filter]) -> Filter:
    """The filter asked for. Raises CommandError, which names the place in it."""
    from probes.filter import FilterError, leaves, told
    from probes.filter.keys import LATER_KEYS

    text = filter_text(args.words)
    try:
        found = parse(text)
        if found.waits and getattr(args, "at_once", False):
            every = (leaf for term in found.terms for leaf in leaves(term))
            late = next(leaf for leaf in every if leaf.key in LATER_KEYS)
            raise FilterError(TOO_LATE.format(late.key), late.start)
    except FilterError as error:
        raise CommandError(told(error, text)) from None
    return found


def theme_checked(name: str) -> None:
    """Raises CommandError where there is no such theme, or where it cannot be used."""
    from tui.theme import ThemeError, load

    try:
        load(name)
    except ThemeError as error:
        raise CommandError(str(error)) from None


def follow(
    link: Link,
    stopping: Stopping,
    seconds: float | None,
    is_ready: Callable[[Snapshot], bool],
    output: int | None = None,
) -> Iterator[Snapshot | Bye]:
    """Every message of a session until its `Bye`.

    It is stopped when asked by a signal, and `seconds` after the first snapshot that is ready. Raises LinkError, and
    BrokenPipeError as soon as nobody reads from the file descriptor `output` any more.
    """
    from probes.controls import Stop
    from probes.snapshot import Answer, Bye, Hello
    from tui.launch import LinkError

    poll = select.poll()
    poll.register(link.fileno(), select.POLLIN)
    poll.register(stopping.fileno(), select.POLLIN)
    if output is not None:
        poll.register(output, 0)
    deadline: float | None = None
    stop_sent = False
    while True:
        left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
        events = dict(poll.poll(None if left is None else left * 1000 + 1))
        if output is not None and events.get(output, 0) & (select.POLLERR | select.POLLHUP):
            raise BrokenPipeError
        if link.fileno() in events:
            for message in link.read():
                if isinstance(message, Hello | Answer):
                    continue
                yield message
                if isinstance(message, Bye):
                    return
                if seconds is not None and deadline is None and is_ready(message):
                    deadline = time.monotonic() + seconds
        late = deadline is not None and time.monotonic() >= deadline
        if stop_sent and late:
            raise LinkError(f"the collector did not stop within {PATIENCE_S:.0f} s: end it by its process id")
        if not stop_sent and (late or stopping.asked):
            poll.unregister(stopping.fileno())
            link.send(Stop())
            stop_sent = True
            deadline = time.monotonic() + PATIENCE_S
