"""`python -m bench [NAME ..] [--rounds N] [--minutes M]`, as root: the tables, one after the other."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable

from bench import block, disks, execs, keypress, load, open_flood, report, screen, soak, start_up
from bench.settings import Settings

BENCHMARKS: dict[str, Callable[[Settings], None]] = {
    "open-flood": open_flood.run,
    "start-up": start_up.run,
    "screen": screen.run,
    "keys": keypress.run,
    "disks": disks.run,
    "block": block.run,
    "exec": execs.run,
}
LONG: dict[str, Callable[[Settings], None]] = {"soak": soak.run, "load": load.run}
"""Those that are run only when they are named."""
NAMES = ", ".join([*BENCHMARKS, *LONG])


def main() -> int:
    """Runs the benchmarks that are named, by default all. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="What ebtop costs, beside its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {NAMES}; default all but the last two")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is measured (default 5)")
    parser.add_argument("--minutes", type=float, default=0.0, metavar="M", help="watch that long: the screen, the soak")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in BENCHMARKS | LONG]:
        parser.error(f"there is no benchmark {unknown[0]!r}: use {NAMES}")
    if args.rounds < 1 or args.minutes < 0:
        parser.error("--rounds must be at least 1, and --minutes not negative")
    if os.geteuid() != 0:
        parser.error("what is measured needs root: sudo .venv/bin/python -m bench")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was made for a benchmark is taken away again
    for name in args.names or BENCHMARKS:
        began = time.monotonic()
        try:
            (BENCHMARKS | LONG)[name](Settings(args.rounds, args.minutes))
        except report.UnavailableError as why:
            report.console.print(f"{name}: not measured: {why}", soft_wrap=True)
        except KeyboardInterrupt:
            report.progress("")
            return 130
        load = " ".join(f"{value:.2f}" for value in os.getloadavg())
        report.console.print(f"  {name} took {time.monotonic() - began:.0f} s; load average {load}\n", soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
