"""Live tests on this kernel with the bcc of each Debian: `make bcc-versions`. Needs root, and debootstrap.

    make bcc-versions                      those of all
    make bcc-versions ARGS="bullseye"      that of Debian 11

Each is in a root file system of its own, below LAB: see tests/lab/bcc.sh.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.kernels.inside import RESULT
from tests.kernels.runs import Run, report, told
from tests.lab import guest

RELEASES = ("bullseye", "bookworm", "trixie", "sid")
SCRIPT = Path(guest.__file__).with_name("bcc.sh")
TESTS = "tests/live/test_command_line.py tests/live/test_exec.py tests/live/test_filter_in_kernel.py"
WITH_IT = """export {result}=/result/json
$PYTHON -m pytest -v -p tests.kernels.inside -p no:cacheprovider -p no:hypothesispytest -m live {tests}"""


def run(release: str, tests: str) -> Run:
    """Runs tests with the bcc of a release."""
    command = WITH_IT.format(result=RESULT, tests=tests)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ebtop-bcc-") as folder:
        words = ["sh", str(SCRIPT), str(guest.cache() / "roots"), release, folder, command]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            last = ""
            for line in process.stdout:
                last = line.strip()
                print(f"{release}: {last}", flush=True)
        result = Path(folder) / "json"
        if not result.exists():
            return Run(release, None, time.monotonic() - began, last or "it could not be made ready: see above")
        return told(release, result.read_bytes(), time.monotonic() - began)


def main(words: Sequence[str] | None = None) -> int:
    made = argparse.ArgumentParser(prog="make bcc-versions", description="Live tests with several bccs.")
    made.add_argument("releases", nargs="*", default=RELEASES, metavar="RELEASE", help=f"of {', '.join(RELEASES)}")
    made.add_argument("--tests", default=TESTS, metavar="WORDS", help="for pytest: files and options")
    args = made.parse_args(words)
    if os.geteuid() != 0:
        print("the lab needs root: sudo make bcc-versions", file=sys.stderr)
        return 2
    return report([run(release, args.tests) for release in args.releases])


if __name__ == "__main__":
    sys.exit(main())
