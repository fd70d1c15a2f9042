"""An hour of a server that is well: bursts, idle spells, disks of unlike age, one of them with other work."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from probes.disk_sums import DiskFacts, Op
from probes.snapshot import Snapshot
from tests.distributions.load import Doing, Fake, Session, raid
from tests.distributions.shapes import Shape, even, lognormal, mixed, seeks, slower

NAMES = ("sda", "sdb", "sdc")


def ordinary(seed: int, seconds: int) -> Iterator[Snapshot]:
    """Every seed is another machine: solid state or turning, in a set or not, with more or less to do."""
    random = Random(seed)
    turning = random.random() < 0.3
    disks = [Fake(name, _work(random, turning)) for name in NAMES]
    usual = disks[0].doing
    in_a_set = random.random() < 0.5
    alike = in_a_set or random.random() < 0.3
    for disk in disks[1:] if alike else ():
        # The same work, but no two disks are quite alike.
        disk.doing = {op: Doing(_aged(random, d.shape), d.rate, d.size) for op, d in usual.items()}
    session = Session(random, disks, _facts(turning, in_a_set))
    rates = [{op: doing.rate for op, doing in disk.doing.items()} for disk in disks]
    load, until = 1.0, 0
    for second in range(seconds):
        if second >= until:
            load, until = random.choice((0.0, 0.2, 1.0, 1.0, 1.0, 2.0, 5.0)), second + random.randint(1, 40)
        for disk, each in zip(disks, rates, strict=True):
            for op, doing in disk.doing.items():
                doing.rate = each[op] * random.uniform(0.7, 1.3) * (load if op != "flush" else min(load, 1.0))
            disk.busy, disk.depth = min(0.15 * load + random.random() / 10, 0.9), load
        yield session.tick(random.choice((0.95, 1.0, 1.0, 1.05)))


def _work(random: Random, turning: bool) -> dict[Op, Doing]:
    rate = random.choice((10, 30, 100, 200)) if turning else random.choice((30, 100, 500, 3000))
    sigma = random.uniform(0.25, 0.8)
    hits = random.choice((0.0, 0.3, 0.9))
    turned = mixed((hits, lognormal(0.1, 0.3)), (1 - hits, seeks()))
    read = turned if turning else lognormal(random.uniform(0.08, 0.6), sigma)
    write = lognormal(random.uniform(0.05, 0.4), sigma)
    if random.random() < 0.5:
        # One in a thousand takes long, on every disk that there is.
        read, write = (mixed((999, shape), (1, even(2, 40))) for shape in (read, write))
    return {
        "read": Doing(read, rate, random.choice((4096, 16384, 131072))),
        "write": Doing(write, rate * random.uniform(0.1, 2), random.choice((4096, 65536))),
        "flush": Doing(lognormal(8 if turning else 1, 0.5), random.choice((0.5, 5, 15))),
    }


def _aged(random: Random, shape: Shape) -> Shape:
    """Some of the requests take twice as long."""
    return mixed((1, shape), (random.uniform(0, 0.15), slower(shape, 1)))


def _facts(turning: bool, in_a_set: bool) -> list[DiskFacts]:
    facts = raid(NAMES, "md0" if in_a_set else "")
    return [DiskFacts(f.name, f.model, f.serial, f.slot, turning, f.size, f.sets) for f in facts]
