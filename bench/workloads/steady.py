"""A machine that is at work and not in a hurry: five execs, two hundred opens and two writes a second, for SECONDS.

`steady.py SECONDS FOLDER`; the file that is written in the folder is taken away again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

ROUND_S = 0.2
OPENS = 40


def main() -> None:
    end, at = time.monotonic() + float(sys.argv[1]), 0
    with tempfile.TemporaryFile(dir=sys.argv[2]) as file:
        while (began := time.monotonic()) < end:
            at += 1
            for number in range(OPENS):
                with open(__file__ if number % 8 else "/etc/hostname", "rb"):  # noqa: PTH123  one open and no more
                    pass
            subprocess.run(["/bin/true"], check=True)
            if at % 3 == 0:
                os.pwrite(file.fileno(), b"x" * 65536, at % 256 * 65536)
                os.fdatasync(file.fileno())
            time.sleep(max(began + ROUND_S - time.monotonic(), 0.0))


if __name__ == "__main__":
    main()
