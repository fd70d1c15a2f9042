"""The live tests on other kernels, each in a guest of its own: `make kernels`. Needs root.

    make kernels                                     on all of them
    make kernels ARGS="bullseye bookworm"            on those of Debian 11 and 12
    make kernels ARGS="trixie --tests '-k storm'"    other tests, on one

What a guest is, says tests.lab.guest. Without KVM it is emulated, and a kernel takes some ten minutes.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.kernels.inside import RESULT
from tests.kernels.runs import Run, report, told
from tests.lab import guest

RELEASES = ("bullseye", "bookworm", "trixie", "trixie-backports")
"""Of Debian: those whose kernels are tried, the oldest first; the last has the newest there is."""
CHOSEN = "@tests/kernels/chosen.txt"
"""Those of the live tests that make sense in a guest, and do not take it long."""
LIMIT_S = 3600.0
DISK_BYTES = 256 << 20
IN_GUEST = """mkdir -m 1777 /run/tmp # in memory: what is above the host's files has no handles to open files by
export TMPDIR=/run/tmp EBTOP_PATIENCE=10 {result}=/run/lab/file
exec {python} -m pytest -v -p tests.kernels.inside -p no:cacheprovider -m live {tests}
"""


def run(release: str, tests: str) -> Run:
    """Boots the kernel of a release, and runs tests there."""
    command = IN_GUEST.format(python=shlex.quote(sys.executable), result=RESULT, tests=tests)
    began = time.monotonic()
    try:
        with disk() as file:
            ended = guest.run(command, [file], partial(print, f"{release}:", flush=True), LIMIT_S, release)
    except guest.GuestError as error:
        return Run(release, None, time.monotonic() - began, str(error))
    return told(release, ended.file, time.monotonic() - began)


@contextmanager
def disk() -> Iterator[Path]:
    """A file that is an empty disk."""
    with tempfile.NamedTemporaryFile(prefix="ebtop-disk-", dir="/var/tmp") as file:  # /tmp may be memory
        file.truncate(DISK_BYTES)
        yield Path(file.name)


def main(words: Sequence[str] | None = None) -> int:
    made = argparse.ArgumentParser(prog="make kernels", description="The live tests on other kernels, in guests.")
    made.add_argument("releases", nargs="*", default=RELEASES, metavar="RELEASE", help=f"of {', '.join(RELEASES)}")
    made.add_argument("--tests", default=CHOSEN, metavar="WORDS", help="for pytest: files and options")
    made.add_argument("--at-once", type=int, default=1, metavar="N", help="so many guests at once (1)")
    args = made.parse_args(words)
    if os.geteuid() != 0:
        print("the lab needs root: sudo make kernels", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(args.at_once) as guests:
        return report(list(guests.map(partial(run, tests=args.tests), args.releases)))


if __name__ == "__main__":
    sys.exit(main())
