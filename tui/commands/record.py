"""`ebtop record`: a session, written to a file as it comes."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from tui import stderr
from tui.commands import configured, live
from tui.commands.arguments import Parser, add_filter, add_for, add_live, file_path
from tui.commands.errors import CommandError
from tui.commands.stopping import Stopping

if TYPE_CHECKING:
    from tui.launch import Link


def parser() -> Parser:
    made = Parser("ebtop record", "Write a session to a file, for ebtop replay and ebtop dump. ^C ends it in order.")
    made.set_defaults(at_once=True)
    made.add_argument(
        "-o", "--output", type=file_path, required=True, metavar="FILE", help="where to; must not be there yet"
    )
    add_for(made)
    add_live(made)
    add_filter(made)
    return made


def run(args: Namespace) -> int:
    args = configured.filled(args)
    with live.session(args, stats=True) as link:
        for warning in configured.loaded().warnings:
            stderr.say(warning)
        return _record(link, args)


def _record(link: Link, args: Namespace) -> int:
    from probes.snapshot import Bye, Snapshot
    from tui import dump
    from tui import format as fmt
    from tui.recording import RecordingError, Writer
    from tui.tally import Tally

    probes = live.asked(link, args)
    tallies = {name: Tally() for name in probes}
    states: dict[str, str] = {}
    first = last = link.hello.time
    reason = ""
    try:
        with Stopping() as stopping, Writer(args.output, link.hello) as writer:
            for message in live.follow(link, stopping, args.seconds, lambda s: dump.is_ready(s, probes)):
                writer.write(message)
                if isinstance(message, Snapshot):
                    last = message.time
                    for tick in message.probes:
                        if tick.id in tallies:
                            tallies[tick.id].add(tallies[tick.id].counts_of(tick), ())
                            states[tick.id] = tick.state
                elif isinstance(message, Bye):
                    reason = message.reason
    except RecordingError as error:
        raise CommandError(str(error)) from None
    seen = ", ".join(f"{name} {tally.total.seen:,}" for name, tally in tallies.items())
    stderr.say(f"recorded {fmt.duration(last - first)} to {args.output}: {seen} events, {fmt.size(writer.size)}")
    if reason:
        raise CommandError(reason)
    return 1 if "failed" in states.values() else 0
