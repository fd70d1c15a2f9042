"""The story that ebtop is for: RAID0 over three disks of which one is failing, told by the load on md0 alone.

    make lab-raid            what `ebtop dump` says of it, for half a minute; needs root
    make demo-recording      what `ebtop demo` plays

The array is in a guest (see tests.lab.guest); its disks are files of this machine that are served slowly.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.lab import guest
from tests.lab.sick_disk import FOLDER, Sickness, add_sickness, compile_server, served, sickness

WATCH = """. tests/lab/guest/raid.sh
load &
exec {python} -m tui.cli dump --probe block {options}
"""
RECORD = "exec sh tests/lab/guest/shop.sh {python} {seconds}s"


def run(how: Sickness, command: str, say: Callable[[str], object]) -> guest.Ended:
    """Runs a command in a guest whose disks vda, vdb, ... behave like that."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="raid-", dir=FOLDER) as name:
        folder = Path(name)
        with served(compile_server(folder), folder / "disks", how.words()) as files:
            return guest.run(command, files, say)


def watch(how: Sickness, options: str, say: Callable[[str], object]) -> int:
    """What `ebtop dump --probe block OPTIONS` says of an array under load: its exit code."""
    return run(how, WATCH.format(python=shlex.quote(sys.executable), options=options), say).code


def record(how: Sickness, file: Path, seconds: int) -> int:
    """Records a shop on such an array into a file."""
    ended = run(
        how, RECORD.format(python=shlex.quote(sys.executable), seconds=seconds), partial(print, file=sys.stderr)
    )
    if ended.code == 0:
        file.write_bytes(ended.file)
    return ended.code


def main(words: Sequence[str] | None = None) -> int:
    made = argparse.ArgumentParser(prog="make lab-raid", description="RAID0 over three disks, one of which stalls.")
    add_sickness(made)
    made.add_argument("--for", type=int, default=30, dest="seconds", metavar="SECONDS", help="how long (30)")
    made.add_argument("--format", choices=("text", "json"), default="text", help="of what is said (text)")
    made.add_argument("--record", type=Path, metavar="FILE", help="record a shop at work instead")
    args = made.parse_args(words)
    if os.geteuid() != 0:
        print("the lab needs root: sudo make lab-raid", file=sys.stderr)
        return 2
    how = sickness(args)
    if how.disks != 3:
        made.error("the array is one of three disks")
    try:
        if args.record:
            return record(how, args.record, args.seconds)
        return watch(how, f"--for {args.seconds}s --format {args.format}", partial(print, flush=True))
    except guest.GuestError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
