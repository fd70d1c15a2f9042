"""Disks that misbehave on demand: `python -m tests.lab.sick_disk --help`, or `make lab-disk`. Needs root, and gcc.

They are loop devices, past the page cache, over files that a program of ours serves (FUSE) as slowly as it is told:
real block requests, with a latency that is known.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parents[1] / "live/workloads/slowfs.c"
FOLDER = Path("/run/ebtop-lab")
"""Where labs have their files, a folder each, so that `make lab-disk-stop` finds them."""
MOST_DISKS = 32


class Sickness(NamedTuple):
    """How disks behave: every request takes about `base_us`, and a share of the reads of sick ones `ms` longer."""

    disks: int = 3
    sick: frozenset[int] = frozenset([1])
    share: float = 0.02
    ms: tuple[float, float] = (20, 60)
    base_us: int = 300
    mib: int = 64

    def words(self) -> list[str]:
        """The same for the program that serves them."""
        said = {
            "disks": self.disks,
            "delay": self.base_us,
            "spread": 25,
            "sick": sum(1 << number for number in self.sick),
            "share": round(self.share * 1e6),
            "low": round(self.ms[0] * 1000),
            "high": round(self.ms[1] * 1000),
        }
        return [str(self.mib), *(f"{key}={value}" for key, value in said.items())]


def compile_server(folder: Path) -> Path:
    """Compiles the program that serves slow files into a folder."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise FileNotFoundError("the lab needs a C compiler: install gcc")
    subprocess.run([compiler, "-O1", "-w", "-pthread", "-o", folder / "slowfs", SOURCE], check=True)
    return folder / "slowfs"


@contextmanager
def served(server: Path, folder: Path, words: Sequence[str]) -> Iterator[list[Path]]:
    """The files disk0, disk1, ... in a folder, served by that program, which says itself what `words` may be."""
    folder.mkdir(parents=True)
    # In a group of its own: ^C is for us, who unmount it when nobody uses it any more.
    with subprocess.Popen([server, folder, *words], stdout=subprocess.PIPE, process_group=0) as program:
        assert program.stdout is not None
        if program.stdout.readline() != b"ready\n":
            raise OSError(f"nothing is served in {folder}: see above")
        try:
            disks = dict(word.split("=") for word in words if "=" in word).get("disks", "1")
            yield [folder / f"disk{number}" for number in range(int(disks))]
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


@contextmanager
def loop(file: Path) -> Iterator[str]:
    """A loop device on a file, past the page cache: its path."""
    command = ["losetup", "--find", "--show", "--direct-io=on", str(file)]
    device = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


@contextmanager
def sick_disks(server: Path, folder: Path, how: Sickness) -> Iterator[list[str]]:
    """Loop devices that behave like that: their paths. `folder` is made, and gone afterwards."""
    with served(server, folder, how.words()) as files, ExitStack() as loops:
        yield [loops.enter_context(loop(file)) for file in files]


def remove_leftovers(folder: Path) -> list[str]:
    """Detaches and unmounts what a lab left below a folder when it was killed; what it found."""
    listed = subprocess.run(["losetup", "--json", "--list"], check=True, capture_output=True, text=True).stdout
    devices = json.loads(listed)["loopdevices"] if listed else []
    loops = [of["name"] for of in devices if Path(of["back-file"] or "/").is_relative_to(folder)]
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    mine = [place for place in mounts if Path(place).is_relative_to(folder)]
    for device in loops:
        subprocess.run(["losetup", "--detach", device], check=True)
    for place in mine:
        subprocess.run(["umount", "--lazy", place], check=True)
    shutil.rmtree(folder, ignore_errors=True)
    return loops + mine


def add_sickness(parser: argparse.ArgumentParser) -> None:
    """Options that say how disks behave."""
    add = parser.add_argument
    add("--disks", type=int, default=3, choices=range(1, MOST_DISKS + 1), metavar="N", help="how many (3)")
    add("--sick", type=int, nargs="*", default=[1], metavar="I", help="which of them stall, from 0 on (1)")
    add("--all-sick", action="store_true", help="all of them do")
    add("--share", type=float, default=0.02, help="of their reads, so many do (0.02)")
    add("--ms", default="20-60", metavar="LOW-HIGH", help="and take so much longer (20-60)")
    add("--base-us", type=int, default=300, metavar="US", help="how long any request takes (300)")
    add("--mib", type=int, default=64, help="size of a disk (64)")


def sickness(args: argparse.Namespace) -> Sickness:
    """What these options say."""
    low, _, high = args.ms.partition("-")
    sick = range(args.disks) if args.all_sick else args.sick
    return Sickness(args.disks, frozenset(sick), args.share, (float(low), float(high or low)), args.base_us, args.mib)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make lab-disk", description="Disks that stall now and then, until ^C.")
    add_sickness(parser)
    parser.add_argument("--stop", action="store_true", help="remove what a lab left that was killed")
    args = parser.parse_args(words)
    how = sickness(args)
    if os.geteuid() != 0:
        print("the lab needs root: sudo make lab-disk", file=sys.stderr)
        return 2
    if args.stop:
        print("removed:", *remove_leftovers(FOLDER) or ["nothing was there"])
        return 0
    place = FOLDER / "disk"
    remove_leftovers(place)
    place.mkdir(parents=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with sick_disks(compile_server(place), place / "files", how) as devices:
            tell(devices, how)
            signal.pause()
    except KeyboardInterrupt:
        print()
    finally:
        shutil.rmtree(place)
    return 0


def tell(devices: Sequence[str], how: Sickness) -> None:
    """Says which disks there are, and what to try."""
    for number, device in enumerate(devices):
        print(device, "sick" if number in how.sick else "well")
    jobs = " ".join(f"--name={Path(device).name} --filename={device}" for device in devices)
    print(f"try: fio --rw=randread --bs=4k --direct=1 --time_based --runtime=60 {jobs}")
    print("^C ends it", flush=True)


if __name__ == "__main__":
    sys.exit(main())
