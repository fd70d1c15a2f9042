"""Sessions of disks that are well or sick, as the test says, and what is found in them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from probes.disk_sums import DiskFacts
from tests.distributions.load import Doing, Fake, Session, raid
from tests.distributions.ordinary import NAMES
from tests.distributions.shapes import Shape, lognormal, mixed, uniform
from tui.findings.finding import Finding
from tui.findings.watch import Watch

FAST = lognormal(0.3, 0.5)
SICK = uniform(20, 60)
BUFFERED = lognormal(0.2, 0.5)


def sick(share: float) -> Shape:
    return mixed((1 - share, FAST), (share, SICK))


def three(seed: object, reads: Sequence[Shape], rate: float = 150, facts: Sequence[DiskFacts] | None = None) -> Session:
    """Three disks, members of md0 if nothing else is said, that read and write."""
    disks = [
        Fake(name, {"read": Doing(shape, rate), "write": Doing(BUFFERED, rate / 2)})
        for name, shape in zip(NAMES, reads, strict=True)
    ]
    return Session(Random(str(seed)), disks, raid(NAMES) if facts is None else facts)


def one(seed: object, doing: dict[str, Doing], **state: float) -> Session:
    return Session(Random(str(seed)), [Fake("sda", doing, **state)])  # type: ignore[arg-type]


def watched(session: Session, seconds: int, each: float = 1.0) -> list[Finding]:
    """What begins and ends in so many seconds."""
    watch = Watch()
    return [finding for _ in range(round(seconds / each)) for finding in watch.take(session.tick(each))]


def overloaded(**state: float) -> Session:
    queued = lognormal(60, 0.4)
    return one(1, {"read": Doing(lognormal(8, 0.3), 120, queued=queued)}, **({"busy": 1.0, "depth": 30.0} | state))
