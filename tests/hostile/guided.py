"""Fuzzing that coverage guides (atheris, libFuzzer): what reaches new code is changed further.

    python -m tests.hostile.guided SECONDS [TARGET ...]

runs every target, or those named, for so long. Each has a process of its own, in which libFuzzer keeps watch over time
and memory. What it learned, and what brought a target down, stays in build/fuzz.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

MODULE = "tests.hostile.guided"
KEPT = Path(__file__).parents[2] / "build/fuzz"
MOST_MB, MOST_S = 1024, 10
"""What a target may take: memory, and time for one of its inputs."""
LONGEST = 1 << 16
"""Bytes of an input."""


class Outcome(NamedTuple):
    """runs: inputs that were tried; covered: places in the code that they reached; why: empty where all went well."""

    runs: int
    covered: int
    why: str


def hunt(name: str, seconds: float, kept: Path = KEPT) -> Outcome:
    """Drives a target for so long."""
    return watched([sys.executable, "-m", MODULE, "--drive", name], name, seconds, kept)


def watched(command: Sequence[str], name: str, seconds: float, kept: Path) -> Outcome:
    """The outcome of a process that drives something: `command` is given a folder, and words for libFuzzer."""
    learned = kept / name
    learned.mkdir(parents=True, exist_ok=True)
    limits = f"-max_total_time={seconds:.0f}", f"-rss_limit_mb={MOST_MB}", f"-timeout={MOST_S}", f"-max_len={LONGEST}"
    with TemporaryDirectory() as folder:
        words = [folder, *limits, f"-artifact_prefix={kept / name}-", "-print_final_stats=1", str(learned)]
        done = subprocess.run([*command, *words], capture_output=True, text=True, errors="replace", check=False)
    said = done.stdout + done.stderr
    runs = re.search(r"number_of_executed_units: *(\d+)", said)
    covered = re.findall(r" cov: (\d+)", said)
    why = re.sub(r"(?m)^(INFO|WARNING): .*\n", "", said) if done.returncode else ""
    return Outcome(int(runs[1]) if runs else 0, int(covered[-1]) if covered else 0, why)


def drive(feed: Callable[[bytes, Path], None], seeds: Sequence[bytes], words: Sequence[str]) -> None:
    """Hands what libFuzzer makes up to `feed`, and never returns. `words` are those of `watched`."""
    import atheris

    folder, *rest = words
    for at, seed in enumerate(seeds):
        Path(rest[-1], f"seed-{at}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *rest], lambda data: feed(data, Path(folder)))
    atheris.Fuzz()


def _drive(name: str, words: Sequence[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["probes", "tui"]):
        from tests.hostile.targets import TARGETS
    target = TARGETS[name]
    drive(target.feed, (*target.seeds, *target.endless), words)


def main(words: Sequence[str]) -> int:
    """See above. Returns 1 where something was found."""
    if find_spec("atheris") is None:
        print("there is no atheris for this Python and machine: nothing was guided by coverage")
        return 0
    from tests.hostile.targets import TARGETS

    seconds, *names = words
    found = 0
    for name in names or TARGETS:
        outcome = hunt(name, float(seconds))
        print(f"{name:12} {outcome.runs:>9,} inputs {outcome.covered:>6,} places", flush=True)
        if outcome.why:
            found = 1
            print(outcome.why, file=sys.stderr)
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--drive"]:
        _drive(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main(sys.argv[1:]))
