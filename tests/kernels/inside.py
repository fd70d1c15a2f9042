"""For pytest in a guest (`-p tests.kernels.inside`): tells the host which kernel and bcc it was, and what came out."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest

RESULT = "EBTOP_RESULT"
"""The environment variable that names the file to write to."""


class Result(msgspec.Struct, frozen=True):
    """What came of the tests on one kernel with one bcc: names of the failed ones, numbers of the others."""

    kernel: str
    bcc: str
    llvm: str
    passed: int
    failed: tuple[str, ...]
    skipped: int


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    import bcc  # it maps all of LLVM

    of = {kind: terminalreporter.getreports(kind) for kind in ("passed", "failed", "error", "skipped")}
    failed = tuple(report.nodeid for report in (*of["failed"], *of["error"]))
    llvm = re.search(r"libLLVM[-.](?:so\.)?([\d.]+\d)", Path("/proc/self/maps").read_text())
    result = Result(
        os.uname().release, bcc.__version__, llvm[1] if llvm else "", len(of["passed"]), failed, len(of["skipped"])
    )
    Path(os.environ[RESULT]).write_bytes(msgspec.json.encode(result))
