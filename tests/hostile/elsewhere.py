"""Run in a terminal by the tests of exports: `ebtop` as from another folder, which comes before its arguments."""

from __future__ import annotations

import os
import sys

from tui.cli import main

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
