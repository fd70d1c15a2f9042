"""What came of the same tests on several kernels, or with several bccs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tests.kernels.inside import Result


class Run(NamedTuple):
    """The tests on one of them, by the release of Debian that it is from: the result, or why there is none."""

    release: str
    result: Result | None
    seconds: float
    why: str = ""

    @property
    def well(self) -> bool:
        """Whether all that ran passed, and something did."""
        return self.result is not None and not self.result.failed and self.result.passed > 0


def told(release: str, data: bytes, seconds: float) -> Run:
    """A run of which pytest left this."""
    try:
        return Run(release, msgspec.json.decode(data, type=Result), seconds)
    except msgspec.DecodeError:
        return Run(release, None, seconds, "pytest did not come to its end: see above")


def report(runs: Sequence[Run]) -> int:
    """Prints what failed, and a table as the README has it: the exit code."""
    for run in runs:
        for name in run.result.failed if run.result else ():
            print(f"{run.release}: failed: {name}")
    print(table(runs))
    return 0 if all(run.well for run in runs) else 1


def table(runs: Sequence[Run]) -> str:
    """A line for each."""
    lines = ["| Debian | kernel | bcc | LLVM | passed | skipped | seconds |", "|---|---|---|---|---|---|---|"]
    for release, result, seconds, why in runs:
        if result is None:
            lines.append(f"| {release} | {why} | | | | | {seconds:.0f} |")
            continue
        passed = f"{result.passed} of {result.passed + len(result.failed)}"
        about = f"{result.kernel} | {result.bcc} | {result.llvm}"
        lines.append(f"| {release} | {about} | {passed} | {result.skipped} | {seconds:.0f} |")
    return "\n".join(lines)
