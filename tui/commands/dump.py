"""`ebtop dump [FILE] [FILTER...]`: a session without a screen, live or from a recording."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, BinaryIO

from tui import stderr
from tui.commands import files, live
from tui.commands.arguments import Parser, add_filter, add_for, add_live, file_path, is_term
from tui.commands.errors import CommandError
from tui.commands.stopping import Stopping

if TYPE_CHECKING:
    from probes.snapshot import Hello
    from tui.dump import Dump, Options
    from tui.launch import Link
    from tui.recording import Reader

DESCRIPTION = """\
A session without a screen. JSON is one object a line: ready, then row, exit and finding as they come, at the end hist,
part, work and total.
A FILE is there, ends in .ebtop or has a slash: write ./pid:1 for a file of that name, '(a/b)' to look for a/b."""

ALL_RECORDED = "counts and histograms are of all that was recorded: a filter narrows them down by disk: and op: alone"

BY_PARENTS = (
    "tree: of a recording goes by the parents that a process had when it did something: who lost them is missing"
)


def parser() -> Parser:
    made = Parser("ebtop dump", DESCRIPTION)
    made.usage = "ebtop dump [FILE] [FILTER...] [options]"
    made.set_defaults(at_once=True)
    made.add_argument("--format", choices=("json", "text"), default="json", help="json for programs, text for people")
    made.add_argument("--every", action="store_true", help="counts and histograms of each tick too")
    add_for(made)
    add_live(made)
    add_filter(made)
    return made


def run(args: Namespace) -> int:
    if not args.words or not _is_file(args.words[0]):
        with live.session(args) as link:
            return _dump_live(link, args)
    path = file_path(args.words.pop(0))
    if args.interval is not None or args.rows is not None or args.slow is not None:
        raise CommandError("--interval, --rows and --slow are for live sessions: a recording has what it has")
    for word in args.words:
        if not is_term(word) and files.is_file(word):
            raise CommandError(f"'{word}' is a file: give one FILE, then a filter")
    with files.recording(path, f"to look for it: ebtop dump {shlex.quote(f'({path})')}") as reader:
        return _dump_file(reader, args)


def _is_file(word: str) -> bool:
    """Whether a first word is a FILE: what is none, and does not look like one, is looked for as on the screen."""
    looks_so = not word or word.endswith(files.SUFFIX) or "/" in word
    return not is_term(word) and (looks_so or files.is_file(word))


def _dump_live(link: Link, args: Namespace) -> int:
    from probes.snapshot import Bye
    from tui import dump as engine
    from tui.launch import LinkError

    out = _output()
    probes = live.asked(link, args)
    dump = _dump(link.hello, args, out, engine.Options(probes, args.every))
    broken = ""
    with Stopping() as stopping:
        try:
            for message in live.follow(
                link, stopping, args.seconds, lambda snapshot: engine.is_ready(snapshot, probes), out.fileno()
            ):
                if isinstance(message, Bye):
                    broken = message.reason
                else:
                    dump.take(message)
        except LinkError as error:
            broken = str(error)
        dump.end()
    if broken:
        raise CommandError(broken)
    return 1 if dump.failed else 0


def _dump_file(reader: Reader, args: Namespace) -> int:
    from probes.filter import parse
    from tui import dump as engine

    wanted = live.read_filter(args, parse)
    probes = args.probe or tuple(probe.id for probe in reader.hello.probes)
    if missing := set(probes) - {probe.id for probe in reader.hello.probes}:
        raise CommandError(f"{reader.path} has no probe {missing.pop()}: leave --probe out to see all it has")
    latencies = {probe.id for probe in reader.hello.probes if probe.view == "latency" and probe.id in probes}
    untold = set[str]() if wanted.asks_only("disk", "op") else latencies
    dump = _dump(reader.hello, args, _output(), engine.Options(probes, args.every, wanted, live=False))
    if wanted.follows:
        stderr.say(BY_PARENTS)
    first: int | None = None
    with Stopping() as stopping:
        for snapshot in reader:
            for told in untold & {tick.id for tick in snapshot.probes if tick.state == "on"}:
                stderr.say(f"{told}: {ALL_RECORDED}")
                untold.remove(told)
            dump.take(snapshot)
            if first is None and engine.is_ready(snapshot, probes, live=False):
                first = snapshot.time
            enough = args.seconds is not None and first is not None and snapshot.time - first >= args.seconds * 1e9
            if enough or stopping.asked:
                break
        dump.end()
    if reader.cut:
        raise CommandError(reader.cut)
    return 0


def _output() -> BinaryIO:
    """Standard output as bytes, buffered whatever the environment says, left open at the end."""
    return open(sys.stdout.fileno(), "wb", closefd=False)


def _dump(hello: Hello, args: Namespace, out: BinaryIO, options: Options) -> Dump:
    from tui.dump import Dump

    if args.format == "text":
        import io

        from tui import terminal
        from tui.dump_text import TextSink

        encoding = sys.stdout.encoding or "utf-8"
        if sys.stdout.isatty():
            encoding = terminal.encoding(sys.stdout, terminal.environ_at_start(os.environ))
        text = io.TextIOWrapper(out, encoding, errors="backslashreplace", write_through=True)
        return Dump(hello, TextSink(text), options)
    from tui.dump_json import JsonSink

    return Dump(hello, JsonSink(out), options)
